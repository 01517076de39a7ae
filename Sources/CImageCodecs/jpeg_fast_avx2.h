// The inverse transforms of jpeg_fast_portable.h on vectors of eight 16-bit integers. Included once by
// jpeg_fast_scan.c, with VARIANT(name) defined.
#include <immintrin.h>

#define FACTORS(a, b) _mm_set1_epi32((int)((uint32_t)(uint16_t)(b) << 16 | (uint16_t)(a)))

static inline __m128i VARIANT(row)(const int16_t *block, const uint16_t *quants, int row) {
  return _mm_mullo_epi16(
      _mm_load_si128((const __m128i *)block + row), _mm_loadu_si128((const __m128i *)quants + row));
}

// Half of each row of a matrix, moved up by 16 - `down` bits, and a half of what the shift behind cuts off.
#define MOVED_UP(unpack, values, down, shift)                                              \
  _mm_add_epi32(                                                                           \
      _mm_srai_epi32(unpack(_mm_setzero_si128(), values), down), _mm_set1_epi32(1 << ((shift) - 1)))

#define SUM_2(unpack)                                                                      \
  _mm_add_epi32(                                                                           \
      _mm_madd_epi16(unpack(r1, r3), FACTORS(29692, -10426)),                              \
      _mm_madd_epi16(unpack(r5, r7), FACTORS(6967, -5906)))

static inline void VARIANT(transform_2)(
    const int16_t *block, const uint16_t *quants, uint8_t *samples, size_t stride) {
  __m128i r0 = VARIANT(row)(block, quants, 0), r1 = VARIANT(row)(block, quants, 1);
  __m128i r3 = VARIANT(row)(block, quants, 3), r5 = VARIANT(row)(block, quants, 5);
  __m128i r7 = VARIANT(row)(block, quants, 7);
  __m128i left_even = MOVED_UP(_mm_unpacklo_epi16, r0, 1, 13), left_odd = SUM_2(_mm_unpacklo_epi16);
  __m128i right_even = MOVED_UP(_mm_unpackhi_epi16, r0, 1, 13), right_odd = SUM_2(_mm_unpackhi_epi16);
  __m128i upper_left = _mm_srai_epi32(_mm_add_epi32(left_even, left_odd), 13);
  __m128i lower_left = _mm_srai_epi32(_mm_sub_epi32(left_even, left_odd), 13);
  __m128i upper = _mm_packs_epi32(upper_left, _mm_srai_epi32(_mm_add_epi32(right_even, right_odd), 13));
  __m128i lower = _mm_packs_epi32(lower_left, _mm_srai_epi32(_mm_sub_epi32(right_even, right_odd), 13));
  const __m128i factors = _mm_setr_epi16(0, 29692, 0, -10426, 0, 6967, 0, -5906);
  __m128i products = _mm_hadd_epi32(_mm_madd_epi16(upper, factors), _mm_madd_epi16(lower, factors));
  __m128i odd = _mm_hadd_epi32(products, products);
  // Not narrowed before, as in libjpeg-turbo.
  __m128i even = _mm_slli_epi32(_mm_unpacklo_epi32(upper_left, lower_left), 15);
  even = _mm_add_epi32(even, _mm_set1_epi32(1 << 19));
  __m128i columns = _mm_unpacklo_epi32(
      _mm_srai_epi32(_mm_add_epi32(even, odd), 20), _mm_srai_epi32(_mm_sub_epi32(even, odd), 20));
  columns = _mm_packs_epi32(columns, columns);
  columns = _mm_add_epi8(_mm_packs_epi16(columns, columns), _mm_set1_epi8(-128));
  uint32_t all = (uint32_t)_mm_cvtsi128_si32(columns);
  memcpy(samples, &all, 2);
  all >>= 16;
  memcpy(samples + stride, &all, 2);
}

