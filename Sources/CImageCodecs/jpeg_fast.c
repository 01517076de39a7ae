#include "jpeg_fast.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "jpeg_fast_rows.h"
#include "jpeg_fast_scan.h"

enum {
  // Pictures beyond that go through libjpeg, which holds a few rows only.
  MAX_SAMPLES = 32 << 20,
};

struct jpeg_fast {
  fast_scan scan;
  codec_kernel kernel;
  uint32_t width, height, next_row;
  uint8_t *upsampled;  // two rows of colour at twice their width, where needed
  // By their places in the file. Kept for the next picture, which mostly has the same.
  fast_table dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
};

// One that nobody uses at the moment, with its tables.
static _Atomic(jpeg_fast *) spare;

static jpeg_fast *take(void) {
  jpeg_fast *fast = atomic_exchange_explicit(&spare, NULL, memory_order_acquire);
  return fast != NULL ? fast : calloc(1, sizeof *fast);
}

void jpeg_fast_free(jpeg_fast *fast) {
  if (fast == NULL) return;
  for (int i = 0; i < FAST_COMPONENTS; i++) {
    free(fast->scan.components[i].samples);
    fast->scan.components[i].samples = NULL;
  }
  free(fast->upsampled);
  fast->upsampled = NULL;
  free(atomic_exchange_explicit(&spare, fast, memory_order_acq_rel));
}

// MARK: - Which pictures

static bool is_sequential(j_decompress_ptr codec) {
  return !codec->progressive_mode && !codec->arith_code && codec->data_precision == 8 &&
      codec->comps_in_scan == codec->num_components && codec->Ss == 0 && codec->Se == DCTSIZE2 - 1 &&
      codec->Ah == 0 && codec->Al == 0;
}

// Grey, or colour whose second and third component are the only ones with fewer samples: by half across, and down
// too if at all.
static bool has_usual_components(j_decompress_ptr codec) {
  const jpeg_component_info *all = codec->comp_info;
  if (codec->num_components == 1) return codec->jpeg_color_space == JCS_GRAYSCALE;
  if (codec->num_components != 3 || codec->jpeg_color_space != JCS_YCbCr) return false;
  for (int i = 1; i < 3; i++)
    if (all[i].h_samp_factor != 1 || all[i].v_samp_factor != 1) return false;
  return all[0].h_samp_factor <= 2 && all[0].v_samp_factor <= all[0].h_samp_factor;
}

uint64_t jpeg_fast_bytes(j_decompress_ptr codec) {
  if (!is_sequential(codec) || !has_usual_components(codec)) return 0;
  // Half the size in each direction, whole MCUs, no colour with more samples than that.
  uint64_t width = codec->image_width / 2 + 8, height = codec->image_height / 2 + 8;
  uint64_t bytes = width * height * (uint64_t)codec->num_components;
  return bytes < MAX_SAMPLES ? bytes : MAX_SAMPLES;
}

// MARK: - How

// libjpeg reduces colour that has half the samples in both directions half as much, so that nothing is left to be
// made up.
static uint32_t side_of(j_decompress_ptr codec, int component, uint32_t eighths) {
  bool is_quarter = codec->comp_info[0].v_samp_factor == 2 && codec->num_components == 3;
  return component > 0 && is_quarter ? 2 * eighths : eighths;
}

// As the file says it, unchecked.
static bool has_tables(j_decompress_ptr codec, const jpeg_component_info *info) {
  unsigned dc = (unsigned)info->dc_tbl_no, ac = (unsigned)info->ac_tbl_no;
  unsigned quants = (unsigned)info->quant_tbl_no;
  return dc < NUM_HUFF_TBLS && ac < NUM_HUFF_TBLS && quants < NUM_QUANT_TBLS &&
      codec->dc_huff_tbl_ptrs[dc] != NULL && codec->ac_huff_tbl_ptrs[ac] != NULL &&
      codec->quant_tbl_ptrs[quants] != NULL;
}

static bool set_up_component(
    jpeg_fast *fast, j_decompress_ptr codec, const jpeg_component_info *info, uint32_t eighths) {
  fast_component *component = &fast->scan.components[info->component_index];
  bool is_alone = codec->num_components == 1;
  component->across = is_alone ? 1 : (uint32_t)info->h_samp_factor;
  component->down = is_alone ? 1 : (uint32_t)info->v_samp_factor;
  component->side = side_of(codec, info->component_index, eighths);
  if (component->side > 4 || !has_tables(codec, info)) return false;
  component->dc = &fast->dc[info->dc_tbl_no];
  component->ac = &fast->ac[info->ac_tbl_no];
  if (!fast_table_make(&fast->dc[info->dc_tbl_no], codec->dc_huff_tbl_ptrs[info->dc_tbl_no], true)) return false;
  if (!fast_table_make(&fast->ac[info->ac_tbl_no], codec->ac_huff_tbl_ptrs[info->ac_tbl_no], false)) return false;
  for (int i = 0; i < DCTSIZE2; i++) {
    component->quants[i] = codec->quant_tbl_ptrs[info->quant_tbl_no]->quantval[i];
  }
  return true;
}

