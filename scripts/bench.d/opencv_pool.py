"""Thumbnails by OpenCV: decoded at the smallest scale that leaves the thumbnail's pixels, then resized by areas."""

import cv2
from PIL import Image

from pool_of_pictures import map_all, side, source, target

REDUCED = [(8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2)]
# OpenCV's own is 95, which would take it longer than the others.
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]

# There are as many processes as there are to be.
cv2.setNumThreads(1)


def make_thumbnail(path):
    # It can't tell a picture's size beforehand.
    with Image.open(source(path)) as header:
        longer = max(header.size)
    flag = next((flag for times, flag in REDUCED if longer >= times * side), cv2.IMREAD_COLOR)
    image = cv2.imread(source(path), flag)
    height, width = image.shape[:2]
    scale = min(side / width, side / height, 1)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    thumbnail = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(target(path), thumbnail, QUALITY if target(path).endswith(".jpg") else [])


if __name__ == "__main__":
    map_all(make_thumbnail)
