#include "jpeg_decoder.h"

#include <stdlib.h>

// MARK: - Life

codec_jpeg_decoder *codec_jpeg_decoder_create(void) {
  codec_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->codec.err = jpeg_errors_init(&decoder->errors);
  if (setjmp(decoder->errors.escape) != 0) {
    jpeg_destroy_decompress(&decoder->codec);
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->codec);
  decoder->codec.client_data = decoder;
  // What it needs is judged by the header, not by the JPEGMEM variable of whoever started the program.
  decoder->codec.mem->max_memory_to_use = 0;
  return decoder;
}

void codec_jpeg_decoder_free(codec_jpeg_decoder *decoder) {
  if (decoder == NULL) return;
  jpeg_fast_free(decoder->fast);
  jpeg_destroy_decompress(&decoder->codec);
  free(decoder);
}

const codec_report *codec_jpeg_decoder_report(const codec_jpeg_decoder *decoder) {
  return &decoder->errors.report;
}

// MARK: - Header

codec_status codec_jpeg_decoder_open(
    codec_jpeg_decoder *decoder, const uint8_t *bytes, size_t count, codec_jpeg_header *header) {
  j_decompress_ptr codec = &decoder->codec;
  if (setjmp(decoder->errors.escape) != 0) return jpeg_failure(decoder);
  jpeg_source_init(&decoder->source, bytes, count);
  codec->src = &decoder->source.manager;
  jpeg_set_marker_processor(codec, JPEG_APP0 + 1, jpeg_note_exif);
  jpeg_read_header(codec, TRUE);
  if (decoder->source.ended) jpeg_errors_escape((j_common_ptr)codec, CODEC_CORRUPT);
  codec_status status = jpeg_describe_header(decoder);
  *header = decoder->header;
  return status;
}

// MARK: - Rows

void codec_jpeg_decoder_choose(codec_jpeg_decoder *decoder, codec_jpeg_path path) { decoder->path = path; }

bool codec_jpeg_decoder_is_fast(const codec_jpeg_decoder *decoder) { return decoder->fast != NULL; }

codec_status codec_jpeg_decoder_start(
    codec_jpeg_decoder *decoder, uint32_t eighths, uint32_t max_scans, bool lenient,
    uint32_t *width, uint32_t *height) {
  j_decompress_ptr codec = &decoder->codec;
  if (decoder->path != CODEC_JPEG_LIBJPEG) {
    bool is_portable = decoder->path == CODEC_JPEG_PORTABLE;
    codec_kernel kernel = is_portable ? CODEC_KERNEL_PORTABLE : codec_kernel_best();
    decoder->fast = jpeg_fast_decode(codec, eighths, kernel);
  }
  if (decoder->fast != NULL) {
    *width = jpeg_fast_width(decoder->fast);
    *height = jpeg_fast_height(decoder->fast);
    return CODEC_OK;
  }
  if (setjmp(decoder->errors.escape) != 0) return jpeg_failure(decoder);
  decoder->max_scans = max_scans;
  decoder->errors.judge_warning = lenient ? NULL : jpeg_judge_warning;
  decoder->progress.progress_monitor = jpeg_watch_scans;
  codec->scale_num = eighths;
  codec->scale_denom = 8;
  // Guesses what scans yet to come would say; a whole picture never needs it.
  codec->do_block_smoothing = FALSE;
  if (jpeg_has_multiple_scans(codec)) {
    codec->progress = &decoder->progress;
    if (decoder->path != CODEC_JPEG_LIBJPEG) jpeg_leave_out_scans(decoder);
  }
  jpeg_start_decompress(codec);
  if (jpeg_has_multiple_scans(codec)) jpeg_check_scans(decoder);
  *width = codec->output_width;
  *height = codec->output_height;
  return CODEC_OK;
}

codec_status codec_jpeg_decoder_read(
    codec_jpeg_decoder *decoder, uint8_t *rows, size_t stride, uint32_t row_count) {
  j_decompress_ptr codec = &decoder->codec;
  if (decoder->fast != NULL) {
    for (uint32_t i = 0; i < row_count; i++) jpeg_fast_read(decoder->fast, rows + (size_t)i * stride);
    return CODEC_OK;
  }
  if (setjmp(decoder->errors.escape) != 0) return jpeg_failure(decoder);
  enum { BATCH = 4 };  // at most what libjpeg gives in one call (rec_outbuf_height)
  uint32_t done = 0;
  while (done < row_count) {
    JSAMPROW pointers[BATCH];
    uint32_t batch = row_count - done < BATCH ? row_count - done : BATCH;
    for (uint32_t i = 0; i < batch; i++) pointers[i] = rows + (size_t)(done + i) * stride;
    JDIMENSION got = jpeg_read_scanlines(codec, pointers, batch);
    if (got == 0) return CODEC_CORRUPT;  // can't happen with a source that never suspends
    done += got;
  }
  return CODEC_OK;
}

void codec_jpeg_decoder_finish(codec_jpeg_decoder *decoder) {
  // Nothing but the end comes behind the rows of a picture that libjpeg didn't decode.
  if (decoder->fast != NULL) return;
  decoder->errors.judge_warning = NULL;
  if (setjmp(decoder->errors.escape) != 0) {
    decoder->errors.report.warnings += 1;
    return;
  }
  jpeg_finish_decompress(&decoder->codec);
}
