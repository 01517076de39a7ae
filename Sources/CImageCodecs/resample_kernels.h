// The two filters on vectors of LANES 32-bit sums. Included once for each variant, with LANES,
// VARIANT(name) and MULTIPLY_PAIRS(words, words) (products of neighbours, added) defined, so without a guard.

typedef int16_t VARIANT(words)
    __attribute__((vector_size(LANES * 4), aligned(2), may_alias));
typedef int32_t VARIANT(sums) __attribute__((vector_size(LANES * 4)));

// Sums as 16-bit values, saturated: the filter's overshoot has room, but input can be made to exceed it.
static void VARIANT(narrow)(const int32_t *sums, uint32_t shift, size_t count, int16_t *values) {
  int32_t half = 1 << (shift - 1);
  for (size_t i = 0; i < count; i++) {
    int32_t value = (sums[i] + half) >> shift;
    if (value > INT16_MAX) value = INT16_MAX;
    if (value < INT16_MIN) value = INT16_MIN;
    values[i] = (int16_t)value;
  }
}

static void VARIANT(filter_across)(
    const codec_axis *axis, const int16_t *rows, size_t stride, int16_t *first_pair,
    int16_t *second_pair) {
  enum { PIXELS = LANES / 2, PAIR_LANES = 2 * CODEC_CHANNELS };
  const int16_t *weights = axis->weights;
  for (uint32_t target = 0; target < axis->count; target++) {
    const int16_t *pixels = rows + (size_t)axis->first[target] * CODEC_CHANNELS;
    VARIANT(sums) sums[CODEC_BATCH] = {{0}, {0}, {0}, {0}};
    for (uint32_t tap = 0; tap < axis->taps; tap += PIXELS) {
      // The weights of each pixel pair, once for each channel.
      int32_t pairs[LANES / 4];
      memcpy(pairs, weights + tap, sizeof pairs);
      VARIANT(sums) spread;
      for (int lane = 0; lane < LANES; lane++) spread[lane] = pairs[lane / 4];
      for (int row = 0; row < CODEC_BATCH; row++) {
        VARIANT(words) *words = (VARIANT(words) *)(pixels + (size_t)row * stride);
        sums[row] += MULTIPLY_PAIRS(words[tap / PIXELS], (VARIANT(words))spread);
      }
    }
    weights += axis->taps;
    int32_t lanes[PAIR_LANES * 2];
    for (int row = 0; row < CODEC_BATCH; row++) {
      for (int channel = 0; channel < CODEC_CHANNELS; channel++) {
        int32_t sum = 0;
        for (int lane = channel; lane < LANES; lane += 4) sum += sums[row][lane];
        lanes[row / 2 * PAIR_LANES + channel * 2 + row % 2] = sum;
      }
    }
    VARIANT(narrow)(lanes, axis->shift, PAIR_LANES, first_pair + (size_t)target * PAIR_LANES);
    VARIANT(narrow)(
        lanes + PAIR_LANES, axis->shift, PAIR_LANES, second_pair + (size_t)target * PAIR_LANES);
  }
}

static void VARIANT(filter_down)(
    const codec_axis *axis, uint32_t target, const int16_t *const *row_pairs, size_t lanes,
    int16_t *row) {
  enum { VECTORS = CODEC_LANES / LANES };
  const int16_t *weights = axis->weights + (size_t)target * axis->taps;
  for (size_t lane = 0; lane < lanes; lane += CODEC_LANES) {
    VARIANT(sums) sums[VECTORS];
    for (int i = 0; i < VECTORS; i++) sums[i] = (VARIANT(sums)){0};
    for (uint32_t tap = 0; tap < axis->taps; tap += 2) {
      int32_t pair;
      memcpy(&pair, weights + tap, sizeof pair);
      VARIANT(words) spread = (VARIANT(words))(pair - (VARIANT(sums)){0});
      const VARIANT(words) *words = (const VARIANT(words) *)(row_pairs[tap / 2] + 2 * lane);
      for (int i = 0; i < VECTORS; i++) sums[i] += MULTIPLY_PAIRS(words[i], spread);
    }
    VARIANT(narrow)((const int32_t *)sums, axis->shift, CODEC_LANES, row + lane);
  }
}
