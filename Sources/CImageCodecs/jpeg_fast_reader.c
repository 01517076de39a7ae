#include "jpeg_fast_reader.h"

void fast_reader_begin(fast_reader *reader, const uint8_t *source, const uint8_t *source_end) {
  reader->source = source;
  reader->source_end = source_end;
  reader->at_marker = false;
  reader->bits = (fast_bits){.next = reader->chunk};
  reader->end = reader->chunk;
  fast_reader_fill(reader);
}

// Copies up to `room` bytes without their stuffing, none beyond a marker; returns how many.
static size_t copy_unstuffed(fast_reader *reader, uint8_t *to, size_t room) {
  size_t done = 0;
  while (done < room && !reader->at_marker) {
    size_t left = (size_t)(reader->source_end - reader->source);
    size_t length = left < room - done ? left : room - done;
    const uint8_t *special = memchr(reader->source, 0xFF, length);
    if (special != NULL) length = (size_t)(special - reader->source);
    memcpy(to + done, reader->source, length);
    done += length;
    reader->source += length;
    left -= length;
    if (special == NULL) {
      reader->at_marker = left == 0;
    } else if (left >= 2 && special[1] == 0) {
      to[done++] = 0xFF;
      reader->source += 2;
    } else {
      reader->at_marker = true;
    }
  }
  return done;
}

void fast_reader_fill(fast_reader *reader) {
  fast_bits *bits = &reader->bits;
  size_t kept = (size_t)(reader->end - bits->next);
  memmove(reader->chunk, bits->next, kept);
  uint8_t *to = reader->chunk + kept;
  size_t copied = copy_unstuffed(reader, to, FAST_CHUNK - kept);
  if (reader->at_marker) memset(to + copied, 0, FAST_STRIDE);
  reader->end = to + copied;
  bits->next = reader->chunk;
  bits->ahead = fast_bits_load(bits->next);
}

bool fast_reader_is_at_marker(fast_reader *reader) {
  if (!reader->at_marker) fast_reader_fill(reader);
  ptrdiff_t left = (reader->end - reader->bits.next) * 8 + (ptrdiff_t)reader->bits.count;
  return reader->at_marker && left >= 0 && left < 8;
}
