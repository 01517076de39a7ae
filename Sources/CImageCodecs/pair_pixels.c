#include "include/pair_pixels.h"

#include <string.h>

typedef int16_t pixel_pair __attribute__((vector_size(16)));

static void store_pair(pixel_pair pair, int16_t *pairs) {
  pair = __builtin_shufflevector(pair, pair, 0, 4, 1, 5, 2, 6, 3, 7);
  memcpy(pairs, &pair, sizeof pair);
}

void codec_pair_pixels(const int16_t *pixels, uint32_t width, int16_t *pairs) {
  enum { VALUES = 8 };
  for (uint32_t pair = 0; pair < width / 2; pair++) {
    pixel_pair both;
    memcpy(&both, pixels, sizeof both);
    store_pair(both, pairs);
    pixels += VALUES;
    pairs += VALUES;
  }
  if (width % 2 == 1) {
    pixel_pair single = {0};
    memcpy(&single, pixels, sizeof single / 2);
    store_pair(single, pairs);
  }
}
