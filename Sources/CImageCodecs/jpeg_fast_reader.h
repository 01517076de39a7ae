#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  FAST_CHUNK = 8192,
  // What is read at most between two calls of fast_reader_ensure: six blocks of 64 symbols of 27 bits, and the
  // bytes that are looked at ahead.
  FAST_STRIDE = 6 * 64 * 27 / 8 + 16,
};

// The next bits of a scan.
typedef struct fast_bits {
  uint64_t window;  // the first one uppermost
  uint64_t ahead;   // those at `next`
  const uint8_t *next;
  uint32_t count;  // how many of the window's are counted as taken from `next`
} fast_bits;

// A scan's bytes up to a marker, without the zeros that are stuffed in after each 0xFF; behind them come zeros.
typedef struct fast_reader {
  fast_bits bits;
  const uint8_t *end;     // of the scan's bytes in the chunk
  const uint8_t *source;  // of what isn't in the chunk yet; the marker where `at_marker`
  const uint8_t *source_end;
  bool at_marker;  // or at the file's end
  uint8_t chunk[FAST_CHUNK + FAST_STRIDE];
} fast_reader;

// Begins right behind a scan's header or a restart marker.
void fast_reader_begin(fast_reader *reader, const uint8_t *source, const uint8_t *source_end);

// Fills the chunk behind what isn't read yet.
void fast_reader_fill(fast_reader *reader);

// Whether all bits before the marker were read, but for the padding to a whole byte, and none beyond.
bool fast_reader_is_at_marker(fast_reader *reader);

// Sees to it that FAST_STRIDE bytes can be read; false if more was read than there is.
static inline bool fast_reader_ensure(fast_reader *reader) {
  ptrdiff_t left = reader->end - reader->bits.next;
  if (left >= FAST_STRIDE) return true;
  if (reader->at_marker) return left * 8 + (ptrdiff_t)reader->bits.count >= 0;
  fast_reader_fill(reader);
  return true;
}

static inline uint64_t fast_bits_load(const uint8_t *bytes) {
  uint64_t bits;
  memcpy(&bits, bytes, sizeof bits);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  bits = __builtin_bswap64(bits);
#endif
  return bits;
}

// From here on the window has 56 bits at least. What is loaded here is for the next time, so that no symbol waits
// for memory (after Fabian Giesen, "Reading bits in far too many ways", 2018).
static inline void fast_bits_refill(fast_bits *bits) {
  bits->window |= bits->ahead >> bits->count;
  bits->next += (63 - bits->count) >> 3;
  bits->count |= 56;
  bits->ahead = fast_bits_load(bits->next);
}

static inline void fast_bits_consume(fast_bits *bits, uint64_t length) {
  bits->window <<= length & 63;
  bits->count -= length & 63;
}
