#include "include/jpeg_encode.h"

#include "byte_buffer.h"
#include "jpeg_errors.h"

#include <jerror.h>
#include <stdlib.h>

typedef struct jpeg_encoder {
  struct jpeg_compress_struct codec;
  struct jpeg_destination_mgr destination;
  jpeg_errors errors;
  byte_buffer output;
} jpeg_encoder;

// MARK: - Destination

static void offer_room(j_compress_ptr codec) {
  jpeg_encoder *encoder = codec->client_data;
  byte_buffer *output = &encoder->output;
  if (!byte_buffer_reserve(output, 1)) ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
  encoder->destination.next_output_byte = output->data + output->count;
  encoder->destination.free_in_buffer = output->capacity - output->count;
}

static boolean empty_output_buffer(j_compress_ptr codec) {
  jpeg_encoder *encoder = codec->client_data;
  encoder->output.count = encoder->output.capacity;  // libjpeg calls this when all room is used
  offer_room(codec);
  return TRUE;
}

static void term_destination(j_compress_ptr codec) {
  jpeg_encoder *encoder = codec->client_data;
  encoder->output.count = encoder->output.capacity - encoder->destination.free_in_buffer;
}

// MARK: - Picture

static void apply_settings(j_compress_ptr codec, const codec_jpeg_settings *settings) {
  jpeg_set_defaults(codec);  // YCbCr 4:2:0 for RGB, a JFIF header
  jpeg_set_quality(codec, (int)settings->quality, TRUE);
  codec->optimize_coding = TRUE;
  if (settings->full_chroma) {
    codec->comp_info[0].h_samp_factor = 1;
    codec->comp_info[0].v_samp_factor = 1;
  }
  if (settings->progressive) jpeg_simple_progression(codec);
}

static void write_exif(j_compress_ptr codec, const codec_picture *picture) {
  static const uint8_t prefix[] = {'E', 'x', 'i', 'f', 0, 0};
  jpeg_write_m_header(codec, JPEG_APP0 + 1, (unsigned)(sizeof prefix + picture->exif_length));
  for (size_t i = 0; i < sizeof prefix; i++) jpeg_write_m_byte(codec, prefix[i]);
  for (size_t i = 0; i < picture->exif_length; i++) jpeg_write_m_byte(codec, picture->exif[i]);
}

static void write_picture(
    jpeg_encoder *encoder, const codec_picture *picture, const codec_jpeg_settings *settings) {
  j_compress_ptr codec = &encoder->codec;
  bool grey = picture->layout == CODEC_GREY;
  codec->image_width = picture->width;
  codec->image_height = picture->height;
  codec->input_components = grey ? 1 : 3;
  codec->in_color_space = grey ? JCS_GRAYSCALE : JCS_RGB;
  apply_settings(codec, settings);
  jpeg_start_compress(codec, TRUE);
  if (picture->comment != NULL) {
    jpeg_write_marker(
        codec, JPEG_COM, (const JOCTET *)picture->comment, (unsigned)picture->comment_length);
  }
  // After the comment, which must be found in a file's first bytes.
  if (picture->exif != NULL) write_exif(codec, picture);
  // Cut into APP2 segments.
  if (picture->icc != NULL) {
    jpeg_write_icc_profile(codec, picture->icc, (unsigned)picture->icc_length);
  }
  size_t stride = (size_t)picture->width * (size_t)codec->input_components;
  for (uint32_t y = 0; y < picture->height; y++) {
    JSAMPROW row = (JSAMPROW)(picture->samples + y * stride);
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
}

codec_status codec_jpeg_encode(
    const codec_picture *picture, const codec_jpeg_settings *settings, codec_bytes *encoded,
    codec_report *report) {
  jpeg_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return CODEC_OUT_OF_MEMORY;
  encoder->codec.err = jpeg_errors_init(&encoder->errors);
  encoder->destination.init_destination = offer_room;
  encoder->destination.empty_output_buffer = empty_output_buffer;
  encoder->destination.term_destination = term_destination;
  if (setjmp(encoder->errors.escape) == 0) {
    jpeg_create_compress(&encoder->codec);
    encoder->codec.client_data = encoder;
    encoder->codec.dest = &encoder->destination;
    write_picture(encoder, picture, settings);
    *encoded = (codec_bytes){.data = encoder->output.data, .count = encoder->output.count};
  } else {
    free(encoder->output.data);
  }
  codec_status status = encoder->errors.status;
  *report = encoder->errors.report;
  jpeg_destroy_compress(&encoder->codec);
  free(encoder);
  return status;
}
