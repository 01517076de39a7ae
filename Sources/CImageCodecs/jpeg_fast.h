#pragma once

#include "include/resample.h"
#include "libjpeg.h"

// Decodes baseline JPEGs at 1/8, 2/8 and 4/8, several times as fast as libjpeg-turbo and with the same result,
// whenever the file is of a usual kind and without a fault. Of all others it says so before it gave a row.
//
// It is fast because it looks up two symbols at a time, or all that a reduced picture doesn't show, and because it
// makes reduced samples of each block at once.
typedef struct jpeg_fast jpeg_fast;

// Decodes the scan that `codec` has read the header of, from its source's next byte on, which stays there. NULL if
// libjpeg is to do it, or if there's no memory.
jpeg_fast *jpeg_fast_decode(j_decompress_ptr codec, uint32_t eighths, codec_kernel kernel);

// What that takes for samples at most, at any scale; 0 for pictures that libjpeg will do.
uint64_t jpeg_fast_bytes(j_decompress_ptr codec);

void jpeg_fast_free(jpeg_fast *fast);

uint32_t jpeg_fast_width(const jpeg_fast *fast);
uint32_t jpeg_fast_height(const jpeg_fast *fast);

// The next row, grey or RGBX. There must be one left.
void jpeg_fast_read(jpeg_fast *fast, uint8_t *row);
