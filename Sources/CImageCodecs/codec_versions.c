#include "codec_versions.h"

#include "libjpeg.h"

#include <lcms2.h>
#include <png.h>
#include <zlib.h>
#ifdef CODEC_WITH_WEBP
#include <webp/decode.h>
#endif

#define TEXT_OF(tokens) #tokens
#define TEXT(macro) TEXT_OF(macro)

const char *codec_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION
  return TEXT(LIBJPEG_TURBO_VERSION);
#else
  return TEXT(JPEG_LIB_VERSION);
#endif
}

const char *codec_png_version(void) { return png_get_libpng_ver(NULL); }

const char *codec_zlib_version(void) { return zlibVersion(); }

int codec_lcms_version(void) { return cmsGetEncodedCMMversion(); }

int codec_webp_version(void) {
#ifdef CODEC_WITH_WEBP
  return WebPGetDecoderVersion();
#else
  return 0;
#endif
}
