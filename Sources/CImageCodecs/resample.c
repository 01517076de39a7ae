#include "include/resample.h"

#include <math.h>
#include <string.h>

// MARK: - Variants

#define LANES 4
#define VARIANT(name) name##_portable
#if defined(__SSE2__)
#include <immintrin.h>
#define MULTIPLY_PAIRS(a, b) ((VARIANT(sums))_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#else
#define EVEN(a) __builtin_convertvector(__builtin_shufflevector(a, a, 0, 2, 4, 6), VARIANT(sums))
#define ODD(a) __builtin_convertvector(__builtin_shufflevector(a, a, 1, 3, 5, 7), VARIANT(sums))
#define MULTIPLY_PAIRS(a, b) (EVEN(a) * EVEN(b) + ODD(a) * ODD(b))
#endif
#include "load_row_kernels.h"
#include "resample_kernels.h"
#undef LANES
#undef VARIANT
#undef MULTIPLY_PAIRS

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANES 8
#define VARIANT(name) name##_avx2
#define MULTIPLY_PAIRS(a, b) ((VARIANT(sums))_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))
#include "load_row_kernels.h"
#include "resample_kernels.h"
#pragma clang attribute pop
#endif

codec_kernel codec_kernel_best(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return CODEC_KERNEL_AVX2;
#endif
  return CODEC_KERNEL_PORTABLE;
}

void codec_load_row(
    codec_kernel kernel, codec_layout layout, uint32_t sample_bytes, const uint8_t *samples,
    uint32_t width, int16_t *pairs) {
#if defined(__x86_64__)
  if (kernel == CODEC_KERNEL_AVX2) {
    (sample_bytes == 2 ? load_row_16_avx2 : load_row_8_avx2)(layout, samples, width, pairs);
    return;
  }
#endif
  (void)kernel;
  (sample_bytes == 2 ? load_row_16_portable : load_row_8_portable)(layout, samples, width, pairs);
}

void codec_filter_across(
    codec_kernel kernel, const codec_axis *axis, const int16_t *rows, size_t stride,
    int16_t *first_pair, int16_t *second_pair) {
#if defined(__x86_64__)
  if (kernel == CODEC_KERNEL_AVX2) {
    filter_across_avx2(axis, rows, stride, first_pair, second_pair);
    return;
  }
#endif
  (void)kernel;
  filter_across_portable(axis, rows, stride, first_pair, second_pair);
}

void codec_filter_down(
    codec_kernel kernel, const codec_axis *axis, uint32_t target, const int16_t *const *row_pairs,
    size_t lanes, int16_t *row) {
#if defined(__x86_64__)
  if (kernel == CODEC_KERNEL_AVX2) {
    filter_down_avx2(axis, target, row_pairs, lanes, row);
    return;
  }
#endif
  (void)kernel;
  filter_down_portable(axis, target, row_pairs, lanes, row);
}

// MARK: - The filter

static const double PI = 3.14159265358979323846;

// sinc(x) * sinc(x / 3) with one sine: sin(3a) is sin(a) * (3 - 4 * sin(a)^2).
static double lanczos3(double x, double sine) {
  // So near to 0 it is 1 to ten digits, and the quotient less exact.
  if (fabs(x) < 1e-5) return 1;
  if (fabs(x) >= 3) return 0;
  double a = PI / 3 * x, squared = sine * sine;
  return squared * (3 - 4 * squared) / (3 * a * a);
}

// From one sine to the next by rotation: hundreds of them stay exact to 13 digits.
void codec_lanczos3_row(double first, double step, uint32_t count, double *values) {
  double sine = sin(PI / 3 * first), cosine = cos(PI / 3 * first);
  double step_sine = sin(PI / 3 * step), step_cosine = cos(PI / 3 * step);
  for (uint32_t i = 0; i < count; i++) {
    values[i] = lanczos3(first + i * step, sine);
    double next = sine * step_cosine + cosine * step_sine;
    cosine = cosine * step_cosine - sine * step_sine;
    sine = next;
  }
}
