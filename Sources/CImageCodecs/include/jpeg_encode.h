#pragma once

#include "codec_status.h"

// Baseline JFIF, 4:2:0, Huffman tables made for the picture. On success `encoded` is the caller's to free.
codec_status codec_jpeg_encode(
    const codec_picture *picture, uint32_t quality, codec_bytes *encoded, codec_report *report);
