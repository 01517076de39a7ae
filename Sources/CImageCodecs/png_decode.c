#include "include/png_decode.h"

#include "png_errors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct codec_png_decoder {
  png_structp png;
  png_infop info;
  png_errors errors;
  const uint8_t *next;
  size_t left;
  codec_png_header header;
  uint32_t row;
  size_t row_bytes;
  uint8_t *picture;  // all rows, only when interlaced
};

enum {
  // All that libpng reads whole into memory here is PLTE and tRNS, which have their own limits; this one holds
  // should it ever read more. A longer chunk costs a warning, and real pictures have megabytes of XMP.
  CHUNK_BYTES = 8 << 20,
  CHUNKS_KEPT = 16,
};

// MARK: - Life

codec_png_decoder *codec_png_decoder_create(void) {
  codec_png_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  if (setjmp(decoder->errors.escape) != 0) {
    codec_png_decoder_free(decoder);
    return NULL;
  }
  decoder->png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, &decoder->errors, png_errors_escape, png_errors_warn);
  if (decoder->png != NULL) decoder->info = png_create_info_struct(decoder->png);
  if (decoder->info != NULL) return decoder;
  codec_png_decoder_free(decoder);
  return NULL;
}

void codec_png_decoder_free(codec_png_decoder *decoder) {
  if (decoder == NULL) return;
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder->picture);
  free(decoder);
}

const codec_report *codec_png_decoder_report(const codec_png_decoder *decoder) {
  return &decoder->errors.report;
}

// MARK: - Header

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  codec_png_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->left) {
    decoder->errors.status = CODEC_TRUNCATED;
    png_error(png, "the file ends too early");
  }
  memcpy(bytes, decoder->next, count);
  decoder->next += count;
  decoder->left -= count;
}

static void set_limits(png_structp png) {
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller judges the header
  png_set_chunk_malloc_max(png, CHUNK_BYTES);
  png_set_chunk_cache_max(png, CHUNKS_KEPT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

// The layout after the transformations below; libpng itself knows it only once it has allocated its rows.
static void describe(png_structp png, png_infop info, codec_png_header *header) {
  png_byte colour_type = png_get_color_type(png, info);
  bool colour = (colour_type & PNG_COLOR_MASK_COLOR) != 0;
  bool alpha = (colour_type & PNG_COLOR_MASK_ALPHA) != 0 ||
      png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->bit_depth = png_get_bit_depth(png, info);
  header->sample_bytes = header->bit_depth == 16 ? 2 : 1;
  header->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  if (colour) {
    header->layout = alpha ? CODEC_RGBA : CODEC_RGB;
  } else {
    header->layout = alpha ? CODEC_GREY_ALPHA : CODEC_GREY;
  }
}

static size_t row_bytes(const codec_png_header *header) {
  static const size_t channels[] = {
      [CODEC_GREY] = 1, [CODEC_GREY_ALPHA] = 2, [CODEC_RGB] = 3, [CODEC_RGBA] = 4};
  return channels[header->layout] * header->sample_bytes * header->width;
}

// Asks for plain samples: palettes looked up, tRNS made a channel, 1, 2 and 4 bits widened to 8.
static void set_transformations(png_structp png) {
  png_set_expand(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  png_set_swap(png);
#endif
}

codec_status codec_png_decoder_open(
    codec_png_decoder *decoder, const uint8_t *bytes, size_t count, codec_png_header *header) {
  if (setjmp(decoder->errors.escape) != 0) return decoder->errors.status;
  decoder->next = bytes;
  decoder->left = count;
  png_set_read_fn(decoder->png, decoder, read_bytes);
  set_limits(decoder->png);
  png_read_info(decoder->png, decoder->info);
  describe(decoder->png, decoder->info, &decoder->header);
  decoder->row_bytes = row_bytes(&decoder->header);
  if (decoder->header.interlaced) {
    decoder->header.picture_bytes = (uint64_t)decoder->row_bytes * decoder->header.height;
  }
  *header = decoder->header;
  return CODEC_OK;
}

// MARK: - Rows

static void read_passes(codec_png_decoder *decoder, int passes) {
  decoder->picture = calloc(decoder->header.height, decoder->row_bytes);
  if (decoder->picture == NULL) {
    decoder->errors.status = CODEC_OUT_OF_MEMORY;
    png_error(decoder->png, "no memory for an interlaced picture");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < decoder->header.height; y++) {
      png_read_row(decoder->png, decoder->picture + y * decoder->row_bytes, NULL);
    }
  }
}

codec_status codec_png_decoder_start(codec_png_decoder *decoder) {
  if (setjmp(decoder->errors.escape) != 0) return decoder->errors.status;
  set_transformations(decoder->png);
  int passes = png_set_interlace_handling(decoder->png);
  png_read_update_info(decoder->png, decoder->info);
  if (png_get_rowbytes(decoder->png, decoder->info) != decoder->row_bytes) {
    png_error(decoder->png, "unexpected row length");  // else rows would overrun the caller's memory
  }
  if (decoder->header.interlaced) read_passes(decoder, passes);
  return CODEC_OK;
}

static codec_status lost_rows(codec_png_decoder *decoder) {
  if (decoder->errors.status == CODEC_TRUNCATED) {
    snprintf(
        decoder->errors.report.message, CODEC_MESSAGE_CAPACITY, "%u of %u rows",
        (unsigned)decoder->row, (unsigned)decoder->header.height);
  }
  return decoder->errors.status;
}

codec_status codec_png_decoder_read(
    codec_png_decoder *decoder, uint8_t *rows, size_t stride, uint32_t row_count) {
  if (setjmp(decoder->errors.escape) != 0) return lost_rows(decoder);
  for (uint32_t i = 0; i < row_count; i++) {
    uint8_t *row = rows + i * stride;
    if (decoder->picture != NULL) {
      memcpy(row, decoder->picture + decoder->row * decoder->row_bytes, decoder->row_bytes);
    } else {
      png_read_row(decoder->png, row, NULL);
    }
    decoder->row += 1;
  }
  return CODEC_OK;
}

codec_status codec_png_decoder_finish(codec_png_decoder *decoder) {
  if (setjmp(decoder->errors.escape) != 0) {
    if (decoder->errors.status != CODEC_TRUNCATED) return decoder->errors.status;
    // Every row is there, only the end marker is not.
    decoder->errors.report.warnings += 1;
    return CODEC_OK;
  }
  png_read_end(decoder->png, NULL);
  return CODEC_OK;
}
