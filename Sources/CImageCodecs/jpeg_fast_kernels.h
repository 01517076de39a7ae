// The inner loops of jpeg_fast_scan.c. Included once for each variant, with VARIANT(name) and the transforms
// defined, so without a guard.

static inline fast_symbols VARIANT(look_up)(
    const fast_table *table, const fast_symbols *look_ups, uint64_t window) {
  fast_symbols symbols = look_ups[window >> (64 - FAST_BITS)];
  return __builtin_expect(symbols != 0, 1) ? symbols : fast_table_find(table, window);
}

// False for a symbol that doesn't exist.
static inline bool VARIANT(decode_dc)(fast_bits *bits, fast_component *component) {
  fast_bits_refill(bits);
  fast_symbols symbol = VARIANT(look_up)(component->dc, component->dc->singles, bits->window);
  component->prediction += fast_value(symbol, bits->window);
  fast_bits_consume(bits, symbol);
  return (symbol >> 8 & 255) < DCTSIZE2;
}

// Each of these decodes a block's coefficients from the one behind `at` on. The result is the last one's place,
// with FAST_END added where the block ended before it was full; what lies between is irregular.

static __attribute__((noinline)) uint32_t VARIANT(decode_singly_out_of_line)(
    fast_bits *bits, const fast_table *table, uint32_t at, int16_t *block) {
  while (at < DCTSIZE2 - 1) {
    fast_bits_refill(bits);
    fast_symbols symbol = VARIANT(look_up)(table, table->singles, bits->window);
    at += symbol >> 8 & 255;
    block[places[at]] = fast_value(symbol, bits->window);
    fast_bits_consume(bits, symbol);
  }
  return at;
}

// Through a copy: bits whose address is taken don't stay in registers.
static inline uint32_t VARIANT(decode_singly)(
    fast_bits *bits, const fast_table *table, uint32_t at, int16_t *block) {
  fast_bits copy = *bits;
  at = VARIANT(decode_singly_out_of_line)(&copy, table, at, block);
  *bits = copy;
  return at;
}

// What the last look-up into a table of pairs led to.
typedef struct VARIANT(progress) {
  uint32_t before, first, at;
  fast_symbols symbols;
} VARIANT(progress);

// One look-up; true at the block's end, where its bits are still to be consumed.
static inline __attribute__((always_inline)) bool VARIANT(decode_pair)(
    fast_bits *bits, const fast_table *table, int16_t *block, VARIANT(progress) *progress) {
  fast_symbols symbols = VARIANT(look_up)(table, table->pairs, bits->window);
  progress->symbols = symbols;
  progress->before = progress->at;
  progress->first = progress->at + (symbols >> 8 & 255);
  progress->at = progress->first + (symbols >> 32 & 255);
  // The second one first: where there's none, both have one place.
  block[places[progress->at]] = (int8_t)(symbols >> 40);
  block[places[progress->first]] = fast_value(symbols, bits->window);
  if (progress->at >= DCTSIZE2 - 1) return true;
  fast_bits_consume(bits, symbols);
  return false;
}

// The bits of one symbol are there already.
static inline uint32_t VARIANT(decode_ac)(fast_bits *bits, const fast_table *table, int16_t *block) {
  VARIANT(progress) progress = {0};
  if (!VARIANT(decode_pair)(bits, table, block, &progress)) {
    for (;;) {
      fast_bits_refill(bits);
      if (VARIANT(decode_pair)(bits, table, block, &progress)) break;
      if (VARIANT(decode_pair)(bits, table, block, &progress)) break;
    }
  }
  // The second one may belong to the next block.
  if (__builtin_expect(progress.first >= DCTSIZE2 - 1 && progress.first != progress.before + FAST_END, 0))
    return VARIANT(decode_singly)(bits, table, progress.before, block);
  fast_bits_consume(bits, progress.symbols);
  return progress.at;
}

// One look-up; true at the block's end.
static inline __attribute__((always_inline)) bool VARIANT(skip_some)(
    fast_bits *bits, const fast_table *table, uint32_t *at) {
  fast_skip skip = table->skips[bits->window >> (64 - FAST_SKIP_BITS)];
  uint32_t then = *at + (skip >> 6 & 63), end = skip >> 12;
  if (__builtin_expect(skip == 0 || then + end >= DCTSIZE2, 0)) {
    int16_t block[DCTSIZE2 + 1];
    *at = VARIANT(decode_singly)(bits, table, *at, block);
    return true;
  }
  fast_bits_consume(bits, skip);
  *at = then + end * FAST_END;
  return *at >= DCTSIZE2 - 1;
}

static inline uint32_t VARIANT(skip_ac)(fast_bits *bits, const fast_table *table) {
  uint32_t at = 0;
  if (VARIANT(skip_some)(bits, table, &at)) return at;
  for (;;) {
    fast_bits_refill(bits);
    if (VARIANT(skip_some)(bits, table, &at)) return at;
    if (VARIANT(skip_some)(bits, table, &at)) return at;
  }
}

static inline bool VARIANT(decode_block)(
    fast_bits *bits, fast_component *component, uint8_t *samples) {
  if (!VARIANT(decode_dc)(bits, component)) return false;
  int16_t dc = (int16_t)component->prediction;
  uint32_t end;
  if (component->side == 1) {
    end = VARIANT(skip_ac)(bits, component->ac);
    *samples = mean_of(dc, component->quants);
  } else {
    fast_symbols symbol = component->ac->pairs[bits->window >> (64 - FAST_BITS)];
    if ((symbol >> 8 & 255) == FAST_END && is_plain(dc, component->quants)) {
      fast_bits_consume(bits, symbol);
      fill_block(mean_of(dc, component->quants), component->side, samples, component->stride);
      return true;
    }
    _Alignas(32) int16_t block[DCTSIZE2 + 1];
    memset(block, 0, sizeof block);
    end = VARIANT(decode_ac)(bits, component->ac, block);
    block[0] = dc;
    if (component->side == 2)
      VARIANT(transform_2)(block, component->quants, samples, component->stride);
    else
      VARIANT(transform_4)(block, component->quants, samples, component->stride);
  }
  return end == DCTSIZE2 - 1 || end >= FAST_END;
}

static bool VARIANT(decode_mcu)(fast_scan *scan, uint32_t row, uint32_t column) {
  fast_bits bits = scan->reader.bits;
  bool is_regular = true;
  for (uint32_t i = 0; i < scan->component_count; i++) {
    fast_component *component = &scan->components[i];
    uint8_t *corner = component->samples +
        (size_t)row * component->down * component->side * component->stride +
        (size_t)column * component->across * component->side;
    for (uint32_t y = 0; y < component->down; y++) {
      for (uint32_t x = 0; x < component->across; x++)
        is_regular &= VARIANT(decode_block)(&bits, component, corner + x * component->side);
      corner += component->side * component->stride;
    }
  }
  scan->reader.bits = bits;
  return is_regular;
}
