#pragma once

// Of the libraries in use, as text; libjpeg-turbo's is that of its header, since the library doesn't tell.
const char *codec_jpeg_version(void);
const char *codec_png_version(void);
const char *codec_zlib_version(void);
// Numbers: major * 1000 + minor * 10, and one byte for each part; 0 where WebP isn't built in.
int codec_lcms_version(void);
int codec_webp_version(void);
