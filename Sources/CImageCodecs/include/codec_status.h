#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What an entry point ended with.
typedef enum codec_status {
  CODEC_OK = 0,
  CODEC_CORRUPT,         // the data break the format's rules
  CODEC_TRUNCATED,       // the data end before the picture does
  CODEC_UNSUPPORTED,     // a valid file of a kind that the library doesn't decode
  CODEC_TOO_LARGE,       // a side beyond what the format or the library can hold
  CODEC_TOO_MANY_SCANS,  // more JPEG scans than the caller allows
  CODEC_OUT_OF_MEMORY,
} codec_status;

enum {
  // libjpeg's messages have at most 200 bytes (JMSG_LENGTH_MAX), libpng's at most 196.
  CODEC_MESSAGE_CAPACITY = 256,
};

// How a row's samples lie in memory: 8-bit, or 16-bit in the machine's byte order. Alpha is straight.
typedef enum codec_layout {
  CODEC_GREY = 0,
  CODEC_GREY_ALPHA,
  CODEC_RGB,
  CODEC_RGBA,
  CODEC_RGBX,           // four bytes a pixel, the last one meaningless
  CODEC_CMYK,           // 0 is no ink
  CODEC_CMYK_INVERTED,  // 255 is no ink, as Adobe's programs write it
} codec_layout;

// A message and a count of the harmless things that a decoder complained about.
typedef struct codec_report {
  char message[CODEC_MESSAGE_CAPACITY];
  uint32_t warnings;
} codec_report;

// Bytes that the library allocated for the caller; released with codec_bytes_free.
typedef struct codec_bytes {
  uint8_t *data;
  size_t count;
} codec_bytes;

void codec_bytes_free(codec_bytes bytes);

enum {
  // Bytes of text that an encoder embeds at most. 200 leave the tag within a file's first 512 bytes.
  CODEC_COMMENT_CAPACITY = 200,
};

// A whole picture of 8-bit samples without gaps between the rows. JPEG takes CODEC_GREY and CODEC_RGB, PNG
// and WebP also the two with alpha.
typedef struct codec_picture {
  const uint8_t *samples;
  uint32_t width, height;
  codec_layout layout;
  // ASCII text for the beginning of the file, NULL for none.
  const char *comment;
  size_t comment_length;
  // An ICC profile to embed, NULL for none.
  const uint8_t *icc;
  size_t icc_length;
  // An EXIF block without JPEG's "Exif" prefix, NULL for none; 65,527 bytes at most.
  const uint8_t *exif;
  size_t exif_length;
} codec_picture;
