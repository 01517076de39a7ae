#pragma once

#include "codec_status.h"

// WebP by libwebp. Without it (CODEC_WITH_WEBP not defined) each of these is CODEC_UNSUPPORTED.

typedef struct codec_webp_header {
  uint32_t width, height;
  bool has_alpha;
  bool animated;  // then nothing but width and height is known: its frames are to be asked
  bool lossless;
} codec_webp_header;

// Reads the header of a file, or of a frame's data in one. Allocates nothing.
codec_status codec_webp_probe(
    const uint8_t *bytes, size_t count, codec_webp_header *header, codec_report *report);

// Decodes the whole picture to `width` x `height`, no more than its own, as CODEC_RGB or CODEC_RGBA, into rows
// `stride` bytes apart. A smaller size is made of means. libwebp keeps a lossless picture besides (4 bytes a
// pixel), and one with alpha its alpha (2). With `lenient`, what could be decoded of a broken file is kept as a
// warning; what couldn't is left as it was.
codec_status codec_webp_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, codec_layout layout,
    bool lenient, uint8_t *rows, size_t stride, codec_report *report);
