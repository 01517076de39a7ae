"""PROGRAM PROCESSES SIZE FORMAT OUTPUT DIRECTORY: what the programs that make thumbnails in a `Pool` have in common: the
arguments, the pictures below a directory, and the article's last lines."""

import os
import sys
from multiprocessing import Pool

SUFFIXES = (".jpg", ".jpeg", ".png")

processes, side = int(sys.argv[1]), int(sys.argv[2])
extension, output, top = sys.argv[3:6]


def pictures():
    for directory, _, names in os.walk(top):
        below = os.path.relpath(directory, top)
        os.makedirs(os.path.join(output, below), exist_ok=True)
        for name in names:
            if name.lower().endswith(SUFFIXES):
                yield os.path.normpath(os.path.join(below, name))


def source(path):
    return os.path.join(top, path)


def target(path):
    return os.path.join(output, f"{path}.{extension}")


def map_all(make_thumbnail):
    pool = Pool(processes)
    pool.map(make_thumbnail, pictures())
    pool.close()
    pool.join()
