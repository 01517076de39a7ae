#pragma once

#include "include/resample.h"

#include <lcms2.h>
#include <stdbool.h>

// A matrix profile's way to sRGB in integers: a curve for each colour to linear light, a matrix, sRGB's curve
// back. lcms2's own ways are exact (350 ns a pixel), or fast for 8-bit samples only, or interpolate
// in a coarse grid (errors of up to 27 of 255 near the gamut's edge); this one takes 10 ns and is exact.
enum {
  SHAPER_LEVELS = CODEC_WHITE + 1,  // a sample has one of so many values
  SHAPER_INVERSE_CELLS = 1 << 12,
};

typedef struct color_shaper {
  int32_t light[3][SHAPER_LEVELS];
  int32_t matrix[3][3];
  // sRGB's curve at the corners of equal cells.
  int32_t inverse[SHAPER_INVERSE_CELLS + 1];
} color_shaper;

// False when the profile isn't made of curves and a matrix.
bool color_shaper_build(color_shaper *shaper, cmsHPROFILE profile, cmsHPROFILE target);

// 0 ... CODEC_WHITE to the same. The caller has clamped the samples.
void color_shaper_convert(const color_shaper *shaper, const int32_t *samples, int32_t *converted);
