#include "include/resample.h"

// A pixel with colours premultiplied, each 0 ... CODEC_WHITE.
typedef struct pixel {
  int16_t red, green, blue, alpha;
} pixel;

// MARK: - Samples

static inline uint32_t sample(const uint8_t *samples, uint32_t sample_bytes, size_t index) {
  return sample_bytes == 2 ? ((const uint16_t *)(const void *)samples)[index]
                           : samples[index] * 257U;
}

// 0 ... 65535 to 0 ... CODEC_WHITE, rounded. An 8-bit sample times 257 becomes exactly 64 times itself.
static inline int16_t scaled(uint32_t value) {
  return (int16_t)((value * (uint32_t)CODEC_WHITE + (1U << 15)) >> 16);
}

// `value` (0 ... CODEC_WHITE) times `factor` / 65535; exact for 0 and 65535.
static inline int16_t product(int16_t value, uint32_t factor) {
  return (int16_t)(((uint32_t)value * factor + (1U << 15)) >> 16);
}

// MARK: - Pixels

static inline pixel load_grey(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  int16_t grey = scaled(sample(samples, sample_bytes, x));
  return (pixel){grey, grey, grey, CODEC_WHITE};
}

static inline pixel load_grey_alpha(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  uint32_t alpha = sample(samples, sample_bytes, 2 * x + 1);
  int16_t grey = product(scaled(sample(samples, sample_bytes, 2 * x)), alpha);
  return (pixel){grey, grey, grey, scaled(alpha)};
}

static inline pixel load_rgb(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  return (pixel){
      scaled(sample(samples, sample_bytes, 3 * x)),
      scaled(sample(samples, sample_bytes, 3 * x + 1)),
      scaled(sample(samples, sample_bytes, 3 * x + 2)),
      CODEC_WHITE,
  };
}

static inline pixel load_rgbx(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  (void)sample_bytes;
  const uint8_t *p = samples + 4 * x;
  return (pixel){(int16_t)(p[0] << 6), (int16_t)(p[1] << 6), (int16_t)(p[2] << 6), CODEC_WHITE};
}

static inline pixel load_rgba(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  uint32_t alpha = sample(samples, sample_bytes, 4 * x + 3);
  return (pixel){
      product(scaled(sample(samples, sample_bytes, 4 * x)), alpha),
      product(scaled(sample(samples, sample_bytes, 4 * x + 1)), alpha),
      product(scaled(sample(samples, sample_bytes, 4 * x + 2)), alpha),
      scaled(alpha),
  };
}

// Without a profile: what an ink lets through times what black lets through.
static inline pixel load_inverted_cmyk(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  (void)sample_bytes;
  const uint8_t *p = samples + 4 * x;
  uint32_t black = p[3] * 257U;
  return (pixel){
      product((int16_t)(p[0] << 6), black),
      product((int16_t)(p[1] << 6), black),
      product((int16_t)(p[2] << 6), black),
      CODEC_WHITE,
  };
}

static inline pixel load_cmyk(const uint8_t *samples, uint32_t sample_bytes, size_t x) {
  const uint8_t *p = samples + 4 * x;
  const uint8_t inverted[] = {
      (uint8_t)(255 - p[0]), (uint8_t)(255 - p[1]), (uint8_t)(255 - p[2]), (uint8_t)(255 - p[3])};
  return load_inverted_cmyk(inverted, sample_bytes, 0);
}

// MARK: - Rows

static inline void store(int16_t *pairs, size_t x, pixel pixel) {
  int16_t *lane = pairs + x / 2 * 8 + x % 2;
  lane[0] = pixel.red;
  lane[2] = pixel.green;
  lane[4] = pixel.blue;
  lane[6] = pixel.alpha;
}

// One loop for each layout and depth, so that the compiler can make vectors of it.
#define EACH_PIXEL(LOAD, SAMPLE_BYTES)                                       \
  do {                                                                       \
    for (size_t x = 0; x + 1 < width; x += 2) {                              \
      store(pairs, x, LOAD(samples, SAMPLE_BYTES, x));                       \
      store(pairs, x + 1, LOAD(samples, SAMPLE_BYTES, x + 1));               \
    }                                                                        \
    if (width % 2 != 0) {                                                    \
      store(pairs, width - 1, LOAD(samples, SAMPLE_BYTES, width - 1));       \
      store(pairs, width, (pixel){0, 0, 0, 0});                              \
    }                                                                        \
  } while (0)
#define EACH_PIXEL_OF_DEPTH(LOAD)                  \
  do {                                             \
    if (sample_bytes == 2) EACH_PIXEL(LOAD, 2);    \
    else EACH_PIXEL(LOAD, 1);                      \
  } while (0)

void codec_load_row(
    codec_layout layout, uint32_t sample_bytes, const uint8_t *samples, uint32_t width,
    int16_t *pairs) {
  switch (layout) {
    case CODEC_GREY: EACH_PIXEL_OF_DEPTH(load_grey); break;
    case CODEC_GREY_ALPHA: EACH_PIXEL_OF_DEPTH(load_grey_alpha); break;
    case CODEC_RGB: EACH_PIXEL_OF_DEPTH(load_rgb); break;
    case CODEC_RGBA: EACH_PIXEL_OF_DEPTH(load_rgba); break;
    case CODEC_RGBX: EACH_PIXEL(load_rgbx, 1); break;
    case CODEC_CMYK: EACH_PIXEL(load_cmyk, 1); break;
    case CODEC_CMYK_INVERTED: EACH_PIXEL(load_inverted_cmyk, 1); break;
  }
}
