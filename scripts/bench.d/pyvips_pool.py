"""Thumbnails by pyvips, whose `thumbnail` is what vipsthumbnail calls."""

import pyvips

from pool_of_pictures import map_all, side, source, target


def make_thumbnail(path):
    pyvips.Image.thumbnail(source(path), side, height=side, size="down").write_to_file(target(path))


if __name__ == "__main__":
    map_all(make_thumbnail)
