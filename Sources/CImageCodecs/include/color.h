#pragma once

#include "codec_status.h"

#include <stdbool.h>

// How a picture's colours become sRGB's: relative colorimetric with black-point compensation, by lcms2.
// Immutable once made, so threads may share one. No profile, however broken, is trusted.
typedef struct codec_color codec_color;

enum {
  // Printing profiles have up to 3 MB; nothing larger is looked at.
  CODEC_PROFILE_BYTES = 4 << 20,
};

// When to convert, so that the thumbnail looks as if the whole picture had been converted first.
typedef enum codec_color_order {
  CODEC_COLOR_NEVER = 0,      // the profile is sRGB's in effect
  CODEC_COLOR_AFTER_RESIZE,   // the profile's tones are close to sRGB's: the few finished pixels are enough
  CODEC_COLOR_BEFORE_RESIZE,  // means of its samples aren't means of sRGB's
} codec_color_order;

// The way from an ICC profile to sRGB for pictures of a layout; alpha plays no part. CODEC_UNSUPPORTED
// when the profile is for other than the layout's colours, CODEC_CORRUPT when it makes no sense.
codec_status codec_color_create(
    const uint8_t *icc, size_t count, codec_layout layout, codec_color **color, codec_report *report);
void codec_color_free(codec_color *color);
codec_color_order codec_color_order_of(const codec_color *color);

// Converts a row of the resampler's: four channels a pixel, premultiplied, 0 ... CODEC_WHITE. What is beyond
// that range is cut off. Not for ink.
void codec_color_convert_finished(
    const codec_color *color, const int16_t *row, uint32_t width, int16_t *converted);

// Converts a decoder's row to 16-bit samples of the layout that codec_color_layout gives.
void codec_color_convert_row(
    const codec_color *color, codec_layout layout, uint32_t sample_bytes, const uint8_t *row,
    uint32_t width, uint16_t *converted);
codec_layout codec_color_layout(codec_layout layout);

typedef enum codec_transfer {
  CODEC_TRANSFER_SRGB = 0,
  CODEC_TRANSFER_BT709,
  CODEC_TRANSFER_GAMMA,  // light = sample to the power of `gamma`
} codec_transfer;

// Colours by chromaticities (CIE x, y) and a curve, as PNG's chunks describe them.
typedef struct codec_colorimetry {
  double white[2], red[2], green[2], blue[2];
  codec_transfer transfer;
  double gamma;
} codec_colorimetry;

// An ICC profile for RGB or grey samples that are so described. CODEC_CORRUPT when no light has such colours.
codec_status codec_color_profile(
    const codec_colorimetry *colorimetry, bool grey, codec_bytes *icc, codec_report *report);

// Unpacks a zlib stream into `bytes`, at most CODEC_PROFILE_BYTES.
codec_status codec_inflate(
    const uint8_t *packed, size_t count, codec_bytes *bytes, codec_report *report);
