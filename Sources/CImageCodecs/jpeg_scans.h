#pragma once

#include "jpeg_source.h"

// A progressive file's scans as their markers tell of them, without a look at what is coded in them.
typedef struct jpeg_scan_walk {
  const struct jpeg_decompress_struct *codec;
  const uint8_t *next, *end;
  // The scan that `next` is in or just behind.
  int components[MAX_COMPS_IN_SCAN];
  int component_count;
  int first, last, high, low;  // Ss, Se, Ah, Al
  uint32_t scan_count;
  uint32_t restart_interval;
  // As libjpeg's coef_bits: how many low bits a coefficient still lacks, -1 before its first scan.
  int8_t missing_bits[MAX_COMPONENTS][DCTSIZE2];
} jpeg_scan_walk;

typedef enum jpeg_scan_step {
  JPEG_STEP_SCAN,  // `next` is where the next scan's coded data begin
  JPEG_STEP_END,   // the file's end marker, at `next`
  JPEG_STEP_ODD,   // something that not all files have, or that is wrong
} jpeg_scan_step;

// After jpeg_read_header: `codec` has just read the first scan's header. False when that one is odd.
bool jpeg_scan_walk_begin(jpeg_scan_walk *walk, const struct jpeg_decompress_struct *codec);

// Goes past a scan's coded data; `next` is then the marker behind them. False when they don't look whole.
bool jpeg_scan_walk_skip(jpeg_scan_walk *walk);

// Goes on to the next scan. `header` is where its header begins.
jpeg_scan_step jpeg_scan_walk_step(jpeg_scan_walk *walk, const uint8_t **header);

// Whether the scans so far give every bit of every coefficient.
bool jpeg_scan_walk_is_complete(const jpeg_scan_walk *walk);
