#pragma once

#include "codec_status.h"

// The inner loops of a separable resampling filter, on four channels of 16-bit integers.
//
// Integers, because then every variant gives the same bits whatever the processor and the order of additions.
// A sample is 0 ... CODEC_WHITE: 8 bits with 6 more below them, which leaves 16-bit integers room for the
// overshoot of a sharp filter (a quarter above and below).
enum {
  CODEC_WHITE = 255 << 6,
  CODEC_CHANNELS = 4,  // red, green, blue, alpha; colours premultiplied
  // Rows that are filtered across at a time: the weights are loaded once for all.
  CODEC_BATCH = 4,
  // A filtered row's lanes are rounded up to this, so that the loops have no remainder.
  CODEC_LANES = 32,
};

typedef enum codec_kernel {
  CODEC_KERNEL_PORTABLE = 0,
  CODEC_KERNEL_AVX2,
} codec_kernel;

// The fastest variant that this processor runs. All give the same results.
codec_kernel codec_kernel_best(void);

// How each of `count` targets is a weighted sum of `taps` sources, the first of which is `first[target]`.
typedef struct codec_axis {
  const int32_t *first;    // even
  const int16_t *weights;  // `taps` for each target; they sum up to 1 << shift
  uint32_t count;
  uint32_t taps;  // a multiple of 4
  uint32_t shift;
} codec_axis;

// Turns a decoder's row into pixel pairs: for each two neighbours, red of both, green of both, blue, alpha.
// `pairs` holds 4 * width values, rounded up to a whole pair.
void codec_load_row(
    codec_kernel kernel, codec_layout layout, uint32_t sample_bytes, const uint8_t *samples, uint32_t width,
    int16_t *pairs);

// Filters CODEC_BATCH rows of pixel pairs, `stride` values apart, across. The result is two row pairs: for
// each lane (channel of a pixel) its value in both rows.
void codec_filter_across(
    codec_kernel kernel, const codec_axis *axis, const int16_t *rows, size_t stride,
    int16_t *first_pair, int16_t *second_pair);

// Filters down: target row `target` out of the `axis->taps / 2` row pairs that begin with the one that
// holds `axis->first[target]`. `lanes` is a multiple of CODEC_LANES.
void codec_filter_down(
    codec_kernel kernel, const codec_axis *axis, uint32_t target, const int16_t *const *row_pairs,
    size_t lanes, int16_t *row);

// sin(pi x) / (pi x) * sin(pi x / 3) / (pi x / 3) for |x| < 3, else 0, at `count` places x from `first` on.
void codec_lanczos3_row(double first, double step, uint32_t count, double *values);
