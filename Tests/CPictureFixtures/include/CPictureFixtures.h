// Pictures of every kind for the tests, written by libjpeg and libpng: kinds that the product itself never
// writes. A mistake here ends the test run; there is no error handling.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fixture_paths.h"
#include "fixture_reference.h"

typedef enum fixture_jpeg_kind {
  FIXTURE_GREY = 0,
  FIXTURE_YCC,
  FIXTURE_RGB,
  FIXTURE_CMYK,
  FIXTURE_YCCK,
} fixture_jpeg_kind;

// One scan of a progressive file: which components, which band of coefficients, and which bits of them.
typedef struct fixture_scan {
  int components[4], component_count;
  int first, last, high, low;  // Ss, Se, Ah, Al
} fixture_scan;

typedef struct fixture_jpeg {
  const uint8_t *samples;  // grey, RGB or CMYK, without gaps
  uint32_t width, height;
  fixture_jpeg_kind kind;
  int horizontal_sampling, vertical_sampling;  // of the first component
  int quality;
  bool progressive;
  bool separate_scans;  // one for each component, sequential
  bool arithmetic;
  bool adobe_marker;  // for CMYK and YCCK
  uint32_t restart_rows;
  const uint8_t *app1;  // the payload of an APP1 segment, NULL for none
  uint32_t app1_length;
  const fixture_scan *scans;  // makes the file progressive; NULL for libjpeg's own choice
  int scan_count;             // 20 at most
} fixture_jpeg;

typedef struct fixture_png {
  const uint8_t *rows;  // packed as in the file, 16 bits big-endian, without gaps between the rows
  uint32_t width, height;
  int colour_type, bit_depth;
  bool interlaced;
  const uint8_t *palette;  // red, green, blue
  int palette_count;
  const uint8_t *palette_alpha;
  int palette_alpha_count;
  bool has_transparent_colour;
  uint16_t transparent_colour[3];  // grey in the first
  const uint8_t *exif;             // an eXIf chunk, NULL for none
  uint32_t exif_length;
} fixture_png;

// The caller frees the bytes.
uint8_t *fixture_jpeg_encode(const fixture_jpeg *picture, size_t *count);
uint8_t *fixture_png_encode(const fixture_png *picture, size_t *count);

typedef enum fixture_profile_kind {
  FIXTURE_PROFILE_SRGB = 0,
  FIXTURE_PROFILE_P3,
  FIXTURE_PROFILE_WIDE,      // ProPhoto's primaries and curve
  FIXTURE_PROFILE_SWAPPED,   // sRGB with red and green in each other's place
  FIXTURE_PROFILE_GAMMA_18,  // sRGB's primaries
  FIXTURE_PROFILE_GREY_GAMMA_18,
  FIXTURE_PROFILE_GREY_SRGB,
  FIXTURE_PROFILE_LAB,
  FIXTURE_PROFILE_CMYK,
} fixture_profile_kind;

// An ICC profile by lcms2.
uint8_t *fixture_profile(fixture_profile_kind kind, size_t *count);

// lcms2's own conversion of 8-bit pixels of 1, 3 or 4 (ink) channels, without its approximations.
void fixture_to_srgb(
    const uint8_t *profile, size_t count, int channels, const uint8_t *samples, size_t pixels,
    uint8_t *rgb);

// A zlib stream, and a CRC-32 as in PNG's chunks.
uint8_t *fixture_deflate(const uint8_t *bytes, size_t count, size_t *packed_count);
uint32_t fixture_checksum(const uint8_t *bytes, size_t count);
