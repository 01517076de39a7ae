#pragma once

#include "include/resample.h"

enum {
  // What may be read behind a row's samples.
  FAST_ROW_SLACK = 16,
};

// Doubles a row of colour samples: each twice, or smoothly as libjpeg does, three parts of the nearer one and one
// of the next (its "fancy upsampling").
void fast_double_row(const uint8_t *samples, uint32_t count, bool smoothly, uint8_t *doubled);

// YCbCr to RGBX, as libjpeg does: JFIF's formula in fixed point.
void fast_color_row(
    codec_kernel kernel, const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint32_t width, uint8_t *row);
