#include "jpeg_fast_tables.h"

#include <string.h>

enum { WINDOWS = 1 << FAST_BITS };

// Stands for what an 8-bit picture can't have.
static const fast_symbols no_symbol = 1 | DCTSIZE2 << 8 | 1 << 16 | 63 << 24;

static uint32_t length_of(fast_symbols symbols) { return symbols & 63; }
static uint32_t advance_of(fast_symbols symbols) { return symbols >> 8 & 255; }
static uint32_t code_length_of(fast_symbols symbols) { return symbols >> 16 & 63; }

// A symbol whose extra bits begin with a one or not.
static fast_symbols make_symbol(uint32_t code_length, uint8_t name, bool is_dc, bool begins_with_one) {
  uint32_t size = is_dc ? name : name & 15;
  uint32_t run = is_dc ? 0 : name >> 4;
  if (size > FAST_MAX_SIZE) return no_symbol;
  uint32_t advance = !is_dc && size == 0 && run != 15 ? FAST_END : run + 1;
  uint16_t bias = begins_with_one ? 0 : (uint16_t)(1 - (1 << size));
  return (code_length + size) | advance << 8 | code_length << 16 | (63 - size) << 24 |
      (fast_symbols)bias << 48;
}

// The codes of each length are successors, and follow the last one of the length before (T.81, annex C).
static bool fill_singles(fast_table *table, bool is_dc) {
  const JHUFF_TBL *source = &table->source;
  memset(table->singles, 0, sizeof table->singles);
  uint32_t code = 0, index = 0;
  for (uint32_t length = 1; length <= 16; length++, code <<= 1) {
    table->offsets[length] = (int32_t)index - (int32_t)code;
    for (uint32_t i = 0; i < source->bits[length]; i++, index++, code++) {
      if (index >= 256 || code >= 1U << length) return false;
      if (is_dc && source->huffval[index] > 15) return false;
      if (length >= FAST_BITS) continue;
      uint32_t unused = FAST_BITS - length;
      for (uint32_t rest = 0; rest < 1U << unused; rest++) {
        bool begins_with_one = rest >> (unused - 1) != 0;
        table->singles[code << unused | rest] =
            make_symbol(length, source->huffval[index], is_dc, begins_with_one);
      }
    }
    table->limits[length] = code << (16 - length);
  }
  table->limits[17] = UINT32_MAX;
  return true;
}

fast_symbols fast_table_find(const fast_table *table, uint64_t window) {
  uint32_t code = (uint32_t)(window >> 48), length = FAST_BITS;
  while (code >= table->limits[length]) length += 1;
  if (length > 16) return no_symbol;
  int32_t index = (int32_t)(code >> (16 - length)) + table->offsets[length];
  bool begins_with_one = window << length >> 63;
  return make_symbol(length, table->source.huffval[index & 255], table->is_dc, begins_with_one);
}

static fast_symbols make_pair(const fast_table *table, uint32_t window) {
  fast_symbols first = table->singles[window];
  uint32_t length = length_of(first);
  if (first == 0 || length >= FAST_BITS || advance_of(first) >= DCTSIZE2) return first;
  fast_symbols second = table->singles[window << length & (WINDOWS - 1)];
  if (second == 0 || second == no_symbol || length + length_of(second) > FAST_BITS) return first;
  uint8_t value = (uint8_t)fast_value(second, (uint64_t)window << (64 - FAST_BITS + length));
  return first + length_of(second) + ((fast_symbols)advance_of(second) << 32) +
      ((fast_symbols)value << 40);
}

static fast_skip make_skip(const fast_table *table, uint32_t window) {
  enum { SPARE = FAST_SKIP_BITS - FAST_BITS };
  uint32_t length = 0, advance = 0;
  while (length < FAST_SKIP_BITS) {
    uint32_t rest = window << length & ((1U << FAST_SKIP_BITS) - 1);
    fast_symbols next = table->singles[rest >> SPARE];
    // Its code has to be in the look-up, its extra bits needn't.
    if (next == 0 || next == no_symbol || length + code_length_of(next) > FAST_SKIP_BITS) break;
    if (advance_of(next) == FAST_END) return (fast_skip)((length + length_of(next)) | advance << 6 | 1 << 12);
    if (advance + advance_of(next) >= DCTSIZE2) break;
    advance += advance_of(next);
    length += length_of(next);
  }
  return (fast_skip)(length | advance << 6);
}

bool fast_table_make(fast_table *table, const JHUFF_TBL *source, bool is_dc) {
  if (table->is_made && table->is_dc == is_dc &&
      memcmp(table->source.bits, source->bits, sizeof source->bits) == 0 &&
      memcmp(table->source.huffval, source->huffval, sizeof source->huffval) == 0)
    return true;
  table->source = *source;
  table->is_dc = is_dc;
  table->is_made = fill_singles(table, is_dc);
  if (!table->is_made || is_dc) return table->is_made;
  for (uint32_t i = 0; i < WINDOWS; i++) table->pairs[i] = make_pair(table, i);
  for (uint32_t i = 0; i < 1U << FAST_SKIP_BITS; i++) table->skips[i] = make_skip(table, i);
  return true;
}
