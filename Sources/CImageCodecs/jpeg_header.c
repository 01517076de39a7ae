#include "jpeg_decoder.h"

#include <jerror.h>
#include <string.h>

// Notes where an EXIF block lies, copying nothing. libjpeg's own list of saved markers is walked from its
// beginning at each insertion: a file of a million empty markers would take hours.
boolean jpeg_note_exif(j_decompress_ptr codec) {
  static const uint8_t signature[] = {'E', 'x', 'i', 'f', 0, 0};
  enum { LENGTH_BYTES = 2 };
  struct jpeg_source_mgr *source = codec->src;
  codec_jpeg_header *header = &jpeg_decoder_of((j_common_ptr)codec)->header;
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

codec_status jpeg_describe_header(codec_jpeg_decoder *decoder) {
  j_decompress_ptr codec = &decoder->codec;
  decoder->header.width = codec->image_width;
  decoder->header.height = codec->image_height;
  decoder->header.components = (uint8_t)codec->num_components;
  decoder->header.progressive = codec->progressive_mode;
  decoder->header.coefficient_bytes = coefficient_bytes(codec);
  decoder->header.reduced_bytes = jpeg_fast_bytes(codec);
  return choose_layout(decoder);
}
