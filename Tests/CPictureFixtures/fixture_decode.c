#include "include/fixture_reference.h"

// jpeglib.h uses FILE and size_t without including their headers.
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

// MARK: - PNG

typedef struct input {
  const uint8_t *next;
  size_t left;
} input;

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  input *in = png_get_io_ptr(png);
  if (count > in->left) abort();
  memcpy(bytes, in->next, count);
  in->next += count;
  in->left -= count;
}

// libpng's own 8- or 16-bit path.
static void make_rgba(png_structp png, png_infop info) {
  png_set_expand(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xFFFF, PNG_FILLER_AFTER);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
#endif
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

fixture_decoded fixture_png_decode(const uint8_t *bytes, size_t count) {
  input in = {bytes, count};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &in, read_bytes);
  png_read_info(png, info);
  make_rgba(png, info);
  fixture_decoded decoded = {
      .width = png_get_image_width(png, info),
      .height = png_get_image_height(png, info),
      .channels = 4,
      .sample_bytes = png_get_bit_depth(png, info) / 8,
  };
  size_t stride = png_get_rowbytes(png, info);
  decoded.samples = malloc(stride * decoded.height);
  png_bytepp rows = malloc(decoded.height * sizeof *rows);
  for (size_t y = 0; y < decoded.height; y++) rows[y] = (png_bytep)decoded.samples + y * stride;
  png_read_image(png, rows);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return decoded;
}

// MARK: - JPEG

static void read_rows(struct jpeg_decompress_struct *codec, fixture_decoded *decoded) {
  size_t stride = (size_t)decoded->width * (size_t)decoded->channels;
  decoded->samples = malloc(stride * decoded->height);
  while (codec->output_scanline < codec->output_height) {
    JSAMPROW row = (JSAMPROW)decoded->samples + codec->output_scanline * stride;
    jpeg_read_scanlines(codec, &row, 1);
    // Adobe's programs store how much light is left.
    if (decoded->channels != 4 || !codec->saw_Adobe_marker) continue;
    for (size_t i = 0; i < stride; i++) row[i] = 255 - row[i];
  }
}

fixture_decoded fixture_jpeg_decode(const uint8_t *bytes, size_t count) {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, count);
  jpeg_save_markers(&codec, JPEG_APP0 + 2, 0xFFFF);
  jpeg_read_header(&codec, TRUE);
  bool is_ink = codec.num_components == 4;
  if (is_ink) codec.out_color_space = JCS_CMYK;
  fixture_decoded decoded = {.sample_bytes = 1};
  JOCTET *icc = NULL;
  unsigned length = 0;
  if (jpeg_read_icc_profile(&codec, &icc, &length)) {
    decoded.icc = icc;
    decoded.icc_count = length;
  }
  jpeg_start_decompress(&codec);
  decoded.width = codec.output_width;
  decoded.height = codec.output_height;
  decoded.channels = codec.output_components;
  read_rows(&codec, &decoded);
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  return decoded;
}
