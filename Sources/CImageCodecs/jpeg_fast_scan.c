#include "jpeg_fast_scan.h"

// The natural place of each coefficient in zigzag order; all beyond a block's end share one that no transform
// reads.
static const uint8_t places[256] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    [DCTSIZE2 ... 255] = DCTSIZE2,
};

// MARK: - Blocks of one value

// The one sample that a whole block becomes. libjpeg looks it up by the last ten bits.
static inline uint8_t mean_of(int16_t dc, const uint16_t *quants) {
  int32_t value = ((((dc * (int32_t)quants[0] + 4) >> 3) & 1023) ^ 512) - 512 + 128;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Whether the larger transforms give that sample, too; not where they overflow.
static inline bool is_plain(int16_t dc, const uint16_t *quants) {
  int32_t value = dc * (int32_t)quants[0];
  return value >= -4096 && value < 4092;
}

static inline void fill_block(uint8_t value, uint32_t side, uint8_t *samples, size_t stride) {
  for (uint32_t y = 0; y < side; y++)
    for (uint32_t x = 0; x < side; x++) samples[y * stride + x] = value;
}

// MARK: - Variants

#define VARIANT(name) name##_portable
#include "jpeg_fast_portable.h"
#include "jpeg_fast_kernels.h"
#undef VARIANT

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#define VARIANT(name) name##_avx2
#include "jpeg_fast_avx2.h"
#include "jpeg_fast_kernels.h"
#pragma clang attribute pop
#endif

// MARK: - From interval to interval

static void begin_interval(fast_scan *scan, const uint8_t *bytes, const uint8_t *end) {
  fast_reader_begin(&scan->reader, bytes, end);
  for (uint32_t i = 0; i < scan->component_count; i++) scan->components[i].prediction = 0;
}

// Whether nothing but this marker follows what was decoded.
static bool is_at(fast_scan *scan, uint8_t marker) {
  const fast_reader *reader = &scan->reader;
  return fast_reader_is_at_marker(&scan->reader) && reader->source_end - reader->source >= 2 &&
      reader->source[1] == marker;
}

// Sums of differences stay far from what libjpeg refuses, and within what it keeps of them.
static bool predictions_fit(const fast_scan *scan) {
  for (uint32_t i = 0; i < scan->component_count; i++)
    if (scan->components[i].prediction != (int16_t)scan->components[i].prediction) return false;
  return true;
}

static bool decode_mcu(fast_scan *scan, codec_kernel kernel, uint32_t row, uint32_t column) {
#if defined(__x86_64__)
  if (kernel == CODEC_KERNEL_AVX2) return decode_mcu_avx2(scan, row, column);
#endif
  (void)kernel;
  return decode_mcu_portable(scan, row, column);
}

bool fast_scan_decode(
    fast_scan *scan, codec_kernel kernel, const uint8_t *bytes, const uint8_t *end) {
  begin_interval(scan, bytes, end);
  uint32_t until_restart = scan->restart_interval, restarts = 0;
  for (uint32_t row = 0; row < scan->rows; row++) {
    for (uint32_t column = 0; column < scan->columns; column++) {
      if (scan->restart_interval != 0 && until_restart-- == 0) {
        if (!is_at(scan, (uint8_t)(JPEG_RST0 + restarts++ % 8))) return false;
        begin_interval(scan, scan->reader.source + 2, end);
        until_restart = scan->restart_interval - 1;
      }
      if (!fast_reader_ensure(&scan->reader) || !decode_mcu(scan, kernel, row, column)) return false;
    }
    if (!predictions_fit(scan)) return false;
  }
  return is_at(scan, JPEG_EOI);
}
