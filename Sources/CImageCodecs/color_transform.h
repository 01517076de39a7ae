#pragma once

#include "color_profile.h"
#include "color_shaper.h"

struct codec_color {
  codec_color_order order;
  cmsContext context;
  // One of the three, or none when the order is CODEC_COLOR_NEVER.
  cmsHTRANSFORM transform;  // RGB of 16 bits, or CMYK of 8, to RGB of 16 bits
  color_shaper *shaper;
  uint16_t *grey;  // SHAPER_LEVELS
};
