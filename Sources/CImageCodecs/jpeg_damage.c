#include "jpeg_decoder.h"

#include <jerror.h>
#include <string.h>

// How far a file goes that ends too early.
static void describe_end(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  char *message = decoder->errors.report.message;
  if (codec->output_width == 0) {  // not started
    strcpy(message, "the file ends before the picture begins");
  } else if (jpeg_has_multiple_scans(codec)) {
    snprintf(
        message, CODEC_MESSAGE_CAPACITY, "the file ends in scan %d", codec->input_scan_number);
  } else {
    uint64_t row_height = (uint64_t)codec->max_v_samp_factor * DCTSIZE;
    uint64_t rows = codec->input_iMCU_row * row_height;
    if (rows > codec->image_height) rows = codec->image_height;
    snprintf(
        message, CODEC_MESSAGE_CAPACITY, "%u of %u rows", (unsigned)rows, codec->image_height);
  }
}

// What the decoder took for corrupt may be the end markers that it gets beyond the file's end.
codec_status jpeg_failure(codec_jpeg_decoder *decoder) {
  if (decoder->errors.status != CODEC_CORRUPT || !decoder->source.ended) {
    return decoder->errors.status;
  }
  describe_end(decoder);
  return CODEC_TRUNCATED;
}

// Warnings that stand for lost pixels. The others (bytes between segments, an odd JFIF version, a missing
// end marker) leave the picture whole.
codec_status jpeg_judge_warning(j_common_ptr codec, int code) {
  switch (code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      return CODEC_CORRUPT;
    case JWRN_JPEG_EOF:
      // An arithmetic decoder takes what is missing for zeros and says no more.
      return ((j_decompress_ptr)codec)->arith_code ? CODEC_CORRUPT : CODEC_OK;
    default:
      return CODEC_OK;
  }
}

// A file can end, or go on without a component, exactly between two scans: no warning tells of that.
void jpeg_check_scans(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  bool ended = decoder->source.ended;
  bool missing = decoder->components_seen != (1U << codec->num_components) - 1;
  bool unrefined = false;
  if (codec->coef_bits != NULL) {
    for (int i = 0; i < codec->num_components; i++) {
      missing |= codec->coef_bits[i][0] < 0;
      for (int k = 0; k < DCTSIZE2; k++) unrefined |= codec->coef_bits[i][k] != 0;
    }
  }
  if (!missing && !(ended && unrefined)) return;
  decoder->errors.report.warnings += 1;
  if (decoder->errors.judge_warning == NULL) return;
  strcpy(decoder->errors.report.message, "a colour component has no data");
  jpeg_errors_escape((j_common_ptr)codec, CODEC_CORRUPT);
}

void jpeg_watch_scans(j_common_ptr common) {
  j_decompress_ptr codec = (j_decompress_ptr)common;
  codec_jpeg_decoder *decoder = jpeg_decoder_of(common);
  for (int i = 0; i < codec->comps_in_scan; i++)
    decoder->components_seen |= 1U << codec->cur_comp_info[i]->component_index;
  if ((uint32_t)codec->input_scan_number <= decoder->max_scans) return;
  snprintf(
      decoder->errors.report.message, CODEC_MESSAGE_CAPACITY, "more than %u scans",
      decoder->max_scans);
  jpeg_errors_escape(common, CODEC_TOO_MANY_SCANS);
}
