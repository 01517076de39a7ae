"""What the pictures of each set are: cut from a photograph at random, resized, with a camera's noise, and encoded in one
of the ways that are met with. A picture is decided by its set and number alone."""

import io

import numpy
from PIL import Image, ImageOps

from png_writer import png

# Of cameras and telephones; 8.3 megapixels on average.
CAMERA_SIZES = [(3264, 2448), (3456, 2304), (4000, 2250), (3072, 2304), (3648, 2736), (3872, 2592), (2816, 2112)]
# Pillow's numbers for 4:4:4, 4:2:2 and 4:2:0.
YUV444, YUV422, YUV420 = 0, 1, 2
NOISE_SIDE = 512


def cut(random, photograph, size):
    """A part of the photograph of the shape of `size`, at that size, perhaps mirrored."""
    width, height = photograph.size
    scale = min(width / size[0], height / size[1]) * random.uniform(0.55, 1)
    part = size[0] * scale, size[1] * scale
    left, top = random.uniform(0, width - part[0]), random.uniform(0, height - part[1])
    box = left, top, left + part[0], top + part[1]
    resized = photograph.resize(size, Image.LANCZOS, box=box, reducing_gap=3)
    return ImageOps.mirror(resized) if random.random() < 0.5 else resized


def noisy(random, image, strength):
    """With noise as after a camera's demosaicing: neighbours share some of it."""
    noise = numpy.random.default_rng(1).standard_normal((NOISE_SIDE, NOISE_SIDE, 3), numpy.float32)
    noise = (noise + numpy.roll(noise, 1, 0) + numpy.roll(noise, 1, 1)) / 3**0.5 * strength
    noise = numpy.roll(noise, (random.randrange(NOISE_SIDE), random.randrange(NOISE_SIDE)), (0, 1))
    times = -(-image.height // NOISE_SIDE), -(-image.width // NOISE_SIDE), 1
    noise = numpy.tile(noise, times)[: image.height, : image.width]
    pixels = numpy.asarray(image, numpy.float32) + noise
    return Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8))


def upright(random, size, share):
    return size[::-1] if random.random() < share else size


def jpeg(image, **ways):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **ways)
    return ".jpg", buffer.getvalue(), " ".join(f"{name}={value}" for name, value in ways.items())


def camera(random, photograph, progressive=None):
    size = upright(random, random.choice(CAMERA_SIZES), 0.25)
    image = noisy(random, cut(random, photograph, size), random.uniform(3, 11))
    ways = {"quality": 90, "subsampling": random.choices([YUV420, YUV422], [0.6, 0.4])[0]}
    chance = random.random()
    # Of 198 photographs by many cameras 7 % were progressive, and of the others 16 % had restart intervals.
    if progressive or (progressive is None and chance < 0.07):
        ways["progressive"] = True
    elif chance > 0.84:
        ways["restart_marker_rows"] = 1
    return jpeg(image, **ways)


def progressive(random, photograph):
    return camera(random, photograph, progressive=True)


def seed(random, photograph):
    """A gallery's on the web: the article's."""
    share = random.random()
    size = upright(random, (640 + int(share * 960), 480 + int(share * 720)), 0.25)
    image = noisy(random, cut(random, photograph, size), random.uniform(0, 4))
    ways = {"quality": random.randint(80, 92), "subsampling": random.choices([YUV420, YUV422, YUV444], [8, 1, 1])[0]}
    if random.random() < 0.1:
        ways["progressive"] = True
    return jpeg(image.convert("L") if random.random() < 0.05 else image, **ways)


def any_png(random, source):
    width = random.randint(900, 2560)
    size = upright(random, (width, int(width * random.uniform(0.6, 0.75))), 0.2)
    image = cut(random, source, size)
    kinds = ["RGB", "RGBA", "P", "L", "LA", "1", "16 bits", "interlaced", "interlaced RGBA", "palette of 16"]
    kind = random.choices(kinds, [40, 15, 12, 6, 3, 2, 5, 8, 2, 7])[0]
    pixels = numpy.asarray(image)
    match kind:
        case "16 bits":
            deep = pixels.astype(numpy.uint16) * 257
            return ".png", png(deep), kind
        case "interlaced":
            return ".png", png(pixels, interlaced=True), kind
        case "interlaced RGBA":
            return ".png", png(numpy.asarray(faded(image)), interlaced=True), kind
        case "RGBA":
            image = faded(image)
        case "LA":
            image = faded(image).convert("LA")
        case "P":
            image = image.quantize(256)
        case "palette of 16":
            image = image.quantize(16)
        case _:
            image = image.convert(kind)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return ".png", buffer.getvalue(), kind


def faded(image):
    """Opaque in the middle, transparent in the corners."""
    alpha = ImageOps.invert(Image.radial_gradient("L").resize(image.size)).point(lambda value: min(255, 3 * value))
    image = image.copy()
    image.putalpha(alpha)
    return image
