#pragma once

#include "codec_status.h"

// A JPEG being decoded from bytes in memory, which must outlive it. One thread at a time.
typedef struct codec_jpeg_decoder codec_jpeg_decoder;

enum {
  // EXIF blocks that are kept in reach. Real files have one, editors that append leave two or three.
  CODEC_JPEG_EXIF_BLOCKS = 4,
};

typedef struct codec_jpeg_header {
  uint32_t width, height;
  uint8_t components;
  codec_layout layout;  // of the rows that will be read
  bool progressive;
  // What libjpeg holds until the last scan is read; 0 for a file with one scan, which is streamed.
  uint64_t coefficient_bytes;
  // What a reduced picture takes at most where it is decoded before the first row is read; 0 where it never is.
  uint64_t reduced_bytes;
  // EXIF blocks (after "Exif\0\0") inside the caller's bytes.
  uint32_t exif_count;
  const uint8_t *exif[CODEC_JPEG_EXIF_BLOCKS];
  size_t exif_length[CODEC_JPEG_EXIF_BLOCKS];
} codec_jpeg_header;

// NULL when there is no memory.
codec_jpeg_decoder *codec_jpeg_decoder_create(void);
void codec_jpeg_decoder_free(codec_jpeg_decoder *decoder);

// Message and warnings so far; valid as long as the decoder.
const codec_report *codec_jpeg_decoder_report(const codec_jpeg_decoder *decoder);

// Reads up to the first scan. Allocates nothing that the picture's size decides.
codec_status codec_jpeg_decoder_open(
    codec_jpeg_decoder *decoder, const uint8_t *bytes, size_t count, codec_jpeg_header *header);

// Begins to decode at `eighths`/8 of the size, 1, 2, 4 or 8, and gives the size of what will come.
// Without `lenient`, the first sign of lost pixels ends the decoding as CODEC_TRUNCATED or CODEC_CORRUPT;
// with it, such signs are counted as warnings and the decoder makes up what is missing.
codec_status codec_jpeg_decoder_start(
    codec_jpeg_decoder *decoder, uint32_t eighths, uint32_t max_scans, bool lenient,
    uint32_t *width, uint32_t *height);

// Who decodes a picture that both ways of decoding are open to.
typedef enum codec_jpeg_path {
  CODEC_JPEG_FASTEST = 0,
  CODEC_JPEG_PORTABLE,  // our own code without this processor's special instructions
  CODEC_JPEG_LIBJPEG,   // all by libjpeg, also scans that no pixel depends on
} codec_jpeg_path;

// For tests, before the start. All paths give the same results.
void codec_jpeg_decoder_choose(codec_jpeg_decoder *decoder, codec_jpeg_path path);

// After the start: whether libjpeg isn't needed for the rows.
bool codec_jpeg_decoder_is_fast(const codec_jpeg_decoder *decoder);

// Reads `row_count` rows, one after the other every `stride` bytes; there must be so many left.
codec_status codec_jpeg_decoder_read(
    codec_jpeg_decoder *decoder, uint8_t *rows, size_t stride, uint32_t row_count);

// Reads what follows the last row; nothing that is wrong there costs a pixel, so it only counts warnings.
void codec_jpeg_decoder_finish(codec_jpeg_decoder *decoder);
