#pragma once

#include "include/resample.h"
#include "jpeg_fast_reader.h"
#include "jpeg_fast_tables.h"

enum { FAST_COMPONENTS = 3 };

// A component of a scan, and its samples at reduced size, rows and columns of whole MCUs.
typedef struct fast_component {
  uint32_t across, down;  // blocks in an MCU
  uint32_t side;          // of a block at reduced size: 1, 2 or 4 samples
  const fast_table *dc, *ac;
  uint16_t quants[DCTSIZE2];  // in natural order
  uint8_t *samples;
  size_t stride;
  int32_t prediction;
} fast_component;

// A scan of all of a picture's components.
typedef struct fast_scan {
  fast_component components[FAST_COMPONENTS];  // in the scan's order
  uint32_t component_count;
  uint32_t columns, rows;      // of MCUs
  uint32_t restart_interval;  // MCUs, 0 for none
  fast_reader reader;
} fast_scan;

// Decodes all of a scan that begins at `bytes` and is the picture's last; false if it is in any way irregular,
// whatever libjpeg may make of that.
bool fast_scan_decode(
    fast_scan *scan, codec_kernel kernel, const uint8_t *bytes, const uint8_t *end);
