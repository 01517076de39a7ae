#include "include/jpeg_decode.h"

#include "jpeg_errors.h"
#include "jpeg_source.h"

#include <jerror.h>
#include <stdlib.h>
#include <string.h>

struct codec_jpeg_decoder {
  struct jpeg_decompress_struct codec;
  jpeg_errors errors;
  jpeg_source source;
  struct jpeg_progress_mgr progress;
  codec_jpeg_header header;
  uint32_t max_scans;
  // Bit n is set when component n was part of a scan.
  uint32_t components_seen;
};

static codec_jpeg_decoder *decoder_of(j_common_ptr codec) { return codec->client_data; }

// MARK: - Life

codec_jpeg_decoder *codec_jpeg_decoder_create(void) {
  codec_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->codec.err = jpeg_errors_init(&decoder->errors);
  if (setjmp(decoder->errors.escape) != 0) {
    jpeg_destroy_decompress(&decoder->codec);
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->codec);
  decoder->codec.client_data = decoder;
  return decoder;
}

void codec_jpeg_decoder_free(codec_jpeg_decoder *decoder) {
  if (decoder == NULL) return;
  jpeg_destroy_decompress(&decoder->codec);
  free(decoder);
}

const codec_report *codec_jpeg_decoder_report(const codec_jpeg_decoder *decoder) {
  return &decoder->errors.report;
}

// MARK: - What is wrong with a file

