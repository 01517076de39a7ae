#include "include/CPictureFixtures.h"

// jpeglib.h uses FILE and size_t without including their headers.
#include <stdio.h>

#include <jpeglib.h>

static const struct {
  J_COLOR_SPACE input, stored;
  int components;
} kinds[] = {
    [FIXTURE_GREY] = {JCS_GRAYSCALE, JCS_GRAYSCALE, 1},
    [FIXTURE_YCC] = {JCS_RGB, JCS_YCbCr, 3},
    [FIXTURE_RGB] = {JCS_RGB, JCS_RGB, 3},
    [FIXTURE_CMYK] = {JCS_CMYK, JCS_CMYK, 4},
    [FIXTURE_YCCK] = {JCS_CMYK, JCS_YCCK, 4},
};

uint8_t *fixture_jpeg_encode(const fixture_jpeg *picture, size_t *count) {
  struct jpeg_compress_struct codec;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long length = 0;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &bytes, &length);
  codec.image_width = picture->width;
  codec.image_height = picture->height;
  codec.input_components = kinds[picture->kind].components;
  codec.in_color_space = kinds[picture->kind].input;
  jpeg_set_defaults(&codec);
  jpeg_set_colorspace(&codec, kinds[picture->kind].stored);
  jpeg_set_quality(&codec, picture->quality, TRUE);
  for (int i = 0; i < codec.num_components; i++) {
    codec.comp_info[i].h_samp_factor = 1;
    codec.comp_info[i].v_samp_factor = 1;
  }
  codec.comp_info[0].h_samp_factor = picture->horizontal_sampling;
  codec.comp_info[0].v_samp_factor = picture->vertical_sampling;
  codec.arith_code = picture->arithmetic;
  codec.restart_in_rows = (int)picture->restart_rows;
  if (codec.num_components == 4) codec.write_Adobe_marker = picture->adobe_marker;
  if (picture->progressive) jpeg_simple_progression(&codec);
  jpeg_scan_info scans[4];
  if (picture->separate_scans) {
    for (int i = 0; i < codec.num_components; i++) {
      scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = 63};
    }
    codec.scan_info = scans;
    codec.num_scans = codec.num_components;
  }
  jpeg_start_compress(&codec, TRUE);
  if (picture->app1 != NULL) {
    jpeg_write_marker(&codec, JPEG_APP0 + 1, picture->app1, picture->app1_length);
  }
  size_t stride = (size_t)picture->width * (size_t)codec.input_components;
  for (uint32_t y = 0; y < picture->height; y++) {
    JSAMPROW row = (JSAMPROW)(picture->samples + y * stride);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  *count = length;
  return bytes;
}
