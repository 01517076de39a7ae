#include "include/finish_row.h"

#include <string.h>

typedef int16_t pixels_16 __attribute__((vector_size(32)));
typedef uint8_t pixels_8 __attribute__((vector_size(16)));

enum { PIXELS = 4, ROUNDING = 32, SHIFT = 6 };

// Each pixel is stored with its alpha, which the next one overwrites: a shuffle of bytes is slow where a
// processor has none. The last pixel of a row has no next one.
static void finish_colours(const int16_t *pixels, uint32_t width, uint8_t *samples) {
  while (width > 0) {
    uint32_t count = width < PIXELS ? width : PIXELS;
    pixels_16 wide = {0};
    memcpy(&wide, pixels, count == PIXELS ? sizeof wide : count * sizeof wide / PIXELS);
    wide = __builtin_elementwise_add_sat(wide, (pixels_16){0} + ROUNDING) >> SHIFT;
    wide = __builtin_elementwise_max(wide, (pixels_16){0});
    wide = __builtin_elementwise_min(wide, (pixels_16){0} + UINT8_MAX);
    pixels_8 narrow = __builtin_convertvector(wide, pixels_8);
    uint8_t bytes[sizeof narrow];
    memcpy(bytes, &narrow, sizeof narrow);
    if (width > PIXELS) {
      for (int i = 0; i < PIXELS; i++) memcpy(samples + 3 * i, bytes + 4 * i, 4);
    } else {
      for (uint32_t i = 0; i < count; i++) memcpy(samples + 3 * i, bytes + 4 * i, 3);
    }
    pixels += 4 * count;
    samples += 3 * count;
    width -= count;
  }
}

static void finish_grey(const int16_t *pixels, uint32_t width, uint8_t *samples) {
  for (uint32_t i = 0; i < width; i++) {
    int value = (pixels[4 * i] + ROUNDING) >> SHIFT;
    samples[i] = (uint8_t)(value < 0 ? 0 : value > UINT8_MAX ? UINT8_MAX : value);
  }
}

void codec_finish_opaque(
    const int16_t *pixels, uint32_t width, uint32_t colours, uint8_t *samples) {
  (colours == 1 ? finish_grey : finish_colours)(pixels, width, samples);
}
