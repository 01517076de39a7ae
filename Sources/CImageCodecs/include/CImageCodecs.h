// The codecs behind plain C entry points that Swift can call safely: libjpeg and libpng report errors by
// longjmp, which must never cross a Swift frame, so each entry point here holds its own setjmp and
// hands an error back as a value. Nothing here prints, reads files or keeps state between pictures.
#pragma once

#include "codec_memory.h"
#include "codec_status.h"
#include "codec_versions.h"
#include "color.h"
#include "finish_row.h"
#include "jpeg_decode.h"
#include "jpeg_encode.h"
#include "pair_pixels.h"
#include "png_decode.h"
#include "png_encode.h"
#include "resample.h"
#include "webp_decode.h"
#include "webp_encode.h"
