#include "include/CPictureFixtures.h"

#include <lcms2.h>
#include <stdlib.h>
#include <zlib.h>

// MARK: - Profiles

static uint8_t *serialized(cmsHPROFILE profile, size_t *count) {
  cmsUInt32Number length = 0;
  if (!cmsSaveProfileToMem(profile, NULL, &length)) abort();
  uint8_t *bytes = malloc(length);
  if (bytes == NULL || !cmsSaveProfileToMem(profile, bytes, &length)) abort();
  cmsCloseProfile(profile);
  *count = length;
  return bytes;
}

static cmsHPROFILE rgb_profile(
    cmsCIExyY red, cmsCIExyY green, cmsCIExyY blue, cmsToneCurve *curve) {
  cmsCIExyY white = {0.3127, 0.3290, 1};
  cmsCIExyYTRIPLE primaries = {red, green, blue};
  cmsToneCurve *curves[] = {curve, curve, curve};
  return cmsCreateRGBProfile(&white, &primaries, curves);
}

// Inks that are no ideal filters, so that the rule of thumb is far off.
static cmsInt32Number print_ink(
    const cmsUInt16Number inks[], cmsUInt16Number lab[], void *to_lab) {
  double light[3] = {1, 1, 1};
  static const double through[4][3] = {
      {0.1, 0.6, 0.9}, {0.85, 0.15, 0.5}, {0.95, 0.9, 0.1}, {0.15, 0.15, 0.2}};
  for (int ink = 0; ink < 4; ink++) {
    for (int i = 0; i < 3; i++) light[i] *= 1 - inks[ink] / 65535.0 * (1 - through[ink][i]);
  }
  cmsUInt16Number rgb[3];
  for (int i = 0; i < 3; i++) rgb[i] = (cmsUInt16Number)(light[i] * 65535);
  cmsDoTransform(to_lab, rgb, lab, 1);
  return TRUE;
}

static cmsHPROFILE ink_profile(void) {
  enum { GRID = 9 };
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
  cmsSetProfileVersion(profile, 2.1);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, cmsSigCmykData);
  cmsSetPCS(profile, cmsSigLabData);
  cmsHPROFILE srgb = cmsCreate_sRGBProfile(), lab = cmsCreateLab2Profile(NULL);
  cmsHTRANSFORM to_lab = cmsCreateTransform(
      srgb, TYPE_RGB_16, lab, TYPE_LabV2_16, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
  cmsPipeline *pipeline = cmsPipelineAlloc(NULL, 4, 3);
  cmsStage *grid = cmsStageAllocCLut16bit(NULL, GRID, 4, 3, NULL);
  cmsStageSampleCLut16bit(grid, print_ink, to_lab, 0);
  cmsPipelineInsertStage(pipeline, cmsAT_END, grid);
  if (!cmsWriteTag(profile, cmsSigAToB0Tag, pipeline)) abort();
  cmsPipelineFree(pipeline);
  cmsDeleteTransform(to_lab);
  cmsCloseProfile(srgb);
  cmsCloseProfile(lab);
  return profile;
}

static cmsHPROFILE made(fixture_profile_kind kind, cmsToneCurve *srgb, cmsToneCurve *gamma) {
  const cmsCIExyY red = {0.64, 0.33, 1}, green = {0.30, 0.60, 1}, blue = {0.15, 0.06, 1};
  const cmsCIExyY p3_red = {0.68, 0.32, 1}, p3_green = {0.265, 0.69, 1};
  const cmsCIExyY wide_red = {0.7347, 0.2653, 1}, wide_green = {0.1596, 0.8404, 1},
                  wide_blue = {0.0366, 0.0001, 1};
  switch (kind) {
    case FIXTURE_PROFILE_SRGB: return rgb_profile(red, green, blue, srgb);
    case FIXTURE_PROFILE_P3: return rgb_profile(p3_red, p3_green, blue, srgb);
    // ProPhoto's primaries: two of its colours don't exist.
    case FIXTURE_PROFILE_WIDE: return rgb_profile(wide_red, wide_green, wide_blue, gamma);
    case FIXTURE_PROFILE_SWAPPED: return rgb_profile(green, red, blue, srgb);
    case FIXTURE_PROFILE_GAMMA_18: return rgb_profile(red, green, blue, gamma);
    case FIXTURE_PROFILE_GREY_GAMMA_18: return cmsCreateGrayProfile(cmsD50_xyY(), gamma);
    case FIXTURE_PROFILE_GREY_SRGB: return cmsCreateGrayProfile(cmsD50_xyY(), srgb);
    case FIXTURE_PROFILE_LAB: return cmsCreateLab4Profile(NULL);
    default: return ink_profile();
  }
}

uint8_t *fixture_profile(fixture_profile_kind kind, size_t *count) {
  const double parameters[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve *srgb = cmsBuildParametricToneCurve(NULL, 4, parameters);
  cmsToneCurve *gamma = cmsBuildGamma(NULL, 1.8);
  cmsHPROFILE profile = made(kind, srgb, gamma);
  cmsFreeToneCurve(srgb);
  cmsFreeToneCurve(gamma);
  return serialized(profile, count);
}

void fixture_to_srgb(
    const uint8_t *profile, size_t count, int channels, const uint8_t *samples, size_t pixels,
    uint8_t *rgb) {
  static const cmsUInt32Number formats[] = {0, TYPE_GRAY_8, 0, TYPE_RGB_8, TYPE_CMYK_8};
  cmsHPROFILE from = cmsOpenProfileFromMem(profile, (cmsUInt32Number)count);
  cmsHPROFILE to = cmsCreate_sRGBProfile();
  cmsHTRANSFORM transform = cmsCreateTransform(
      from, formats[channels], to, TYPE_RGB_8, INTENT_RELATIVE_COLORIMETRIC,
      cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOOPTIMIZE);
  if (transform == NULL) abort();
  cmsDoTransform(transform, samples, rgb, (cmsUInt32Number)pixels);
  cmsDeleteTransform(transform);
  cmsCloseProfile(from);
  cmsCloseProfile(to);
}

// MARK: - zlib

uint8_t *fixture_deflate(const uint8_t *bytes, size_t count, size_t *packed_count) {
  uLongf length = compressBound(count);
  uint8_t *packed = malloc(length);
  if (packed == NULL || compress(packed, &length, bytes, count) != Z_OK) abort();
  *packed_count = length;
  return packed;
}

uint32_t fixture_checksum(const uint8_t *bytes, size_t count) {
  return (uint32_t)crc32(0, bytes, (uInt)count);
}
