"""pillow_pool.py PROCESSES SIZE OUTPUT DIRECTORY: thumbnails as the article "Parallelism in one
line" makes them, with its resampling filter (ANTIALIAS) by its present name. Only what a bench needs
is added: the arguments, directories below DIRECTORY, and JPEG for every thumbnail, as the others make:
writing PNG takes longer.
"""

import os
import sys
from multiprocessing import Pool

from PIL import Image

SUFFIXES = (".jpg", ".jpeg", ".png")

processes, side, output, top = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]


def make_thumbnail(path):
    image = Image.open(os.path.join(top, path))
    image.thumbnail((side, side), Image.LANCZOS)
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.save(os.path.join(output, path + ".jpg"))


def pictures():
    for directory, _, names in os.walk(top):
        below = os.path.relpath(directory, top)
        os.makedirs(os.path.join(output, below), exist_ok=True)
        for name in names:
            if name.lower().endswith(SUFFIXES):
                yield os.path.join(below, name)


if __name__ == "__main__":
    pool = Pool(processes)
    pool.map(make_thumbnail, pictures())
    pool.close()
    pool.join()
