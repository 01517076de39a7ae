#include "include/fixture_reference.h"

#include <math.h>
#include <stdlib.h>

static double lanczos3(double x) {
  if (fabs(x) < 1e-9) return 1;
  if (fabs(x) >= 3) return 0;
  return 3 * sin(M_PI * x) * sin(M_PI * x / 3) / (M_PI * M_PI * x * x);
}

// Which sources become one target.
typedef struct window {
  size_t first, count;
  double *weights;
} window;

static void set_window(window *window, size_t source, size_t target, size_t position) {
  double ratio = (double)source / (double)target, stretch = ratio > 1 ? ratio : 1;
  double center = ((double)position + 0.5) * ratio, sum = 0;
  double start = floor(center - 3 * stretch), end = ceil(center + 3 * stretch);
  window->first = start > 0 ? (size_t)start : 0;
  window->count = (end < (double)source ? (size_t)end : source) - window->first;
  window->weights = malloc(window->count * sizeof(double));
  for (size_t i = 0; i < window->count; i++) {
    window->weights[i] = lanczos3(((double)(window->first + i) + 0.5 - center) / stretch);
    sum += window->weights[i];
  }
  for (size_t i = 0; i < window->count; i++) window->weights[i] /= sum;
}

static window *windows(size_t source, size_t target) {
  window *windows = malloc(target * sizeof *windows);
  for (size_t i = 0; i < target; i++) set_window(&windows[i], source, target, i);
  return windows;
}

static void free_windows(window *windows, size_t count) {
  for (size_t i = 0; i < count; i++) free(windows[i].weights);
  free(windows);
}

static void load_row(
    const void *samples, int sample_bytes, int channels, size_t width, size_t y, double *row) {
  size_t count = width * (size_t)channels;
  const uint8_t *bytes = (const uint8_t *)samples + y * count * (size_t)sample_bytes;
  for (size_t i = 0; i < count; i++) {
    row[i] = sample_bytes == 2 ? ((const uint16_t *)(const void *)bytes)[i] / 65535.0
                               : bytes[i] / 255.0;
  }
  if (channels != 4) return;
  for (size_t i = 0; i < count; i += 4) {
    for (size_t channel = 0; channel < 3; channel++) row[i + channel] *= row[i + 3];
  }
}

// One row's pixels become fewer.
static void filter_across(
    const double *row, size_t lanes, const window *windows, size_t count, double *result) {
  for (size_t x = 0; x < count; x++) {
    for (size_t i = 0; i < windows[x].count; i++) {
      const double *pixel = row + (windows[x].first + i) * lanes;
      for (size_t lane = 0; lane < lanes; lane++) {
        result[x * lanes + lane] += windows[x].weights[i] * pixel[lane];
      }
    }
  }
}

double *fixture_lanczos3(
    const void *samples, int sample_bytes, int channels, uint32_t width, uint32_t height,
    uint32_t to_width, uint32_t to_height) {
  size_t lanes = (size_t)channels, narrow = to_width * lanes;
  window *columns = windows(width, to_width), *lines = windows(height, to_height);
  double *row = malloc(width * lanes * sizeof(double));
  double *across = calloc(height * narrow, sizeof(double));
  double *result = calloc(to_height * narrow, sizeof(double));
  for (size_t y = 0; y < height; y++) {
    load_row(samples, sample_bytes, channels, width, y, row);
    filter_across(row, lanes, columns, to_width, across + y * narrow);
  }
  for (size_t y = 0; y < to_height; y++) {
    for (size_t i = 0; i < lines[y].count; i++) {
      const double *line = across + (lines[y].first + i) * narrow;
      for (size_t x = 0; x < narrow; x++) result[y * narrow + x] += lines[y].weights[i] * line[x];
    }
  }
  free_windows(columns, to_width);
  free_windows(lines, to_height);
  free(row);
  free(across);
  return result;
}