static bool allocate(jpeg_fast *fast) {
  fast_scan *scan = &fast->scan;
  uint64_t total = 0, mcus = (uint64_t)scan->columns * scan->rows;
  for (uint32_t i = 0; i < scan->component_count; i++) {
    const fast_component *component = &scan->components[i];
    total += mcus * component->across * component->down * component->side * component->side;
  }
  if (total > MAX_SAMPLES) return false;
  for (uint32_t i = 0; i < scan->component_count; i++) {
    fast_component *component = &scan->components[i];
    component->stride = (size_t)scan->columns * component->across * component->side;
    component->samples =
        malloc(component->stride * scan->rows * component->down * component->side + FAST_ROW_SLACK);
    if (component->samples == NULL) return false;
  }
  if (scan->component_count == 1 || scan->components[0].stride == scan->components[1].stride) return true;
  fast->upsampled = malloc(2 * (scan->components[0].stride + FAST_ROW_SLACK));
  return fast->upsampled != NULL;
}

static bool set_up(jpeg_fast *fast, j_decompress_ptr codec, uint32_t eighths) {
  fast_scan *scan = &fast->scan;
  bool is_alone = codec->num_components == 1;
  uint32_t mcu_width = DCTSIZE * (is_alone ? 1 : (uint32_t)codec->max_h_samp_factor);
  uint32_t mcu_height = DCTSIZE * (is_alone ? 1 : (uint32_t)codec->max_v_samp_factor);
  scan->columns = (codec->image_width + mcu_width - 1) / mcu_width;
  scan->rows = (codec->image_height + mcu_height - 1) / mcu_height;
  scan->component_count = (uint32_t)codec->num_components;
  scan->restart_interval = codec->restart_interval;
  fast->width = (codec->image_width * eighths + DCTSIZE - 1) / DCTSIZE;
  fast->height = (codec->image_height * eighths + DCTSIZE - 1) / DCTSIZE;
  fast->next_row = 0;
  for (int i = 0; i < codec->comps_in_scan; i++) {
    const jpeg_component_info *info = codec->cur_comp_info[i];
    // Blocks come in the scan's order, which nobody chooses to differ from the frame's.
    if (info->component_index != i || !set_up_component(fast, codec, info, eighths)) return false;
  }
  return allocate(fast);
}

jpeg_fast *jpeg_fast_decode(j_decompress_ptr codec, uint32_t eighths, codec_kernel kernel) {
  if (eighths > 4 || !is_sequential(codec) || !has_usual_components(codec)) return NULL;
  jpeg_fast *fast = take();
  if (fast == NULL) return NULL;
  fast->kernel = kernel;
  const uint8_t *bytes = codec->src->next_input_byte;
  if (set_up(fast, codec, eighths) &&
      fast_scan_decode(&fast->scan, kernel, bytes, bytes + codec->src->bytes_in_buffer))
    return fast;
  jpeg_fast_free(fast);
  return NULL;
}

// MARK: - Rows

uint32_t jpeg_fast_width(const jpeg_fast *fast) { return fast->width; }
uint32_t jpeg_fast_height(const jpeg_fast *fast) { return fast->height; }

// A component's samples of the next row, at the picture's width. Colour is never subsampled down alone.
static const uint8_t *row_of(jpeg_fast *fast, uint32_t index) {
  const fast_component *luma = &fast->scan.components[0], *component = &fast->scan.components[index];
  const uint8_t *samples = component->samples + component->stride * fast->next_row;
  if (component->stride == luma->stride) return samples;
  uint8_t *upsampled = fast->upsampled + (index - 1) * (luma->stride + FAST_ROW_SLACK);
  fast_double_row(samples, (fast->width + 1) / 2, component->side > 1, upsampled);
  return upsampled;
}

void jpeg_fast_read(jpeg_fast *fast, uint8_t *row) {
  if (fast->scan.component_count == 1)
    memcpy(row, row_of(fast, 0), fast->width);
  else
    fast_color_row(fast->kernel, row_of(fast, 0), row_of(fast, 1), row_of(fast, 2), fast->width, row);
  fast->next_row += 1;
}
