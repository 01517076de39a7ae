// Decoder's samples to pixel pairs, eight lanes at a time: red of both pixels, green, blue, alpha.
// Included once for each variant with VARIANT(name) defined, so without a guard.

typedef uint8_t VARIANT(bytes) __attribute__((vector_size(16)));
typedef uint16_t VARIANT(lanes) __attribute__((vector_size(16)));
typedef uint32_t VARIANT(products) __attribute__((vector_size(32)));

#define BYTES VARIANT(bytes)
#define SAMPLES VARIANT(lanes)
#define WIDE(a) __builtin_convertvector(a, VARIANT(products))
#define NARROW(a) __builtin_convertvector(a, SAMPLES)
#define ALL(value) ((SAMPLES){0} + (uint16_t)(value))
// a * b / 65536, rounded. 65535 times CODEC_WHITE or less is exact as a factor of 1.
#define PRODUCT(a, b) (NARROW(WIDE(a) * WIDE(b) >> 16) + ((a) * (b) >> 15))

// Bytes r of both pixels and so on as samples of 0 ... CODEC_WHITE; index 16 is 255, 17 is 0.
#define LANES_OF_8(r0, r1, g0, g1, b0, b1, a0, a1)                                               \
  ((SAMPLES)__builtin_shufflevector(                                                             \
       bytes, ((BYTES){255}), r0, 17, r1, 17, g0, 17, g1, 17, b0, 17, b1, 17, a0, 17, a1, 17)    \
   << 6)
// The same bytes as factors of 0 ... 65535: 257 times each.
#define FACTORS_OF_8(r0, r1, g0, g1, b0, b1, a0, a1)                                             \
  ((SAMPLES)__builtin_shufflevector(                                                             \
      bytes, ((BYTES){255}), r0, r0, r1, r1, g0, g0, g1, g1, b0, b0, b1, b1, a0, a0, a1, a1))
// The same for 16 bits; index 8 is 65535.
#define FACTORS_OF_16(r0, r1, g0, g1, b0, b1, a0, a1)                                            \
  __builtin_shufflevector((SAMPLES)bytes, ALL(65535), r0, r1, g0, g1, b0, b1, a0, a1)
#define LANES_OF_16(...) PRODUCT(FACTORS_OF_16(__VA_ARGS__), ALL(CODEC_WHITE))

// Pairs of pixels from `samples`; what lies beyond the row's end is read as zeros.
#define EACH_PAIR(pixel_bytes, expression)                                                       \
  do {                                                                                           \
    size_t left = (size_t)width * (pixel_bytes);                                                 \
    for (; left >= sizeof(BYTES); left -= 2 * (pixel_bytes)) {                                   \
      BYTES bytes;                                                                               \
      memcpy(&bytes, samples, sizeof bytes);                                                     \
      SAMPLES lanes = expression;                                                                \
      memcpy(pairs, &lanes, sizeof lanes);                                                       \
      samples += 2 * (pixel_bytes);                                                              \
      pairs += 8;                                                                                \
    }                                                                                            \
    while (left > 0) {                                                                           \
      BYTES bytes = {0};                                                                         \
      memcpy(&bytes, samples, left);                                                             \
      SAMPLES lanes = expression;                                                                \
      memcpy(pairs, &lanes, sizeof lanes);                                                       \
      samples += 2 * (pixel_bytes);                                                              \
      pairs += 8;                                                                                \
      left = left > 2 * (pixel_bytes) ? left - 2 * (pixel_bytes) : 0;                            \
    }                                                                                            \
  } while (0)

static void VARIANT(load_row_8)(
    codec_layout layout, const uint8_t *samples, uint32_t width, int16_t *pairs) {
  switch (layout) {
    case CODEC_GREY: EACH_PAIR(1, LANES_OF_8(0, 1, 0, 1, 0, 1, 16, 16)); break;
    case CODEC_GREY_ALPHA:
      EACH_PAIR(
          2, PRODUCT(
                 LANES_OF_8(0, 2, 0, 2, 0, 2, 1, 3), FACTORS_OF_8(1, 3, 1, 3, 1, 3, 16, 16)));
      break;
    case CODEC_RGB: EACH_PAIR(3, LANES_OF_8(0, 3, 1, 4, 2, 5, 16, 16)); break;
    case CODEC_RGBX: EACH_PAIR(4, LANES_OF_8(0, 4, 1, 5, 2, 6, 16, 16)); break;
    case CODEC_RGBA:
      EACH_PAIR(
          4, PRODUCT(
                 LANES_OF_8(0, 4, 1, 5, 2, 6, 3, 7), FACTORS_OF_8(3, 7, 3, 7, 3, 7, 16, 16)));
      break;
    // Without a profile: what an ink lets through times what black lets through.
    case CODEC_CMYK:
      EACH_PAIR(
          4, (bytes = ~bytes,
              PRODUCT(
                  LANES_OF_8(0, 4, 1, 5, 2, 6, 16, 16),
                  FACTORS_OF_8(3, 7, 3, 7, 3, 7, 16, 16))));
      break;
    case CODEC_CMYK_INVERTED:
      EACH_PAIR(
          4, PRODUCT(
                 LANES_OF_8(0, 4, 1, 5, 2, 6, 16, 16), FACTORS_OF_8(3, 7, 3, 7, 3, 7, 16, 16)));
      break;
  }
}

static void VARIANT(load_row_16)(
    codec_layout layout, const uint8_t *samples, uint32_t width, int16_t *pairs) {
  switch (layout) {
    case CODEC_GREY: EACH_PAIR(2, LANES_OF_16(0, 1, 0, 1, 0, 1, 8, 8)); break;
    case CODEC_GREY_ALPHA:
      EACH_PAIR(
          4, PRODUCT(
                 LANES_OF_16(0, 2, 0, 2, 0, 2, 1, 3), FACTORS_OF_16(1, 3, 1, 3, 1, 3, 8, 8)));
      break;
    case CODEC_RGB: EACH_PAIR(6, LANES_OF_16(0, 3, 1, 4, 2, 5, 8, 8)); break;
    case CODEC_RGBA:
      EACH_PAIR(
          8, PRODUCT(
                 LANES_OF_16(0, 4, 1, 5, 2, 6, 3, 7), FACTORS_OF_16(3, 7, 3, 7, 3, 7, 8, 8)));
      break;
    default: break;  // no decoder gives the others in 16 bits
  }
}

#undef BYTES
#undef SAMPLES
#undef WIDE
#undef NARROW
#undef ALL
#undef PRODUCT
#undef LANES_OF_8
#undef FACTORS_OF_8
#undef FACTORS_OF_16
#undef LANES_OF_16
#undef EACH_PAIR
