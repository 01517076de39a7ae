#include "jpeg_decoder.h"
#include "jpeg_scans.h"

// The side of what an inverse DCT makes of the component's blocks at the chosen scale.
static int block_side(const jpeg_component_info *component) {
#if JPEG_LIB_VERSION >= 70
  return component->DCT_h_scaled_size > component->DCT_v_scaled_size ? component->DCT_h_scaled_size
                                                                     : component->DCT_v_scaled_size;
#else
  return component->DCT_scaled_size;
#endif
}

// Whether no pixel depends on the scan: it has AC coefficients of a component whose blocks become one pixel
// each, their mean. Such a scan can't reach a DC coefficient, however broken it is. The transforms to 2x2 and
// 4x4 read coefficients from everywhere in a block (at 2x2 rows and columns 0, 1, 3, 5 and 7, at 4x4 all but 4),
// and so need all scans that encoders make.
static bool is_unneeded(const jpeg_scan_walk *walk) {
  return walk->first > 0 && block_side(&walk->codec->comp_info[walk->components[0]]) == 1;
}

static bool has_single_pixel_blocks(const struct jpeg_decompress_struct *codec) {
  for (int i = 0; i < codec->num_components; i++) {
    if (block_side(&codec->comp_info[i]) == 1) return true;
  }
  return false;
}

static void keep(jpeg_source *source, uint32_t *count, const uint8_t *start, const uint8_t *end) {
  if (start == end) return;
  source->stretches[(*count)++] = (jpeg_stretch){start, (size_t)(end - start)};
}

// Lists the parts of the file that matter, and says how many they are; 0 when all is to be read.
static uint32_t list_stretches(codec_jpeg_decoder *decoder) {
  jpeg_scan_walk walk;
  uint32_t count = 0;
  if (!jpeg_scan_walk_begin(&walk, &decoder->codec) || !jpeg_scan_walk_skip(&walk)) return 0;
  const uint8_t *start = decoder->source.manager.next_input_byte;
  const uint8_t *header;
  jpeg_scan_step step;
  while ((step = jpeg_scan_walk_step(&walk, &header)) == JPEG_STEP_SCAN) {
    bool unneeded = is_unneeded(&walk);
    if (!jpeg_scan_walk_skip(&walk) || walk.scan_count > decoder->max_scans) return 0;
    if (!unneeded) continue;
    if (count == JPEG_SOURCE_STRETCHES - 1) return 0;
    keep(&decoder->source, &count, start, header);
    start = walk.next;
  }
  if (step != JPEG_STEP_END || !jpeg_scan_walk_is_complete(&walk)) return 0;
  keep(&decoder->source, &count, start, walk.end);
  return count;
}

// A file that isn't all well by its markers is read as a whole, so that what is said of it doesn't depend on the
// scale: it is still truncated when only scans are missing that nothing needs. What is broken inside such a
// scan isn't found; the thumbnail is then as good as if it were whole.
void jpeg_leave_out_scans(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  if (!codec->progressive_mode || codec->arith_code) return;
  jpeg_calc_output_dimensions(codec);
  if (!has_single_pixel_blocks(codec)) return;
  uint32_t count = list_stretches(decoder);
  if (count > 0) jpeg_source_begin_stretches(&decoder->source, count);
}
