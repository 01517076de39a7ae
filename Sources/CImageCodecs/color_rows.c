#include "color_transform.h"

#include <string.h>

enum {
  FULL = 65535,
  // Pixels that go through lcms2 in one call.
  BATCH = 256,
};

static int32_t clamped(int32_t sample, int32_t most) {
  return sample < 0 ? 0 : sample > most ? most : sample;
}

// 0 ... CODEC_WHITE and 0 ... 65535 to each other, rounded.
static uint16_t widened(int32_t level) {
  return (uint16_t)((level * FULL + CODEC_WHITE / 2) / CODEC_WHITE);
}
static int32_t narrowed(uint16_t sample) { return (sample * CODEC_WHITE + FULL / 2) / FULL; }

// Converts `count` (at most BATCH) pixels of three levels each, in place.
static void convert_levels(const codec_color *color, int32_t (*pixels)[3], uint32_t count) {
  if (color->grey != NULL) {
    for (uint32_t i = 0; i < count; i++) {
      pixels[i][0] = pixels[i][1] = pixels[i][2] = color->grey[pixels[i][0]];
    }
  } else if (color->shaper != NULL) {
    for (uint32_t i = 0; i < count; i++) color_shaper_convert(color->shaper, pixels[i], pixels[i]);
  } else if (color->transform != NULL) {
    uint16_t wide[BATCH][3], converted[BATCH][3];
    for (uint32_t i = 0; i < count; i++) {
      for (int n = 0; n < 3; n++) wide[i][n] = widened(pixels[i][n]);
    }
    cmsDoTransform(color->transform, wide, converted, count);
    for (uint32_t i = 0; i < count; i++) {
      for (int n = 0; n < 3; n++) pixels[i][n] = narrowed(converted[i][n]);
    }
  }
}

// MARK: - The resampler's rows

// The colours themselves, of a premultiplied pixel. What can't be seen is black.
static void take_straight(const int16_t *pixel, int32_t *levels) {
  int32_t alpha = clamped(pixel[3], CODEC_WHITE);
  for (int n = 0; n < 3; n++) levels[n] = clamped(pixel[n], alpha);
  if (alpha == 0 || alpha == CODEC_WHITE) return;
  for (int n = 0; n < 3; n++) levels[n] = (levels[n] * CODEC_WHITE + alpha / 2) / alpha;
}

static void put_premultiplied(const int32_t *levels, int16_t alpha, int16_t *pixel) {
  pixel[3] = alpha;
  for (int n = 0; n < 3; n++) pixel[n] = (int16_t)levels[n];
  if (alpha >= CODEC_WHITE) return;
  int32_t factor = clamped(alpha, CODEC_WHITE);
  for (int n = 0; n < 3; n++) {
    pixel[n] = (int16_t)((levels[n] * factor + CODEC_WHITE / 2) / CODEC_WHITE);
  }
}

void codec_color_convert_finished(
    const codec_color *color, const int16_t *row, uint32_t width, int16_t *converted) {
  int32_t levels[BATCH][3];
  for (uint32_t start = 0; start < width; start += BATCH) {
    uint32_t count = width - start < BATCH ? width - start : BATCH;
    const int16_t *from = row + (size_t)start * CODEC_CHANNELS;
    int16_t *to = converted + (size_t)start * CODEC_CHANNELS;
    for (uint32_t i = 0; i < count; i++) take_straight(from + i * CODEC_CHANNELS, levels[i]);
    convert_levels(color, levels, count);
    for (uint32_t i = 0; i < count; i++) {
      put_premultiplied(levels[i], from[i * CODEC_CHANNELS + 3], to + i * CODEC_CHANNELS);
    }
  }
}

// MARK: - A decoder's rows

typedef struct row_shape {
  uint32_t samples;  // in a pixel, meaningless ones too
  uint32_t colours;
  bool alpha;
} row_shape;

static row_shape shape_of(codec_layout layout) {
  switch (layout) {
    case CODEC_GREY: return (row_shape){1, 1, false};
    case CODEC_GREY_ALPHA: return (row_shape){2, 1, true};
    case CODEC_RGB: return (row_shape){3, 3, false};
    case CODEC_RGBA: return (row_shape){4, 3, true};
    default: return (row_shape){4, 3, false};
  }
}

codec_layout codec_color_layout(codec_layout layout) {
  switch (layout) {
    case CODEC_GREY:
    case CODEC_GREY_ALPHA:
    case CODEC_RGBA: return layout;
    default: return CODEC_RGB;
  }
}

static uint16_t sample_at(const uint8_t *row, uint32_t sample_bytes, size_t index) {
  if (sample_bytes == 1) return (uint16_t)(row[index] * (FULL / 255));
  uint16_t sample;
  memcpy(&sample, row + index * 2, sizeof sample);
  return sample;
}

static void convert_light(
    const codec_color *color, row_shape shape, uint32_t sample_bytes, const uint8_t *row,
    uint32_t width, uint16_t *converted) {
  int32_t levels[BATCH][3];
  for (uint32_t start = 0; start < width; start += BATCH) {
    uint32_t count = width - start < BATCH ? width - start : BATCH;
    for (uint32_t i = 0; i < count; i++) {
      size_t pixel = (size_t)(start + i) * shape.samples;
      for (uint32_t n = 0; n < 3; n++) {
        uint32_t colour = n < shape.colours ? n : 0;
        levels[i][n] = narrowed(sample_at(row, sample_bytes, pixel + colour));
      }
    }
    convert_levels(color, levels, count);
    for (uint32_t i = 0; i < count; i++) {
      size_t pixel = (size_t)(start + i) * shape.samples;
      for (uint32_t n = 0; n < shape.colours; n++) *converted++ = widened(levels[i][n]);
      if (shape.alpha) *converted++ = sample_at(row, sample_bytes, pixel + shape.colours);
    }
  }
}

void codec_color_convert_row(
    const codec_color *color, codec_layout layout, uint32_t sample_bytes, const uint8_t *row,
    uint32_t width, uint16_t *converted) {
  if (layout == CODEC_CMYK || layout == CODEC_CMYK_INVERTED) {
    if (color->transform != NULL) cmsDoTransform(color->transform, row, converted, width);
  } else {
    convert_light(color, shape_of(layout), sample_bytes, row, width, converted);
  }
}
