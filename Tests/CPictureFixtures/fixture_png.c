#include "include/CPictureFixtures.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct output {
  uint8_t *bytes;
  size_t count;
} output;

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  output *out = png_get_io_ptr(png);
  out->bytes = realloc(out->bytes, out->count + count);
  if (out->bytes == NULL) abort();
  memcpy(out->bytes + out->count, bytes, count);
  out->count += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void set_palette(png_structp png, png_infop info, const fixture_png *picture) {
  png_color palette[256];
  for (int i = 0; i < picture->palette_count; i++) {
    const uint8_t *entry = picture->palette + 3 * i;
    palette[i] = (png_color){entry[0], entry[1], entry[2]};
  }
  png_set_PLTE(png, info, palette, picture->palette_count);
}

static void set_transparency(png_structp png, png_infop info, const fixture_png *picture) {
  if (picture->palette_alpha_count > 0) {
    png_set_tRNS(png, info, picture->palette_alpha, picture->palette_alpha_count, NULL);
  }
  if (picture->has_transparent_colour) {
    png_color_16 colour = {
        .red = picture->transparent_colour[0],
        .green = picture->transparent_colour[1],
        .blue = picture->transparent_colour[2],
        .gray = picture->transparent_colour[0],
    };
    png_set_tRNS(png, info, NULL, 0, &colour);
  }
}

uint8_t *fixture_png_encode(const fixture_png *picture, size_t *count) {
  output out = {NULL, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &out, write_bytes, flush_nothing);
  png_set_IHDR(
      png, info, picture->width, picture->height, picture->bit_depth, picture->colour_type,
      picture->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  if (picture->palette_count > 0) set_palette(png, info, picture);
  set_transparency(png, info, picture);
  if (picture->exif != NULL) {
    png_set_eXIf_1(png, info, picture->exif_length, (png_bytep)picture->exif);
  }
  png_write_info(png, info);
  size_t stride = png_get_rowbytes(png, info);
  int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < picture->height; y++) png_write_row(png, picture->rows + y * stride);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *count = out.count;
  return out.bytes;
}
