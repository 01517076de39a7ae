#include "include/webp_encode.h"

#include <stdio.h>
#include <string.h>

#ifdef CODEC_WITH_WEBP

#include "byte_buffer.h"
#include "webp_container.h"

#include <stdlib.h>
#include <webp/encode.h>

static int write_bytes(const uint8_t *bytes, size_t count, const WebPPicture *picture) {
  byte_buffer *output = picture->custom_ptr;
  if (!byte_buffer_reserve(output, count)) return 0;
  memcpy(output->data + output->count, bytes, count);
  output->count += count;
  return 1;
}

// Grey as the three colours that WebP has, with alpha if there is some. The caller frees the samples.
static uint8_t *widened(const codec_picture *picture, bool alpha) {
  size_t pixels = (size_t)picture->width * picture->height;
  size_t channels = alpha ? 4 : 3;
  uint8_t *samples = malloc(pixels * channels);
  if (samples == NULL) return NULL;
  for (size_t i = 0; i < pixels; i++) {
    const uint8_t *from = picture->samples + i * (alpha ? 2 : 1);
    memset(samples + i * channels, from[0], 3);
    if (alpha) samples[i * channels + 3] = from[1];
  }
  return samples;
}

static bool import_samples(WebPPicture *webp, const codec_picture *picture) {
  bool alpha = picture->layout == CODEC_RGBA || picture->layout == CODEC_GREY_ALPHA;
  bool grey = picture->layout == CODEC_GREY || picture->layout == CODEC_GREY_ALPHA;
  int stride = (int)picture->width * (alpha ? 4 : 3);
  uint8_t *wide = grey ? widened(picture, alpha) : NULL;
  const uint8_t *samples = grey ? wide : picture->samples;
  bool imported = samples != NULL &&
      (alpha ? WebPPictureImportRGBA(webp, samples, stride)
             : WebPPictureImportRGB(webp, samples, stride));
  free(wide);
  return imported;
}

static codec_status encode_picture(
    WebPPicture *webp, const WebPConfig *config, const codec_picture *picture,
    codec_report *report) {
  if (!import_samples(webp, picture)) return CODEC_OUT_OF_MEMORY;
  if (WebPEncode(config, webp)) return CODEC_OK;
  switch (webp->error_code) {
    case VP8_ENC_ERROR_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BAD_WRITE: return CODEC_OUT_OF_MEMORY;
    default:
      snprintf(
          report->message, CODEC_MESSAGE_CAPACITY, "libwebp's error %d", (int)webp->error_code);
      return CODEC_TOO_LARGE;
  }
}

codec_status codec_webp_encode(
    const codec_picture *picture, uint32_t quality, codec_bytes *encoded, codec_report *report) {
  WebPConfig config;
  WebPPicture webp;
  if (picture->width > WEBP_MAX_DIMENSION || picture->height > WEBP_MAX_DIMENSION) {
    snprintf(
        report->message, CODEC_MESSAGE_CAPACITY, "a WebP has at most %d pixels a side",
        WEBP_MAX_DIMENSION);
    return CODEC_TOO_LARGE;
  }
  if (!WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, (float)quality) || !WebPPictureInit(&webp)) {
    return CODEC_UNSUPPORTED;
  }
  byte_buffer output = {NULL, 0, 0};
  webp.width = (int)picture->width;
  webp.height = (int)picture->height;
  webp.writer = write_bytes;
  webp.custom_ptr = &output;
  codec_status status = encode_picture(&webp, &config, picture, report);
  WebPPictureFree(&webp);
  if (status == CODEC_OK) status = webp_add_chunks(&output, picture);
  if (status == CODEC_OK) {
    *encoded = (codec_bytes){.data = output.data, .count = output.count};
  } else {
    free(output.data);
  }
  return status;
}

#else

codec_status codec_webp_encode(
    const codec_picture *picture, uint32_t quality, codec_bytes *encoded, codec_report *report) {
  (void)picture, (void)quality, (void)encoded;
  snprintf(report->message, CODEC_MESSAGE_CAPACITY, "WebP");
  return CODEC_UNSUPPORTED;
}

#endif
