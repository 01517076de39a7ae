#pragma once

#include "codec_status.h"

// 8 bits a sample, not interlaced. On success `encoded` is the caller's to free.
codec_status codec_png_encode(
    const codec_picture *picture, codec_bytes *encoded, codec_report *report);
