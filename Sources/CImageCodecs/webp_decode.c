#include "include/webp_decode.h"

#include <stdio.h>
#include <string.h>

#ifdef CODEC_WITH_WEBP

#include <webp/decode.h>

// MARK: - What is wrong with a file

// The file's length by its own account, 0 for data without a header.
static uint64_t declared_length(const uint8_t *bytes, size_t count) {
  enum { SIZE_OFFSET = 4, HEADER_BYTES = 8 };
  if (count < HEADER_BYTES || memcmp(bytes, "RIFF", SIZE_OFFSET) != 0) return 0;
  uint64_t size = 0;
  for (int i = 3; i >= 0; i--) size = size << 8 | bytes[SIZE_OFFSET + i];
  return size + HEADER_BYTES;
}

static codec_status failed(
    VP8StatusCode code, const uint8_t *bytes, size_t count, codec_report *report) {
  const char *message = "the picture's data make no sense";
  codec_status status = CODEC_CORRUPT;
  uint64_t declared = declared_length(bytes, count);
  switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
      message = "no memory for a WebP";
      status = CODEC_OUT_OF_MEMORY;
      break;
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      message = "a WebP of this kind";
      status = CODEC_UNSUPPORTED;
      break;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      message = "the data end before the picture does";
      status = CODEC_TRUNCATED;
      break;
    default:
      if (declared > count) status = CODEC_TRUNCATED;
  }
  if (status == CODEC_TRUNCATED && declared > count) {
    snprintf(
        report->message, CODEC_MESSAGE_CAPACITY, "%zu of %llu bytes", count,
        (unsigned long long)declared);
  } else {
    snprintf(report->message, CODEC_MESSAGE_CAPACITY, "%s", message);
  }
  return status;
}

// MARK: - Header

codec_status codec_webp_probe(
    const uint8_t *bytes, size_t count, codec_webp_header *header, codec_report *report) {
  enum { LOSSLESS = 2 };
  WebPBitstreamFeatures features;
  VP8StatusCode code = WebPGetFeatures(bytes, count, &features);
  if (code != VP8_STATUS_OK) return failed(code, bytes, count, report);
  *header = (codec_webp_header){
      .width = (uint32_t)features.width,
      .height = (uint32_t)features.height,
      .has_alpha = features.has_alpha != 0,
      .animated = features.has_animation != 0,
      .lossless = features.format == LOSSLESS,
  };
  return CODEC_OK;
}

// MARK: - Pixels

// Row by row as far as the data go.
static codec_status decode_leniently(
    WebPDecoderConfig *config, const uint8_t *bytes, size_t count, codec_report *report) {
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
  if (decoder == NULL) return failed(VP8_STATUS_OUT_OF_MEMORY, bytes, count, report);
  codec_status status = CODEC_OK;
  VP8StatusCode code = WebPIUpdate(decoder, bytes, count);
  if (code != VP8_STATUS_OK) {
    status = failed(code, bytes, count, report);
    int rows = 0;
    WebPIDecGetRGB(decoder, &rows, NULL, NULL, NULL);
    if (rows > 0 && status != CODEC_OUT_OF_MEMORY) {
      report->warnings += 1;
      status = CODEC_OK;
    }
  }
  WebPIDelete(decoder);
  return status;
}

codec_status codec_webp_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, codec_layout layout,
    bool lenient, uint8_t *rows, size_t stride, codec_report *report) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) {
    return failed(VP8_STATUS_UNSUPPORTED_FEATURE, bytes, count, report);
  }
  VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
  if (code != VP8_STATUS_OK) return failed(code, bytes, count, report);
  config.options.use_scaling =
      (uint32_t)config.input.width != width || (uint32_t)config.input.height != height;
  config.options.scaled_width = (int)width;
  config.options.scaled_height = (int)height;
  size_t pixel_bytes = layout == CODEC_RGBA ? 4 : 3;
  config.output.colorspace = layout == CODEC_RGBA ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = rows;
  config.output.u.RGBA.stride = (int)stride;
  // Without what lies between the last row and its stride, which needn't be the caller's.
  config.output.u.RGBA.size = stride * (height - 1) + width * pixel_bytes;
  if (lenient) return decode_leniently(&config, bytes, count, report);
  code = WebPDecode(bytes, count, &config);
  return code == VP8_STATUS_OK ? CODEC_OK : failed(code, bytes, count, report);
}

#else

codec_status codec_webp_probe(
    const uint8_t *bytes, size_t count, codec_webp_header *header, codec_report *report) {
  (void)bytes, (void)count, (void)header;
  snprintf(report->message, CODEC_MESSAGE_CAPACITY, "WebP");
  return CODEC_UNSUPPORTED;
}

codec_status codec_webp_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, codec_layout layout,
    bool lenient, uint8_t *rows, size_t stride, codec_report *report) {
  (void)width, (void)height, (void)layout, (void)lenient, (void)rows, (void)stride;
  return codec_webp_probe(bytes, count, NULL, report);
}

#endif
