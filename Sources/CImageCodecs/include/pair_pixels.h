#pragma once

#include "codec_status.h"

// Turns a row of finished pixels (four channels of 16 bits each) into the pixel pairs that
// codec_filter_across takes. `pairs` holds 4 * width values, rounded up to a whole pair.
void codec_pair_pixels(const int16_t *pixels, uint32_t width, int16_t *pairs);
