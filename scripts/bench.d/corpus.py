"""Sets of pictures for scripts/bench thumbs, made once of free photographs and kept in the cache."""

import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import commands
from measure import CACHE, note

# Raised when the same set and number give another picture: old ones aren't used any more then.
VERSION = 1
MANIFEST = "manifest.json"


@dataclass
class Set:
    # How many there are unless told.
    count: int
    # The thumbnails' box.
    size: int
    # The name of a function in recipes.py.
    recipe: str
    # Whether drawings are among the sources.
    drawings: bool = False


SETS = {
    "camera": Set(200, 256, "camera"),
    "seed": Set(6000, 75, "seed"),
    "progressive": Set(60, 256, "progressive"),
    "png": Set(300, 256, "any_png", drawings=True),
}


def made(name, count=None):
    """The directory of a set's first `count` pictures, made unless it's there."""
    count = count or SETS[name].count
    directory = CACHE / "sets" / f"{name}-{count}"
    if is_whole(directory):
        return directory
    try:
        import numpy  # noqa: F401
        from PIL import Image  # noqa: F401
    except ImportError as error:
        sys.exit(f"bench: {error}: pictures are made with Pillow and numpy; --install gets them")
    directory.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(directory, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="farm-bench-", dir=directory.parent) as work:
        pictures = make(name, count, work)
        manifest = {"version": VERSION, "pictures": pictures}
        Path(work, MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        # Whole or not there.
        Path(work).rename(directory)
        os.mkdir(work)
    return directory


def is_whole(directory):
    try:
        manifest = json.loads((directory / MANIFEST).read_text())
        sizes = {path.name: path.stat().st_size for path in directory.iterdir() if path.name != MANIFEST}
        expected = {picture["name"]: picture["bytes"] for picture in manifest["pictures"]}
        return manifest["version"] == VERSION and sizes == expected
    except (OSError, ValueError, KeyError):
        return False


def make(name, count, work):
    from photographs import drawings, photographs

    sources = photographs() + (drawings() if SETS[name].drawings else [])
    # Every source in turn, so that few pictures show as much of the world as many; each is decoded once.
    jobs = [(source, range(index, count, len(sources))) for index, source in enumerate(sources[:count])]
    note(f"making {count} pictures of the set {name}; they are kept in {CACHE}")
    pictures = []
    with Pool(len(os.sched_getaffinity(0)), commands.leave_interrupts) as pool:
        for done in pool.imap_unordered(partial(make_from, name, work), jobs):
            pictures += done
    return sorted(pictures, key=lambda picture: picture["name"])


def make_from(name, work, job):
    import recipes
    from PIL import Image

    source, numbers = job
    photograph = Image.open(source).convert("RGB")
    pictures = []
    for number in numbers:
        recipe = getattr(recipes, SETS[name].recipe)
        suffix, content, way = recipe(random.Random(f"{name} {number}"), photograph)
        file = f"{name}-{number:05}{suffix}"
        Path(work, file).write_bytes(content)
        pictures.append({"name": file, "bytes": len(content), "source": source.stem, "way": way})
    return pictures
