#pragma once

#include "codec_status.h"

typedef struct codec_jpeg_settings {
  uint32_t quality;  // 1 ... 100
  bool full_chroma;  // 4:4:4 in place of 4:2:0
  bool progressive;
} codec_jpeg_settings;

// JFIF with Huffman tables made for the picture. On success `encoded` is the caller's to free.
codec_status codec_jpeg_encode(
    const codec_picture *picture, const codec_jpeg_settings *settings, codec_bytes *encoded,
    codec_report *report);
