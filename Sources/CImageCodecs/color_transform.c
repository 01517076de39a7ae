#include "color_transform.h"

#include <stdio.h>
#include <stdlib.h>

enum {
  FULL = 65535,
  EIGHT_BIT_STEP = FULL / 255,
  // A profile that moves no colour by more than this is sRGB's.
  IDENTITY_TOLERANCE = EIGHT_BIT_STEP,
  // The shaper must agree with lcms2 so closely; else lcms2 does the work.
  SHAPER_TOLERANCE = EIGHT_BIT_STEP / 4,
  // How far a profile's greys may be from sRGB's and still be resized as they are. Measured on photographs at
  // 75 and 256 pixels against converting first: Adobe RGB (12 steps at most) stays below a mean
  // dE2000 of 0.35, a gamma of 1.8 (20) reaches 0.8 and p99 2.8, near what is visible.
  TONE_TOLERANCE = 15 * EIGHT_BIT_STEP,
  // Samples along a grid's side: close together near black, where sRGB's curve and a plain power differ.
  GRID_SIDE = 9,
  GRID_POINTS = GRID_SIDE * GRID_SIDE * GRID_SIDE,
};

static const uint8_t grid_samples[GRID_SIDE] = {0, 8, 16, 32, 64, 112, 160, 208, 255};

static const cmsUInt32Number flags =
    // Without a cache in it a transform is never changed by its use.
    cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE;

// MARK: - What a profile does

static void fill_grid(uint16_t grid[GRID_POINTS][3]) {
  for (int i = 0; i < GRID_POINTS; i++) {
    grid[i][0] = (uint16_t)(grid_samples[i / GRID_SIDE / GRID_SIDE] * EIGHT_BIT_STEP);
    grid[i][1] = (uint16_t)(grid_samples[i / GRID_SIDE % GRID_SIDE] * EIGHT_BIT_STEP);
    grid[i][2] = (uint16_t)(grid_samples[i % GRID_SIDE] * EIGHT_BIT_STEP);
  }
}

static int largest_difference(const uint16_t *a, const uint16_t *b, size_t count) {
  int largest = 0;
  for (size_t i = 0; i < count; i++) {
    int difference = abs(a[i] - b[i]);
    if (difference > largest) largest = difference;
  }
  return largest;
}

static codec_color_order order_of(int difference, int tone_difference) {
  if (difference <= IDENTITY_TOLERANCE) return CODEC_COLOR_NEVER;
  return tone_difference <= TONE_TOLERANCE ? CODEC_COLOR_AFTER_RESIZE : CODEC_COLOR_BEFORE_RESIZE;
}

// The farthest that a grey is moved.
static int tone_difference(cmsHTRANSFORM transform) {
  enum { STEPS = 64 };
  uint16_t greys[STEPS + 1][3], converted[STEPS + 1][3];
  for (int i = 0; i <= STEPS; i++) {
    greys[i][0] = greys[i][1] = greys[i][2] = (uint16_t)(FULL * i / STEPS);
  }
  cmsDoTransform(transform, greys, converted, STEPS + 1);
  return largest_difference(greys[0], converted[0], sizeof greys / sizeof **greys);
}

// MARK: - The three ways

static bool shaper_agrees(
    const color_shaper *shaper, uint16_t grid[GRID_POINTS][3], uint16_t converted[GRID_POINTS][3]) {
  for (int i = 0; i < GRID_POINTS; i++) {
    int32_t samples[3], results[3];
    for (int n = 0; n < 3; n++) samples[n] = grid[i][n] / EIGHT_BIT_STEP * (CODEC_WHITE / 255);
    color_shaper_convert(shaper, samples, results);
    for (int n = 0; n < 3; n++) {
      int difference = results[n] * FULL / CODEC_WHITE - converted[i][n];
      if (abs(difference) > SHAPER_TOLERANCE) return false;
    }
  }
  return true;
}

static codec_status prepare_rgb(codec_color *color, cmsHPROFILE profile, cmsHPROFILE target) {
  uint16_t grid[GRID_POINTS][3], converted[GRID_POINTS][3];
  // Not "optimised": that takes tens of milliseconds and gives a grid with errors that can be seen.
  color->transform = cmsCreateTransformTHR(
      color->context, profile, TYPE_RGB_16, target, TYPE_RGB_16, INTENT_RELATIVE_COLORIMETRIC,
      flags | cmsFLAGS_NOOPTIMIZE);
  if (color->transform == NULL) return CODEC_CORRUPT;
  fill_grid(grid);
  cmsDoTransform(color->transform, grid, converted, GRID_POINTS);
  color->order = order_of(
      largest_difference(grid[0], converted[0], sizeof grid / sizeof **grid),
      tone_difference(color->transform));
  if (color->order == CODEC_COLOR_NEVER) return CODEC_OK;
  color_shaper *shaper = malloc(sizeof *shaper);
  if (shaper == NULL) return CODEC_OUT_OF_MEMORY;
  if (color_shaper_build(shaper, profile, target) && shaper_agrees(shaper, grid, converted)) {
    color->shaper = shaper;
  } else {
    free(shaper);
  }
  return CODEC_OK;
}

