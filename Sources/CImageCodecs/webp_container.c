#include "webp_container.h"

#include <stdlib.h>
#include <string.h>

enum {
  FILE_HEADER = 12,   // "RIFF", a length, "WEBP"
  CHUNK_HEADER = 8,   // a type and a length
  EXTENDED_BYTES = 10,  // VP8X: flags, three reserved bytes, the sides less one in 24 bits
  FLAG_PROFILE = 0x20,
  FLAG_ALPHA = 0x10,
  FLAG_EXIF = 0x08,
};

// MARK: - Writing

static void put(byte_buffer *output, const void *bytes, size_t count) {
  memcpy(output->data + output->count, bytes, count);
  output->count += count;
}

static void put_number(byte_buffer *output, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; i++) {
    uint8_t byte = (uint8_t)(number >> (8 * i));
    put(output, &byte, 1);
  }
}

static void put_chunk(byte_buffer *output, const char *type, const void *bytes, size_t count) {
  put(output, type, 4);
  put_number(output, count, 4);
  put(output, bytes, count);
  if (count % 2 == 1) put_number(output, 0, 1);
}

static size_t chunk_length(size_t count) { return CHUNK_HEADER + count + count % 2; }

// MARK: - The extended format

static void put_extended(byte_buffer *output, const codec_picture *picture, uint8_t flags) {
  put(output, "VP8X", 4);
  put_number(output, EXTENDED_BYTES, 4);
  put_number(output, flags, 4);
  put_number(output, picture->width - 1, 3);
  put_number(output, picture->height - 1, 3);
}

codec_status webp_add_chunks(byte_buffer *file, const codec_picture *picture) {
  bool plain = picture->comment == NULL && picture->icc == NULL && picture->exif == NULL;
  if (plain) return CODEC_OK;
  // What libwebp wrote is extended already when it has alpha.
  bool extended = memcmp(file->data + FILE_HEADER, "VP8X", 4) == 0;
  size_t image = FILE_HEADER + (extended ? CHUNK_HEADER + EXTENDED_BYTES : 0);
  uint8_t flags = extended ? file->data[FILE_HEADER + CHUNK_HEADER] & FLAG_ALPHA : 0;
  if (picture->icc != NULL) flags |= FLAG_PROFILE;
  if (picture->exif != NULL) flags |= FLAG_EXIF;
  size_t length = FILE_HEADER + CHUNK_HEADER + EXTENDED_BYTES + file->count - image;
  if (picture->comment != NULL) length += chunk_length(picture->comment_length);
  if (picture->icc != NULL) length += chunk_length(picture->icc_length);
  if (picture->exif != NULL) length += chunk_length(picture->exif_length);
  byte_buffer output = {NULL, 0, 0};
  if (length > UINT32_MAX || !byte_buffer_reserve(&output, length)) return CODEC_OUT_OF_MEMORY;
  put(&output, "RIFF", 4);
  put_number(&output, length - CHUNK_HEADER, 4);
  put(&output, "WEBP", 4);
  put_extended(&output, picture, flags);
  // First, so that it is found in a file's first bytes. Decoders pass over what they don't know.
  if (picture->comment != NULL) {
    put_chunk(&output, "FARM", picture->comment, picture->comment_length);
  }
  if (picture->icc != NULL) put_chunk(&output, "ICCP", picture->icc, picture->icc_length);
  put(&output, file->data + image, file->count - image);
  // The image's chunk has an even length, as written.
  if (picture->exif != NULL) put_chunk(&output, "EXIF", picture->exif, picture->exif_length);
  free(file->data);
  *file = output;
  return CODEC_OK;
}
