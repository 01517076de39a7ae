// What a picture becomes by the plainest way there is: decoded whole by its library's own path, converted whole,
// resized in floating point. The product's shortcuts are held against it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fixture_decoded {
  void *samples;  // the caller's to free
  uint32_t width, height;
  int channels;      // PNG: always RGBA; JPEG: grey, RGB, or CMYK with 255 for full ink
  int sample_bytes;  // 2 for a PNG of 16 bits, in the machine's byte order
  uint8_t *icc;      // a JPEG's profile, the caller's to free; NULL for none
  size_t icc_count;
} fixture_decoded;

// Ends the program when the file is broken.
fixture_decoded fixture_png_decode(const uint8_t *bytes, size_t count);
fixture_decoded fixture_jpeg_decode(const uint8_t *bytes, size_t count);

// By Lanczos3, in double precision: channels of 0 ... 1 with overshoot. RGBA is premultiplied first and stays so.
// The caller frees them.
double *fixture_lanczos3(
    const void *samples, int sample_bytes, int channels, uint32_t width, uint32_t height,
    uint32_t to_width, uint32_t to_height);