static codec_status prepare_grey(codec_color *color, cmsHPROFILE profile, cmsHPROFILE target) {
  // Every 4th level is asked, those between lie on a line.
  enum { SPACING = 4, KNOTS = CODEC_WHITE / SPACING + 1 };
  _Static_assert(CODEC_WHITE % SPACING == 0, "the last level is a knot");
  uint16_t knots[KNOTS], converted[KNOTS];
  color->transform = cmsCreateTransformTHR(
      color->context, profile, TYPE_GRAY_16, target, TYPE_GRAY_16, INTENT_RELATIVE_COLORIMETRIC,
      flags | cmsFLAGS_NOOPTIMIZE);
  if (color->transform == NULL) return CODEC_CORRUPT;
  for (int i = 0; i < KNOTS; i++) knots[i] = (uint16_t)((uint64_t)FULL * (uint64_t)i / (KNOTS - 1));
  cmsDoTransform(color->transform, knots, converted, KNOTS);
  int difference = largest_difference(knots, converted, KNOTS);
  color->order = order_of(difference, difference);
  if (color->order == CODEC_COLOR_NEVER) return CODEC_OK;
  color->grey = malloc(SHAPER_LEVELS * sizeof *color->grey);
  if (color->grey == NULL) return CODEC_OUT_OF_MEMORY;
  for (int level = 0; level < SHAPER_LEVELS; level++) {
    int knot = level / SPACING, rest = level % SPACING;
    int from = converted[knot], to = rest > 0 ? converted[knot + 1] : from;
    int64_t sample = from * SPACING + (to - from) * rest;
    color->grey[level] = (uint16_t)((sample * CODEC_WHITE + FULL * SPACING / 2) / (FULL * SPACING));
  }
  return CODEC_OK;
}

static codec_status prepare_ink(
    codec_color *color, cmsHPROFILE profile, cmsHPROFILE target, codec_layout layout) {
  // Here lcms2's grid pays: rows are converted before the resize, and a picture has many pixels.
  cmsUInt32Number format = layout == CODEC_CMYK_INVERTED ? TYPE_CMYK_8_REV : TYPE_CMYK_8;
  color->transform = cmsCreateTransformTHR(
      color->context, profile, format, target, TYPE_RGB_16, INTENT_RELATIVE_COLORIMETRIC, flags);
  color->order = CODEC_COLOR_BEFORE_RESIZE;
  return color->transform == NULL ? CODEC_CORRUPT : CODEC_OK;
}

// MARK: - Life

static cmsColorSpaceSignature space_of(codec_layout layout) {
  switch (layout) {
    case CODEC_GREY:
    case CODEC_GREY_ALPHA: return cmsSigGrayData;
    case CODEC_CMYK:
    case CODEC_CMYK_INVERTED: return cmsSigCmykData;
    default: return cmsSigRgbData;
  }
}

static codec_status prepare(codec_color *color, cmsHPROFILE profile, codec_layout layout) {
  cmsColorSpaceSignature space = space_of(layout);
  cmsHPROFILE target = color_target(color->context, space == cmsSigGrayData);
  if (target == NULL) return CODEC_OUT_OF_MEMORY;
  codec_status status;
  switch (space) {
    case cmsSigGrayData: status = prepare_grey(color, profile, target); break;
    case cmsSigCmykData: status = prepare_ink(color, profile, target, layout); break;
    default: status = prepare_rgb(color, profile, target); break;
  }
  cmsCloseProfile(target);
  return status;
}

codec_status codec_color_create(
    const uint8_t *icc, size_t count, codec_layout layout, codec_color **color,
    codec_report *report) {
  codec_color *made = calloc(1, sizeof *made);
  if (made == NULL) return CODEC_OUT_OF_MEMORY;
  codec_status status = CODEC_OUT_OF_MEMORY;
  made->context = color_context(report);
  if (made->context != NULL) {
    cmsHPROFILE profile =
        color_open(made->context, icc, count, space_of(layout), &status, report);
    if (profile != NULL) {
      status = prepare(made, profile, layout);
      cmsCloseProfile(profile);
    }
    // The report is the caller's and may be gone when the transform is used.
    cmsSetLogErrorHandlerTHR(made->context, NULL);
  }
  if (status != CODEC_OK) {
    codec_color_free(made);
    return status;
  }
  // What isn't used needn't be kept: a transform has up to a megabyte.
  if (made->shaper != NULL || made->grey != NULL || made->order == CODEC_COLOR_NEVER) {
    cmsDeleteTransform(made->transform);
    made->transform = NULL;
  }
  *color = made;
  return CODEC_OK;
}

void codec_color_free(codec_color *color) {
  if (color == NULL) return;
  if (color->transform != NULL) cmsDeleteTransform(color->transform);
  if (color->context != NULL) cmsDeleteContext(color->context);
  free(color->shaper);
  free(color->grey);
  free(color);
}

codec_color_order codec_color_order_of(const codec_color *color) { return color->order; }
