#include "include/png_encode.h"

#include "byte_buffer.h"
#include "png_errors.h"

#include <stdlib.h>
#include <string.h>

typedef struct png_encoder {
  png_structp png;
  png_infop info;
  png_errors errors;
  byte_buffer output;
} png_encoder;

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  png_encoder *encoder = png_get_io_ptr(png);
  if (!byte_buffer_reserve(&encoder->output, count)) {
    encoder->errors.status = CODEC_OUT_OF_MEMORY;
    png_error(png, "no memory for the encoded picture");
  }
  memcpy(encoder->output.data + encoder->output.count, bytes, count);
  encoder->output.count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void write_comment(png_encoder *encoder, const codec_picture *picture) {
  // libpng wants strings that it could change; it doesn't.
  static char keyword[] = "Comment";
  char text[CODEC_COMMENT_CAPACITY + 1];
  memcpy(text, picture->comment, picture->comment_length);
  text[picture->comment_length] = '\0';
  png_text comment = {
      .compression = PNG_TEXT_COMPRESSION_NONE,
      .key = keyword,
      .text = text,
      .text_length = picture->comment_length,
  };
  png_set_text(encoder->png, encoder->info, &comment, 1);
}

static void write_profile(png_encoder *encoder, const codec_picture *picture) {
  // libpng turns away a profile that it finds fault with; the thumbnail then goes without.
  png_set_benign_errors(encoder->png, 1);
  png_set_iCCP(
      encoder->png, encoder->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, picture->icc,
      (png_uint_32)picture->icc_length);
}

// libpng writes profile and EXIF before any text. The comment must be found in a file's first bytes: it
// changes places with what lies between it and the header.
static void comment_first(byte_buffer *output) {
  enum { HEADER_END = 8 + 25, TYPE = 4, OVERHEAD = 12 };
  uint8_t *bytes = output->data;
  size_t offset = HEADER_END;
  while (memcmp(bytes + offset + TYPE, "tEXt", 4) != 0) {
    offset += png_get_uint_32(bytes + offset) + OVERHEAD;
    if (offset + OVERHEAD > output->count) return;
  }
  uint8_t comment[CODEC_COMMENT_CAPACITY + 32];
  size_t length = png_get_uint_32(bytes + offset) + OVERHEAD;
  if (length > sizeof comment || offset + length > output->count) return;
  memcpy(comment, bytes + offset, length);
  memmove(bytes + HEADER_END + length, bytes + HEADER_END, offset - HEADER_END);
  memcpy(bytes + HEADER_END, comment, length);
}

static void write_picture(png_encoder *encoder, const codec_picture *picture) {
  static const struct {
    int colour_type;
    size_t channels;
  } kinds[] = {
      [CODEC_GREY] = {PNG_COLOR_TYPE_GRAY, 1},
      [CODEC_GREY_ALPHA] = {PNG_COLOR_TYPE_GRAY_ALPHA, 2},
      [CODEC_RGB] = {PNG_COLOR_TYPE_RGB, 3},
      [CODEC_RGBA] = {PNG_COLOR_TYPE_RGBA, 4},
  };
  png_structp png = encoder->png;
  png_set_IHDR(
      png, encoder->info, picture->width, picture->height, 8, kinds[picture->layout].colour_type,
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->comment != NULL) write_comment(encoder, picture);
  if (picture->icc != NULL) write_profile(encoder, picture);
  if (picture->exif != NULL) {
    // libpng copies it, though it asks for bytes that it could change.
    png_set_eXIf_1(
        png, encoder->info, (png_uint_32)picture->exif_length, (png_bytep)(uintptr_t)picture->exif);
  }
  png_write_info(png, encoder->info);
  if (picture->comment != NULL) comment_first(&encoder->output);
  size_t stride = kinds[picture->layout].channels * picture->width;
  for (size_t y = 0; y < picture->height; y++) png_write_row(png, picture->samples + y * stride);
  png_write_end(png, NULL);
}

codec_status codec_png_encode(
    const codec_picture *picture, codec_bytes *encoded, codec_report *report) {
  if (picture->comment_length > CODEC_COMMENT_CAPACITY) return CODEC_UNSUPPORTED;
  png_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return CODEC_OUT_OF_MEMORY;
  if (setjmp(encoder->errors.escape) == 0) {
    encoder->png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, &encoder->errors, png_errors_escape, png_errors_warn);
    if (encoder->png != NULL) encoder->info = png_create_info_struct(encoder->png);
    if (encoder->info == NULL) {
      encoder->errors.status = CODEC_OUT_OF_MEMORY;
    } else {
      png_set_write_fn(encoder->png, encoder, write_bytes, flush_nothing);
      write_picture(encoder, picture);
      *encoded = (codec_bytes){.data = encoder->output.data, .count = encoder->output.count};
    }
  } else {
    free(encoder->output.data);
  }
  codec_status status = encoder->errors.status;
  *report = encoder->errors.report;
  png_destroy_write_struct(&encoder->png, &encoder->info);
  free(encoder);
  return status;
}
