#include "color_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: - lcms2

static void note_error(cmsContext context, cmsUInt32Number code, const char *text) {
  (void)code;
  codec_report *report = cmsGetContextUserData(context);
  snprintf(report->message, CODEC_MESSAGE_CAPACITY, "%s", text);
}

cmsContext color_context(codec_report *report) {
  cmsContext context = cmsCreateContext(NULL, report);
  if (context != NULL) cmsSetLogErrorHandlerTHR(context, note_error);
  return context;
}

static codec_status refuse(codec_status status, codec_report *report, const char *why) {
  // lcms2's own words tell more.
  if (report->message[0] == '\0') snprintf(report->message, CODEC_MESSAGE_CAPACITY, "%s", why);
  return status;
}

// MARK: - Profiles of others

// Device links, named colours and the like describe no picture's samples.
static bool describes_device(cmsHPROFILE profile) {
  switch (cmsGetDeviceClass(profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass:
      return cmsGetPCS(profile) == cmsSigXYZData || cmsGetPCS(profile) == cmsSigLabData;
    default:
      return false;
  }
}

cmsHPROFILE color_open(
    cmsContext context, const uint8_t *icc, size_t count, cmsColorSpaceSignature space,
    codec_status *status, codec_report *report) {
  if (count > CODEC_PROFILE_BYTES) {
    *status = refuse(CODEC_TOO_LARGE, report, "a colour profile of excessive size");
    return NULL;
  }
  cmsHPROFILE profile = cmsOpenProfileFromMemTHR(context, icc, (cmsUInt32Number)count);
  if (profile == NULL) {
    *status = refuse(CODEC_CORRUPT, report, "no colour profile");
    return NULL;
  }
  if (describes_device(profile) && cmsGetColorSpace(profile) == space) return profile;
  *status = refuse(CODEC_UNSUPPORTED, report, "a colour profile for other than the picture's samples");
  cmsCloseProfile(profile);
  return NULL;
}

// MARK: - Profiles of our own

static cmsToneCurve *transfer_curve(cmsContext context, codec_transfer transfer, double gamma) {
  // light = sample < e ? sample * d : (sample * b + c) to the power of a (IEC 61966-2-1, ITU-R BT.709)
  enum { LINEAR_THEN_POWER = 4 };
  static const double srgb[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  static const double bt709[] = {1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081};
  switch (transfer) {
    case CODEC_TRANSFER_SRGB: return cmsBuildParametricToneCurve(context, LINEAR_THEN_POWER, srgb);
    case CODEC_TRANSFER_BT709: return cmsBuildParametricToneCurve(context, LINEAR_THEN_POWER, bt709);
    default: return cmsBuildGamma(context, gamma);
  }
}

cmsHPROFILE color_target(cmsContext context, bool grey) {
  if (!grey) return cmsCreate_sRGBProfileTHR(context);
  cmsToneCurve *curve = transfer_curve(context, CODEC_TRANSFER_SRGB, 0);
  if (curve == NULL) return NULL;
  cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
  cmsFreeToneCurve(curve);
  return profile;
}

static bool is_chromaticity(const double *xy) {
  return xy[0] >= 0 && xy[1] > 0 && xy[0] + xy[1] <= 1;
}

// Whether the three span a triangle that white lies in; others make negative light of ordinary colours.
static bool spans_gamut(const codec_colorimetry *c) {
  const double *corners[] = {c->red, c->green, c->blue};
  int turns = 0;
  for (int i = 0; i < 3; i++) {
    const double *from = corners[i], *to = corners[(i + 1) % 3];
    double turn = (to[0] - from[0]) * (c->white[1] - from[1]) -
        (to[1] - from[1]) * (c->white[0] - from[0]);
    turns += turn > 0 ? 1 : turn < 0 ? -1 : 0;
  }
  return turns == 3 || turns == -3;
}

static bool makes_sense(const codec_colorimetry *c) {
  // Beyond these a curve is a mistake: film and screens have 1 ... 3.
  const double least_gamma = 0.2, most_gamma = 5;
  return is_chromaticity(c->white) && is_chromaticity(c->red) && is_chromaticity(c->green) &&
      is_chromaticity(c->blue) && spans_gamut(c) &&
      (c->transfer != CODEC_TRANSFER_GAMMA || (c->gamma >= least_gamma && c->gamma <= most_gamma));
}

static cmsHPROFILE described(cmsContext context, const codec_colorimetry *c, bool grey) {
  cmsToneCurve *curve = transfer_curve(context, c->transfer, c->gamma);
  if (curve == NULL) return NULL;
  cmsHPROFILE profile;
  if (grey) {
    profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
  } else {
    cmsCIExyY white = {c->white[0], c->white[1], 1};
    cmsCIExyYTRIPLE primaries = {
        {c->red[0], c->red[1], 1}, {c->green[0], c->green[1], 1}, {c->blue[0], c->blue[1], 1}};
    cmsToneCurve *curves[] = {curve, curve, curve};
    profile = cmsCreateRGBProfileTHR(context, &white, &primaries, curves);
  }
  cmsFreeToneCurve(curve);
  return profile;
}

static codec_status serialized(cmsHPROFILE profile, codec_bytes *icc, codec_report *report) {
  // The same chunks give the same bytes, on whatever day.
  enum { CREATION_OFFSET = 24, CREATION_BYTES = 12, ID_OFFSET = 84, ID_BYTES = 16, HEADER_BYTES = 128 };
  static const uint8_t creation[CREATION_BYTES] = {0x07, 0xD0, 0, 1, 0, 1};  // 2000-01-01
  cmsUInt32Number count = 0;
  if (!cmsSaveProfileToMem(profile, NULL, &count) || count < HEADER_BYTES) {
    return refuse(CODEC_CORRUPT, report, "no profile for such colours");
  }
  uint8_t *data = malloc(count);
  if (data == NULL) return CODEC_OUT_OF_MEMORY;
  if (!cmsSaveProfileToMem(profile, data, &count)) {
    free(data);
    return refuse(CODEC_CORRUPT, report, "no profile for such colours");
  }
  memcpy(data + CREATION_OFFSET, creation, CREATION_BYTES);
  memset(data + ID_OFFSET, 0, ID_BYTES);
  *icc = (codec_bytes){.data = data, .count = count};
  return CODEC_OK;
}

codec_status codec_color_profile(
    const codec_colorimetry *colorimetry, bool grey, codec_bytes *icc, codec_report *report) {
  if (!makes_sense(colorimetry)) return refuse(CODEC_CORRUPT, report, "impossible colours");
  cmsContext context = color_context(report);
  if (context == NULL) return CODEC_OUT_OF_MEMORY;
  codec_status status = CODEC_CORRUPT;
  cmsHPROFILE profile = described(context, colorimetry, grey);
  if (profile == NULL) {
    status = refuse(CODEC_CORRUPT, report, "no profile for such colours");
  } else {
    status = serialized(profile, icc, report);
    cmsCloseProfile(profile);
  }
  cmsDeleteContext(context);
  return status;
}
