#include "jpeg_fast_rows.h"

#include <string.h>

void fast_double_row(const uint8_t *samples, uint32_t count, bool smoothly, uint8_t *doubled) {
  // libjpeg leaves rows of one or two as they are.
  if (!smoothly || count <= 2) {
    for (uint32_t i = 0; i < count; i++) doubled[2 * i] = doubled[2 * i + 1] = samples[i];
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t three = 3U * samples[i];
    uint32_t before = samples[i > 0 ? i - 1 : i], after = samples[i + 1 < count ? i + 1 : i];
    doubled[2 * i] = (uint8_t)((three + before + 1) >> 2);
    doubled[2 * i + 1] = (uint8_t)((three + after + 2) >> 2);
  }
}

#define COLOR_PIXELS 8
typedef uint8_t samples_8 __attribute__((vector_size(8)));
typedef int32_t numbers_8 __attribute__((vector_size(32)));

// With 16 bits behind the point, the halves that round added once.
#define COLOR_ROW                                                                                  \
  for (uint32_t x = 0; x < width; x += COLOR_PIXELS) {                                             \
    samples_8 bytes[3];                                                                            \
    uint32_t count = width - x < COLOR_PIXELS ? width - x : COLOR_PIXELS;                          \
    memcpy(&bytes[0], y + x, COLOR_PIXELS);                                                        \
    memcpy(&bytes[1], cb + x, COLOR_PIXELS);                                                       \
    memcpy(&bytes[2], cr + x, COLOR_PIXELS);                                                       \
    numbers_8 luma = __builtin_convertvector(bytes[0], numbers_8);                                 \
    numbers_8 blue = __builtin_convertvector(bytes[1], numbers_8) - 128;                           \
    numbers_8 red = __builtin_convertvector(bytes[2], numbers_8) - 128;                            \
    numbers_8 r = CLAMPED(luma + ((91881 * red + 32768) >> 16));                                   \
    numbers_8 g = CLAMPED(luma + ((32768 - 22554 * blue - 46802 * red) >> 16));                    \
    numbers_8 b = CLAMPED(luma + ((116130 * blue + 32768) >> 16));                                 \
    numbers_8 pixels = r | g << 8 | b << 16;                                                       \
    memcpy(row + 4 * (size_t)x, &pixels, 4 * (size_t)count);                                       \
  }
#define CLAMPED(values) \
  ((((values) | ((255 - (values)) >> 31)) & ~((values) >> 31)) & 255)

static void color_row_portable(
    const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint32_t width, uint8_t *row) {
  COLOR_ROW
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void color_row_avx2(
    const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint32_t width, uint8_t *row) {
  COLOR_ROW
}
#endif

void fast_color_row(
    codec_kernel kernel, const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint32_t width, uint8_t *row) {
#if defined(__x86_64__)
  if (kernel == CODEC_KERNEL_AVX2) {
    color_row_avx2(y, cb, cr, width, row);
    return;
  }
#endif
  (void)kernel;
  color_row_portable(y, cb, cr, width, row);
}
