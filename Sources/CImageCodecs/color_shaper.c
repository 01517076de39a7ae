#include "color_shaper.h"

#include <math.h>

enum {
  // Linear light has 20 bits: one step is 0.003 of an 8-bit step where sRGB's curve is steepest.
  LIGHT_BITS = 20,
  MATRIX_BITS = 16,
  CELL_BITS = 12,
  FRACTION_BITS = LIGHT_BITS - CELL_BITS,
  // Below a sample's 1/64 of an 8-bit step, so that rounding happens once.
  SPARE_BITS = 6,
  // A profile's curve is asked at every 16th level and is straight between them.
  KNOT_SPACING = 16,
  // Beyond what any sensible matrix has; keeps products within 64 bits.
  LARGEST_COEFFICIENT = 1 << 8,
};

_Static_assert(1 << CELL_BITS == SHAPER_INVERSE_CELLS, "a cell is the light's upper bits");
_Static_assert(CODEC_WHITE % KNOT_SPACING == 0, "the last level is a knot");

// MARK: - Building

// What a profile says may be anything, NaN too.
static double unit(double value) { return value > 0 ? (value < 1 ? value : 1) : 0; }

static void sample_curve(int32_t *light, const cmsToneCurve *curve) {
  double before = 0;
  for (int knot = 0; knot <= CODEC_WHITE; knot += KNOT_SPACING) {
    double after = unit(cmsEvalToneCurveFloat(curve, (float)knot / CODEC_WHITE));
    light[knot] = (int32_t)lround(after * (1 << LIGHT_BITS));
    for (int i = 1; i < KNOT_SPACING && knot > 0; i++) {
      double between = before + (after - before) * i / KNOT_SPACING;
      light[knot - KNOT_SPACING + i] = (int32_t)lround(between * (1 << LIGHT_BITS));
    }
    before = after;
  }
}

static bool read_matrix(cmsHPROFILE profile, double matrix[3][3]) {
  static const cmsTagSignature colorants[] = {
      cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
  for (int i = 0; i < 3; i++) {
    const cmsCIEXYZ *xyz = cmsReadTag(profile, colorants[i]);
    if (xyz == NULL) return false;
    matrix[0][i] = xyz->X;
    matrix[1][i] = xyz->Y;
    matrix[2][i] = xyz->Z;
  }
  return true;
}

// Cramer's rule.
static bool invert(const double m[3][3], double inverse[3][3]) {
  double determinant = 0;
  for (int i = 0; i < 3; i++) {
    int j = (i + 1) % 3, k = (i + 2) % 3;
    for (int n = 0; n < 3; n++) {
      int o = (n + 1) % 3, p = (n + 2) % 3;
      inverse[n][i] = m[j][o] * m[k][p] - m[j][p] * m[k][o];
    }
    determinant += m[i][0] * inverse[0][i];
  }
  if (!(fabs(determinant) > 1e-9)) return false;
  for (int i = 0; i < 9; i++) inverse[i / 3][i % 3] /= determinant;
  return true;
}

static bool set_matrix(color_shaper *shaper, cmsHPROFILE profile, cmsHPROFILE target) {
  double from[3][3], to[3][3], inverse[3][3];
  if (!read_matrix(profile, from) || !read_matrix(target, to) || !invert(to, inverse)) return false;
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) {
      double sum = 0;
      for (int i = 0; i < 3; i++) sum += inverse[row][i] * from[i][column];
      if (!(fabs(sum) < LARGEST_COEFFICIENT)) return false;
      shaper->matrix[row][column] = (int32_t)lround(sum * (1 << MATRIX_BITS));
    }
  }
  return true;
}

// IEC 61966-2-1.
static double srgb_sample(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

// lcms2 prefers tables to the matrix when a profile has both.
static bool has_tables(cmsHPROFILE profile) {
  static const cmsTagSignature tables[] = {
      cmsSigAToB0Tag, cmsSigAToB1Tag, cmsSigDToB0Tag, cmsSigDToB1Tag};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (cmsIsTag(profile, tables[i])) return true;
  }
  return false;
}

bool color_shaper_build(color_shaper *shaper, cmsHPROFILE profile, cmsHPROFILE target) {
  static const cmsTagSignature curves[] = {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};
  if (has_tables(profile) || cmsGetPCS(profile) != cmsSigXYZData) return false;
  if (!set_matrix(shaper, profile, target)) return false;
  for (int i = 0; i < 3; i++) {
    const cmsToneCurve *curve = cmsReadTag(profile, curves[i]);
    if (curve == NULL) return false;
    sample_curve(shaper->light[i], curve);
  }
  for (int i = 0; i <= SHAPER_INVERSE_CELLS; i++) {
    double sample = srgb_sample((double)i / SHAPER_INVERSE_CELLS);
    shaper->inverse[i] = (int32_t)lround(sample * (CODEC_WHITE << SPARE_BITS));
  }
  return true;
}

// MARK: - Converting

static int32_t sample_of(const color_shaper *shaper, int64_t light) {
  if (light <= 0) return 0;
  if (light >= 1 << LIGHT_BITS) return CODEC_WHITE;
  const int32_t *cell = shaper->inverse + (light >> FRACTION_BITS);
  int32_t fraction = (int32_t)light & ((1 << FRACTION_BITS) - 1);
  int32_t sample = cell[0] + ((cell[1] - cell[0]) * fraction >> FRACTION_BITS);
  return (sample + (1 << (SPARE_BITS - 1))) >> SPARE_BITS;
}

void color_shaper_convert(const color_shaper *shaper, const int32_t *samples, int32_t *converted) {
  int64_t light[3];
  for (int i = 0; i < 3; i++) light[i] = shaper->light[i][samples[i]];
  for (int i = 0; i < 3; i++) {
    const int32_t *row = shaper->matrix[i];
    int64_t sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
    converted[i] = sample_of(shaper, (sum + (1 << (MATRIX_BITS - 1))) >> MATRIX_BITS);
  }
}
