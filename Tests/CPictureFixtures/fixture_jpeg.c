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

enum { MOST_SCANS = 20 };

// Gives the codec the picture's scans, which it keeps in `scans`.
static void set_scans(
    struct jpeg_compress_struct *codec, const fixture_jpeg *picture, jpeg_scan_info *scans) {
  if (picture->progressive) jpeg_simple_progression(codec);
  if (picture->separate_scans) {
    codec->num_scans = codec->num_components;
    for (int i = 0; i < codec->num_components; i++) {
      scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = 63};
    }
  } else if (picture->scan_count > 0) {
    codec->num_scans = picture->scan_count;
    for (int i = 0; i < picture->scan_count; i++) {
      const fixture_scan *scan = &picture->scans[i];
      scans[i] = (jpeg_scan_info){
          .comps_in_scan = scan->component_count,
          .Ss = scan->first, .Se = scan->last, .Ah = scan->high, .Al = scan->low,
      };
      for (int c = 0; c < scan->component_count; c++) {
        scans[i].component_index[c] = scan->components[c];
      }
    }
  } else {
    return;
  }
  codec->scan_info = scans;
}

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
  jpeg_scan_info scans[MOST_SCANS];
  set_scans(&codec, picture, scans);
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