// Both passes of a 4 x 4 transform, from coefficients 0, 1 and 3, 2 and 6, 5 and 7 to four sums.
#define PASS_4(zeroth, pairs_13, pairs_26, pairs_57, shift, sums)                              \
  do {                                                                                         \
    __m128i base = _mm_add_epi32(_mm_srai_epi32(zeroth, 2), _mm_set1_epi32(1 << ((shift) - 1))); \
    __m128i even = _mm_madd_epi16(pairs_26, FACTORS(15137, -6270));                            \
    __m128i outer = _mm_add_epi32(                                                             \
        _mm_madd_epi16(pairs_13, FACTORS(20995, 7373)),                                        \
        _mm_madd_epi16(pairs_57, FACTORS(-4926, -4176)));                                      \
    __m128i inner = _mm_add_epi32(                                                             \
        _mm_madd_epi16(pairs_13, FACTORS(8697, -17799)),                                       \
        _mm_madd_epi16(pairs_57, FACTORS(11893, -1730)));                                      \
    __m128i more = _mm_add_epi32(base, even), less = _mm_sub_epi32(base, even);                \
    sums[0] = _mm_srai_epi32(_mm_add_epi32(more, outer), shift);                               \
    sums[1] = _mm_srai_epi32(_mm_add_epi32(less, inner), shift);                               \
    sums[2] = _mm_srai_epi32(_mm_sub_epi32(less, inner), shift);                               \
    sums[3] = _mm_srai_epi32(_mm_sub_epi32(more, outer), shift);                               \
  } while (0)

static inline void VARIANT(transform_4)(
    const int16_t *block, const uint16_t *quants, uint8_t *samples, size_t stride) {
  const __m128i zero = _mm_setzero_si128();
  __m128i r0 = VARIANT(row)(block, quants, 0), r1 = VARIANT(row)(block, quants, 1);
  __m128i r2 = VARIANT(row)(block, quants, 2), r3 = VARIANT(row)(block, quants, 3);
  __m128i r5 = VARIANT(row)(block, quants, 5), r6 = VARIANT(row)(block, quants, 6);
  __m128i r7 = VARIANT(row)(block, quants, 7);
  __m128i left[4], right[4], rows[4], columns[4];
  PASS_4(
      _mm_unpacklo_epi16(zero, r0), _mm_unpacklo_epi16(r1, r3), _mm_unpacklo_epi16(r2, r6),
      _mm_unpacklo_epi16(r5, r7), 12, left);
  PASS_4(
      _mm_unpackhi_epi16(zero, r0), _mm_unpackhi_epi16(r1, r3), _mm_unpackhi_epi16(r2, r6),
      _mm_unpackhi_epi16(r5, r7), 12, right);
  // libjpeg-turbo's shortcut for this case differs where it overflows.
  const __m128i *rest = (const __m128i *)block;
  __m128i below = _mm_or_si128(
      _mm_or_si128(rest[1], rest[2]),
      _mm_or_si128(_mm_or_si128(rest[3], rest[5]), _mm_or_si128(rest[6], rest[7])));
  bool is_row = _mm_testz_si128(below, below);
  for (int i = 0; i < 4; i++)
    rows[i] = is_row ? _mm_slli_epi16(r0, 2) : _mm_packs_epi32(left[i], right[i]);
  __m128i left_01 = _mm_unpacklo_epi16(rows[0], rows[1]), left_23 = _mm_unpacklo_epi16(rows[2], rows[3]);
  __m128i right_01 = _mm_unpackhi_epi16(rows[0], rows[1]), right_23 = _mm_unpackhi_epi16(rows[2], rows[3]);
  __m128i c01 = _mm_unpacklo_epi32(left_01, left_23), c23 = _mm_unpackhi_epi32(left_01, left_23);
  __m128i c45 = _mm_unpacklo_epi32(right_01, right_23), c67 = _mm_unpackhi_epi32(right_01, right_23);
  PASS_4(
      _mm_unpacklo_epi16(zero, c01), _mm_unpackhi_epi16(c01, c23), _mm_unpacklo_epi16(c23, c67),
      _mm_unpackhi_epi16(c45, c67), 19, columns);
  __m128i pair_01 = _mm_packs_epi32(columns[0], columns[1]);
  __m128i pair_23 = _mm_packs_epi32(columns[2], columns[3]);
  pair_01 = _mm_unpacklo_epi16(pair_01, _mm_srli_si128(pair_01, 8));
  pair_23 = _mm_unpacklo_epi16(pair_23, _mm_srli_si128(pair_23, 8));
  __m128i all = _mm_packs_epi16(_mm_unpacklo_epi32(pair_01, pair_23), _mm_unpackhi_epi32(pair_01, pair_23));
  uint8_t bytes[16];
  _mm_storeu_si128((__m128i *)bytes, _mm_add_epi8(all, _mm_set1_epi8(-128)));
  for (int y = 0; y < 4; y++) memcpy(samples + (size_t)y * stride, bytes + 4 * y, 4);
}

#undef FACTORS
#undef MOVED_UP
#undef SUM_2
#undef PASS_4
