#pragma once

#include "codec_status.h"

// Rounds and clips a row of finished pixels (four channels of 16 bits, 0 ... CODEC_WHITE) to 8 bits a sample
// and drops alpha. `colours` is 1, which takes the first channel, or 3.
void codec_finish_opaque(const int16_t *pixels, uint32_t width, uint32_t colours, uint8_t *samples);
