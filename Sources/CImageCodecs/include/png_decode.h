#pragma once

#include "codec_status.h"

// A PNG being decoded from bytes in memory, which must outlive it. One thread at a time.
// Of the ancillary chunks only tRNS is looked at; the others are skipped unread, whatever their length.
typedef struct codec_png_decoder codec_png_decoder;

typedef struct codec_png_header {
  uint32_t width, height;
  codec_layout layout;   // of the rows that will be read
  uint8_t sample_bytes;  // 1 or 2
  uint8_t bit_depth;     // in the file
  bool interlaced;
  // What an interlaced picture takes while its passes come in; 0 for others, which are streamed.
  uint64_t picture_bytes;
} codec_png_header;

// NULL when there is no memory.
codec_png_decoder *codec_png_decoder_create(void);
void codec_png_decoder_free(codec_png_decoder *decoder);

// Message and warnings so far; valid as long as the decoder.
const codec_report *codec_png_decoder_report(const codec_png_decoder *decoder);

// Reads up to the first IDAT. Allocates nothing that the picture's size decides.
codec_status codec_png_decoder_open(
    codec_png_decoder *decoder, const uint8_t *bytes, size_t count, codec_png_header *header);

// An interlaced picture is read as a whole here.
codec_status codec_png_decoder_start(codec_png_decoder *decoder);

// Reads `row_count` rows, one after the other every `stride` bytes; there must be so many left.
codec_status codec_png_decoder_read(
    codec_png_decoder *decoder, uint8_t *rows, size_t stride, uint32_t row_count);

// Reads what follows the last row: checksums of the pixels are among it.
codec_status codec_png_decoder_finish(codec_png_decoder *decoder);
