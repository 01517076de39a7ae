"""Thumbnails as the article "Parallelism in one line" makes them, with its resampling filter (ANTIALIAS) by its present
name. Only what a bench needs is added: JPEG for every thumbnail, as the others make: writing PNG takes longer. Where
PNG is asked for, only looks are compared, and what is turned or has a profile is shown as it's meant.
"""

from PIL import Image, ImageOps

from pool_of_pictures import extension, map_all, side, source, target


def make_thumbnail(path):
    image = Image.open(source(path))
    profile = image.info.get("icc_profile")
    image.thumbnail((side, side), Image.LANCZOS)
    if extension == "png":
        ImageOps.exif_transpose(image).save(target(path), icc_profile=profile)
        return
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.save(target(path))


if __name__ == "__main__":
    map_all(make_thumbnail)
