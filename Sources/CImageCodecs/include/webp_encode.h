#pragma once

#include "codec_status.h"

// Lossy, with alpha where the layout has it. Grey is written as RGB. The comment becomes a chunk of the type
// "FARM" within the file's first bytes. On success `encoded` is the caller's to free.
codec_status codec_webp_encode(
    const codec_picture *picture, uint32_t quality, codec_bytes *encoded, codec_report *report);
