#include "byte_buffer.h"
#include "include/color.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

// Grows with what comes out, not with what a length says: a few kilobytes can claim gigabytes.
static int inflate_bounded(z_stream *stream, byte_buffer *output) {
  int result = Z_OK;
  while (result == Z_OK) {
    if (output->count == CODEC_PROFILE_BYTES) return Z_BUF_ERROR;
    if (!byte_buffer_reserve(output, 1)) return Z_MEM_ERROR;
    size_t room = output->capacity - output->count;
    size_t allowed = CODEC_PROFILE_BYTES - output->count;
    if (room > allowed) room = allowed;
    stream->next_out = output->data + output->count;
    stream->avail_out = (uInt)room;
    result = inflate(stream, Z_NO_FLUSH);
    output->count += room - stream->avail_out;
  }
  return result;
}

codec_status codec_inflate(
    const uint8_t *packed, size_t count, codec_bytes *bytes, codec_report *report) {
  if (count > CODEC_PROFILE_BYTES) return CODEC_TOO_LARGE;
  z_stream stream = {.next_in = (z_const Bytef *)packed, .avail_in = (uInt)count};
  if (inflateInit(&stream) != Z_OK) return CODEC_OUT_OF_MEMORY;
  byte_buffer output = {NULL, 0, 0};
  int result = inflate_bounded(&stream, &output);
  inflateEnd(&stream);
  if (result == Z_STREAM_END) {
    *bytes = (codec_bytes){.data = output.data, .count = output.count};
    return CODEC_OK;
  }
  free(output.data);
  if (result == Z_MEM_ERROR) return CODEC_OUT_OF_MEMORY;
  snprintf(report->message, CODEC_MESSAGE_CAPACITY, "a compressed colour profile is broken or too large");
  return CODEC_CORRUPT;
}
