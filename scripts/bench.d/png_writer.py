"""PNGs that Pillow reads but doesn't write: 16 bits a sample, and interlaced."""

import struct
import zlib

import numpy

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
# Adam7: where each pass begins, and its steps, across and down.
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(pixels, interlaced=False):
    """A file of rows, columns and channels of 8 or 16 bits."""
    height, width, channels = pixels.shape
    depth = 8 * pixels.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, COLOUR_TYPES[channels], 0, 0, interlaced)
    parts = [pixels]
    if interlaced:
        parts = [pixels[top::down, left::across] for left, top, across, down in PASSES]
    rows = b"".join(filtered(part) for part in parts if part.size)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(name, data) for name, data in chunks)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def filtered(pixels):
    """Rows as they are compressed: each with the filter whose differences are smallest in sum, as the specification
    recommends."""
    size = pixels.shape[2] * pixels.dtype.itemsize
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(pixels.shape[0], -1).view(numpy.uint8)
    rows = rows.astype(numpy.int16)
    left = numpy.pad(rows, ((0, 0), (size, 0)))[:, :-size]
    above = numpy.pad(rows, ((1, 0), (0, 0)))[:-1]
    corner = numpy.pad(left, ((1, 0), (0, 0)))[:-1]
    guesses = [0 * rows, left, above, (left + above) // 2, paeth(left, above, corner)]
    choices = numpy.stack([(rows - guess).astype(numpy.uint8) for guess in guesses])
    best = numpy.abs(choices.view(numpy.int8).astype(numpy.int32)).sum(axis=2).argmin(axis=0)
    chosen = numpy.take_along_axis(choices, best[None, :, None], axis=0)[0]
    return numpy.hstack([best[:, None].astype(numpy.uint8), chosen]).tobytes()


def paeth(left, above, corner):
    """Whichever of the three is nearest to left + above - corner."""
    guess = left + above - corner
    distances = [numpy.abs(guess - near) for near in (left, above, corner)]
    nearest = numpy.where(distances[1] <= distances[2], above, corner)
    closer = (distances[0] <= distances[1]) & (distances[0] <= distances[2])
    return numpy.where(closer, left, nearest)
