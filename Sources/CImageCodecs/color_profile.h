#pragma once

#include "include/color.h"

#include <lcms2.h>

// An lcms2 context of one's own: nothing global, messages go to `report` instead of stderr. NULL when there
// is no memory.
cmsContext color_context(codec_report *report);

// Opens a profile for samples of `space`; NULL with a status and a message when it isn't one.
cmsHPROFILE color_open(
    cmsContext context, const uint8_t *icc, size_t count, cmsColorSpaceSignature space,
    codec_status *status, codec_report *report);

// What the profile's samples become. Grey stays grey.
cmsHPROFILE color_target(cmsContext context, bool grey);
