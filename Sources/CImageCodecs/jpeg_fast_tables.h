#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libjpeg.h"

// What a look-up with the next bits of a scan tells of one symbol or two:
//
//     bits  0 ...  7   length of both, codes and extra bits; all bits are 0 where the first code is as long as the
//                      look-up or longer
//     bits  8 ... 15   coefficients that the first symbol goes on by: the zeros before its own, and that
//     bits 16 ... 23   length of the first code
//     bits 24 ... 31   63 less the first symbol's extra bits
//     bits 32 ... 39   coefficients that the second symbol goes on by, 0 where there's none
//     bits 40 ... 47   the second symbol's value
//     bits 48 ... 63   what makes the first symbol's value of its extra bits when added: those that begin with 0
//                      stand for negative values (ITU-T T.81, F.2.2.1)
//
// The end of a block goes on by FAST_END.
typedef uint64_t fast_symbols;

// The same of coefficients that nobody asks for, as many as begin in the look-up:
//
//     bits  0 ...  5   length of all; 0 where the first code is longer than the look-up
//     bits  6 ... 11   coefficients that they go on by
//     bit  12          set where a block's end follows, whose length counts, too
typedef uint16_t fast_skip;

enum {
  FAST_BITS = 10,
  FAST_SKIP_BITS = 12,
  // More than any run of zeros leads to, so that a block's end and a run beyond it can be told apart.
  FAST_END = 128,
  // Bits of the greatest value that an 8-bit picture can have.
  FAST_MAX_SIZE = 11,
};

// A Huffman table as look-ups by the next FAST_BITS bits. A symbol that doesn't exist goes on by a block.
typedef struct fast_table {
  JHUFF_TBL source;
  bool is_made, is_dc;
  // One symbol each.
  fast_symbols singles[1 << FAST_BITS];
  // Two where the second one's bits are in the look-up, too. These and the next are for coefficients but the
  // first of a block.
  fast_symbols pairs[1 << FAST_BITS];
  fast_skip skips[1 << FAST_SKIP_BITS];
  // For all codes, by length: one past the last one, moved up to 16 bits, and what leads from a code to its symbol.
  uint32_t limits[18];
  int32_t offsets[17];
} fast_table;

// Makes `table` of `source`, unless it is made of an equal one. False for one that libjpeg refuses, too.
bool fast_table_make(fast_table *table, const JHUFF_TBL *source, bool is_dc);

// The symbol at the beginning of `window`, 64 bits of a scan.
fast_symbols fast_table_find(const fast_table *table, uint64_t window);

// The first symbol's value.
static inline int16_t fast_value(fast_symbols symbols, uint64_t window) {
  uint64_t extra = window << (symbols >> 16 & 63);
  return (int16_t)((extra >> 1 >> (symbols >> 24 & 63)) + (symbols >> 48));
}
