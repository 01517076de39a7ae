#include "include/fixture_paths.h"

#include <jpeg_decode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a decoder made of a file.
typedef struct decoding {
  codec_status opened, started, read;
  bool is_fast;
  codec_report report;
  uint32_t width, height, channels;
  uint8_t *rows;
} decoding;

static decoding decode(
    const uint8_t *bytes, size_t count, uint32_t eighths, bool lenient, codec_jpeg_path path) {
  decoding result = {0};
  codec_jpeg_decoder *decoder = codec_jpeg_decoder_create();
  codec_jpeg_decoder_choose(decoder, path);
  codec_jpeg_header header;
  result.opened = codec_jpeg_decoder_open(decoder, bytes, count, &header);
  if (result.opened == CODEC_OK) {
    result.channels = header.layout == CODEC_GREY ? 1 : 4;
    result.started =
        codec_jpeg_decoder_start(decoder, eighths, 20, lenient, &result.width, &result.height);
    result.is_fast = codec_jpeg_decoder_is_fast(decoder);
  }
  if (result.opened == CODEC_OK && result.started == CODEC_OK) {
    size_t stride = (size_t)result.width * result.channels;
    result.rows = calloc(result.height, stride);
    result.read = codec_jpeg_decoder_read(decoder, result.rows, stride, result.height);
    codec_jpeg_decoder_finish(decoder);
    // The fourth of RGBX means nothing.
    if (header.layout == CODEC_RGBX)
      for (size_t i = 3; i < stride * result.height; i += 4) result.rows[i] = 0;
  }
  result.report = *codec_jpeg_decoder_report(decoder);
  codec_jpeg_decoder_free(decoder);
  return result;
}

static bool are_equal(const decoding *a, const decoding *b, char *difference, size_t capacity) {
  if (a->opened != b->opened || a->started != b->started || a->read != b->read) {
    snprintf(difference, capacity, "ends as %d %d %d and as %d %d %d", a->opened, a->started, a->read,
             b->opened, b->started, b->read);
  } else if (strcmp(a->report.message, b->report.message) != 0) {
    snprintf(difference, capacity, "%.80s / %.80s", a->report.message, b->report.message);
  } else if (a->report.warnings != b->report.warnings) {
    snprintf(difference, capacity, "%u warnings and %u", a->report.warnings, b->report.warnings);
  } else if (a->width != b->width || a->height != b->height) {
    snprintf(difference, capacity, "%ux%u and %ux%u", a->width, a->height, b->width, b->height);
  } else {
    size_t stride = (size_t)a->width * a->channels;
    for (size_t i = 0; a->rows != NULL && i < stride * a->height; i++) {
      if (a->rows[i] == b->rows[i]) continue;
      snprintf(difference, capacity, "row %zu, byte %zu: %u and %u", i / stride, i % stride, a->rows[i],
               b->rows[i]);
      return false;
    }
    return true;
  }
  return false;
}

fixture_paths_result fixture_jpeg_paths(
    const uint8_t *bytes, size_t count, uint32_t eighths, bool lenient, char *difference, size_t capacity) {
  static const codec_jpeg_path paths[] = {CODEC_JPEG_FASTEST, CODEC_JPEG_PORTABLE};
  fixture_paths_result result = FIXTURE_PATHS_LIBJPEG;
  decoding reference = decode(bytes, count, eighths, lenient, CODEC_JPEG_LIBJPEG);
  for (size_t i = 0; i < sizeof paths / sizeof *paths && result != FIXTURE_PATHS_DIFFER; i++) {
    decoding other = decode(bytes, count, eighths, lenient, paths[i]);
    if (other.is_fast) result = FIXTURE_PATHS_FAST;
    if (!are_equal(&reference, &other, difference, capacity)) result = FIXTURE_PATHS_DIFFER;
    free(other.rows);
  }
  free(reference.rows);
  return result;
}