// How far a file goes that ends too early.
static void describe_end(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  char *message = decoder->errors.report.message;
  if (codec->input_scan_number == 0) {
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
static codec_status failure(codec_jpeg_decoder *decoder) {
  if (decoder->errors.status != CODEC_CORRUPT || !decoder->source.ended) {
    return decoder->errors.status;
  }
  describe_end(decoder);
  return CODEC_TRUNCATED;
}

// MARK: - Header

// Notes where an EXIF block lies, copying nothing. libjpeg's own list of saved markers is walked from its
// beginning at each insertion: a file of a million empty markers would take hours.
static boolean note_exif(j_decompress_ptr codec) {
  static const uint8_t signature[] = {'E', 'x', 'i', 'f', 0, 0};
  enum { LENGTH_BYTES = 2 };
  struct jpeg_source_mgr *source = codec->src;
  codec_jpeg_header *header = &decoder_of((j_common_ptr)codec)->header;
  if (source->bytes_in_buffer < LENGTH_BYTES) {
    source->skip_input_data(codec, LENGTH_BYTES);
    return TRUE;
  }
  const uint8_t *segment = source->next_input_byte;
  size_t length = (size_t)segment[0] << 8 | segment[1];
  if (length < LENGTH_BYTES) ERREXIT(codec, JERR_BAD_LENGTH);
  size_t present = length < source->bytes_in_buffer ? length : source->bytes_in_buffer;
  size_t prefix = LENGTH_BYTES + sizeof signature;
  if (present > prefix && memcmp(segment + LENGTH_BYTES, signature, sizeof signature) == 0 &&
      header->exif_count < CODEC_JPEG_EXIF_BLOCKS) {
    header->exif[header->exif_count] = segment + prefix;
    header->exif_length[header->exif_count] = present - prefix;
    header->exif_count += 1;
  }
  source->skip_input_data(codec, (long)length);
  return TRUE;
}

static uint64_t coefficient_bytes(j_decompress_ptr codec) {
  if (!jpeg_has_multiple_scans(codec)) return 0;
  uint64_t blocks = 0;
  for (int i = 0; i < codec->num_components; i++) {
    const jpeg_component_info *component = &codec->comp_info[i];
    uint64_t columns = component->width_in_blocks + (uint64_t)component->h_samp_factor - 1;
    uint64_t rows = component->height_in_blocks + (uint64_t)component->v_samp_factor - 1;
    blocks += (columns - columns % (uint64_t)component->h_samp_factor) *
        (rows - rows % (uint64_t)component->v_samp_factor);
  }
  return blocks * sizeof(JBLOCK);
}

static codec_status choose_layout(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  switch (codec->jpeg_color_space) {
    case JCS_GRAYSCALE:
      codec->out_color_space = JCS_GRAYSCALE;
      decoder->header.layout = CODEC_GREY;
      return CODEC_OK;
    case JCS_YCbCr:
    case JCS_RGB:
      codec->out_color_space = JCS_EXT_RGBX;
      decoder->header.layout = CODEC_RGBX;
      return CODEC_OK;
    case JCS_CMYK:
    case JCS_YCCK:
      codec->out_color_space = JCS_CMYK;
      decoder->header.layout = codec->saw_Adobe_marker ? CODEC_CMYK_INVERTED : CODEC_CMYK;
      return CODEC_OK;
    default:
      snprintf(
          decoder->errors.report.message, CODEC_MESSAGE_CAPACITY,
          "a JPEG of %d colour components", codec->num_components);
      return CODEC_UNSUPPORTED;
  }
}

codec_status codec_jpeg_decoder_open(
    codec_jpeg_decoder *decoder, const uint8_t *bytes, size_t count, codec_jpeg_header *header) {
  j_decompress_ptr codec = &decoder->codec;
  if (setjmp(decoder->errors.escape) != 0) return failure(decoder);
  jpeg_source_init(&decoder->source, bytes, count);
  codec->src = &decoder->source.manager;
  jpeg_set_marker_processor(codec, JPEG_APP0 + 1, note_exif);
  jpeg_read_header(codec, TRUE);
  decoder->header.width = codec->image_width;
  decoder->header.height = codec->image_height;
  decoder->header.components = (uint8_t)codec->num_components;
  decoder->header.progressive = codec->progressive_mode;
  decoder->header.coefficient_bytes = coefficient_bytes(codec);
  codec_status status = choose_layout(decoder);
  *header = decoder->header;
  return status;
}

// MARK: - Warnings

// Warnings that stand for lost pixels. The others (bytes between segments, an odd JFIF version, a missing
// end marker) leave the picture whole.
static codec_status judge_warning(j_common_ptr codec, int code) {
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
static void check_scans(codec_jpeg_decoder *decoder) {
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

// Called between the rows of each scan of a file with several.
static void watch_scans(j_common_ptr common) {
  j_decompress_ptr codec = (j_decompress_ptr)common;
  codec_jpeg_decoder *decoder = decoder_of(common);
  for (int i = 0; i < codec->comps_in_scan; i++)
    decoder->components_seen |= 1U << codec->cur_comp_info[i]->component_index;
  if ((uint32_t)codec->input_scan_number <= decoder->max_scans) return;
  snprintf(
      decoder->errors.report.message, CODEC_MESSAGE_CAPACITY, "more than %u scans",
      decoder->max_scans);
  jpeg_errors_escape(common, CODEC_TOO_MANY_SCANS);
}

// MARK: - Rows

codec_status codec_jpeg_decoder_start(
    codec_jpeg_decoder *decoder, uint32_t eighths, uint32_t max_scans, bool lenient,
    uint32_t *width, uint32_t *height) {
  j_decompress_ptr codec = &decoder->codec;
  if (setjmp(decoder->errors.escape) != 0) return failure(decoder);
  decoder->max_scans = max_scans;
  decoder->errors.judge_warning = lenient ? NULL : judge_warning;
  decoder->progress.progress_monitor = watch_scans;
  codec->scale_num = eighths;
  codec->scale_denom = 8;
  // Guesses what scans yet to come would say; a whole picture never needs it.
  codec->do_block_smoothing = FALSE;
  if (jpeg_has_multiple_scans(codec)) codec->progress = &decoder->progress;
  jpeg_start_decompress(codec);
  if (jpeg_has_multiple_scans(codec)) check_scans(decoder);
  *width = codec->output_width;
  *height = codec->output_height;
  return CODEC_OK;
}

codec_status codec_jpeg_decoder_read(
    codec_jpeg_decoder *decoder, uint8_t *rows, size_t stride, uint32_t row_count) {
  j_decompress_ptr codec = &decoder->codec;
  if (setjmp(decoder->errors.escape) != 0) return failure(decoder);
  enum { BATCH = 4 };  // at most what libjpeg gives in one call (rec_outbuf_height)
  uint32_t done = 0;
  while (done < row_count) {
    JSAMPROW pointers[BATCH];
    uint32_t batch = row_count - done < BATCH ? row_count - done : BATCH;
    for (uint32_t i = 0; i < batch; i++) pointers[i] = rows + (size_t)(done + i) * stride;
    JDIMENSION got = jpeg_read_scanlines(codec, pointers, batch);
    if (got == 0) return CODEC_CORRUPT;  // can't happen with a source that never suspends
    done += got;
  }
  return CODEC_OK;
}

void codec_jpeg_decoder_finish(codec_jpeg_decoder *decoder) {
  decoder->errors.judge_warning = NULL;
  if (setjmp(decoder->errors.escape) != 0) {
    decoder->errors.report.warnings += 1;
    return;
  }
  jpeg_finish_decompress(&decoder->codec);
}
