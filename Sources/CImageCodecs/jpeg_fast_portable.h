// The inverse transforms that give a block at reduced size, exactly as libjpeg-turbo's vectors compute its "islow"
// ones, overflow of broken files included: 16-bit products with the quantiser, factors with 13 bits behind the
// point, two more bits kept between the passes. Of the coefficients with a frequency of 2, 4 or 6 in a direction
// two samples see nothing, nor four of one with 4. Included once by jpeg_fast_scan.c, with VARIANT(name) defined.

static inline int32_t VARIANT(product)(const int16_t *block, const uint16_t *quants, int place) {
  return (int16_t)(uint16_t)((uint32_t)(uint16_t)block[place] * quants[place]);
}

static inline int16_t VARIANT(narrow)(uint32_t sum, int shift) {
  int32_t value = (int32_t)sum >> shift;
  return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

static inline uint8_t VARIANT(sample)(uint32_t sum, int shift) {
  int32_t value = ((int32_t)sum >> shift) + 128;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// The sums of one pass, from coefficients with a distance of `step`; each is to be moved down.
static inline void VARIANT(pass_2)(const int32_t *c, size_t step, int shift, uint32_t sums[2]) {
  uint32_t even = ((uint32_t)c[0] << 15) + (1U << (shift - 1));
  uint32_t odd = (uint32_t)c[step] * 29692U - (uint32_t)c[3 * step] * 10426U +
      (uint32_t)c[5 * step] * 6967U - (uint32_t)c[7 * step] * 5906U;
  sums[0] = even + odd;
  sums[1] = even - odd;
}

static inline void VARIANT(pass_4)(const int32_t *c, size_t step, int shift, uint32_t sums[4]) {
  uint32_t base = ((uint32_t)c[0] << 14) + (1U << (shift - 1));
  uint32_t even = (uint32_t)c[2 * step] * 15137U - (uint32_t)c[6 * step] * 6270U;
  uint32_t outer = (uint32_t)c[step] * 20995U + (uint32_t)c[3 * step] * 7373U -
      (uint32_t)c[5 * step] * 4926U - (uint32_t)c[7 * step] * 4176U;
  uint32_t inner = (uint32_t)c[step] * 8697U - (uint32_t)c[3 * step] * 17799U +
      (uint32_t)c[5 * step] * 11893U - (uint32_t)c[7 * step] * 1730U;
  sums[0] = base + even + outer;
  sums[1] = base - even + inner;
  sums[2] = base - even - inner;
  sums[3] = base + even - outer;
}

// What libjpeg-turbo keeps of a column's sum between the passes.
static inline int32_t VARIANT(kept_2)(uint32_t sum, int x, bool is_row, int32_t product) {
  (void)is_row, (void)product;
  return x == 0 ? (int32_t)sum >> 13 : VARIANT(narrow)(sum, 13);
}

// It has a shortcut for a block with nothing below its first row.
static inline int32_t VARIANT(kept_4)(uint32_t sum, int x, bool is_row, int32_t product) {
  (void)x;
  return is_row ? (int16_t)(uint16_t)((uint32_t)product << 2) : VARIANT(narrow)(sum, 12);
}

// But for row 4, which the larger transform doesn't read.
static inline bool VARIANT(has_row_only)(const int16_t *block) {
  int16_t any = 0;
  for (int i = DCTSIZE; i < DCTSIZE2; i++)
    if (i / DCTSIZE != 4) any |= block[i];
  return any == 0;
}

// Down each column, then across the rows that came of it.
#define TRANSFORM(side, shift_down, shift_across)                                                 \
  static inline void VARIANT(transform_##side)(                                                   \
      const int16_t *block, const uint16_t *quants, uint8_t *samples, size_t stride) {            \
    int32_t products[DCTSIZE2], between[side][DCTSIZE];                                           \
    bool is_row = VARIANT(has_row_only)(block);                                                   \
    for (int i = 0; i < DCTSIZE2; i++) products[i] = VARIANT(product)(block, quants, i);          \
    for (int x = 0; x < DCTSIZE; x++) {                                                           \
      uint32_t sums[side];                                                                        \
      VARIANT(pass_##side)(products + x, DCTSIZE, shift_down, sums);                              \
      for (int y = 0; y < side; y++)                                                              \
        between[y][x] = VARIANT(kept_##side)(sums[y], x, is_row, products[x]);                    \
    }                                                                                             \
    for (int y = 0; y < side; y++) {                                                              \
      uint32_t sums[side];                                                                        \
      VARIANT(pass_##side)(between[y], 1, shift_across, sums);                                    \
      for (int x = 0; x < side; x++)                                                              \
        samples[(size_t)y * stride + (size_t)x] = VARIANT(sample)(sums[x], shift_across);         \
    }                                                                                             \
  }

TRANSFORM(2, 13, 20)
TRANSFORM(4, 12, 19)
#undef TRANSFORM
