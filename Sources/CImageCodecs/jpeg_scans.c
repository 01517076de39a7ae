#include "jpeg_scans.h"

#include <string.h>

enum {
  MARKER_BYTES = 2,
  LENGTH_BYTES = 2,
  DHT = 0xC4,
  SOS = 0xDA,
  DQT = 0xDB,
  DRI = 0xDD,
  COM = 0xFE,
  MAX_LOW_BIT = 13,  // libjpeg's
};

static size_t bytes_left(const jpeg_scan_walk *walk) { return (size_t)(walk->end - walk->next); }

// MARK: - Coded data

static uint64_t mcu_count(const jpeg_scan_walk *walk) {
  const struct jpeg_decompress_struct *codec = walk->codec;
  if (walk->component_count == 1) {
    const jpeg_component_info *component = &codec->comp_info[walk->components[0]];
    return (uint64_t)component->width_in_blocks * component->height_in_blocks;
  }
  uint64_t width = (uint64_t)codec->max_h_samp_factor * DCTSIZE;
  uint64_t height = (uint64_t)codec->max_v_samp_factor * DCTSIZE;
  return (codec->image_width + width - 1) / width * ((codec->image_height + height - 1) / height);
}

bool jpeg_scan_walk_skip(jpeg_scan_walk *walk) {
  uint64_t restarts = 0;
  uint64_t expected = walk->restart_interval == 0 ? 0 : (mcu_count(walk) - 1) / walk->restart_interval;
  while (true) {
    const uint8_t *found = memchr(walk->next, 0xFF, bytes_left(walk));
    if (found == NULL || walk->end - found < MARKER_BYTES) return false;
    if (found[1] == 0) {
      walk->next = found + MARKER_BYTES;
    } else if (found[1] == 0xFF) {
      walk->next = found + 1;
    } else if (found[1] >= JPEG_RST0 && found[1] <= JPEG_RST0 + 7) {
      if (found[1] != JPEG_RST0 + restarts % 8) return false;
      restarts += 1;
      walk->next = found + MARKER_BYTES;
    } else {
      walk->next = found;
      return restarts == expected;
    }
  }
}

// MARK: - Headers

// Notes what the scan will have given, if it may come now. A breach of these rules is an error or a warning of
// libjpeg's.
static bool note_scan(jpeg_scan_walk *walk) {
  bool is_dc = walk->first == 0;
  if (is_dc && walk->last != 0) return false;
  if (!is_dc && (walk->last < walk->first || walk->last >= DCTSIZE2 || walk->component_count != 1))
    return false;
  if (walk->high != 0 && walk->low != walk->high - 1) return false;
  if (walk->low > MAX_LOW_BIT) return false;
  for (int i = 0; i < walk->component_count; i++) {
    int8_t *missing = walk->missing_bits[walk->components[i]];
    if (!is_dc && missing[0] < 0) return false;
    for (int k = walk->first; k <= walk->last; k++) {
      if (walk->high != (missing[k] < 0 ? 0 : missing[k])) return false;
      missing[k] = (int8_t)walk->low;
    }
  }
  walk->scan_count += 1;
  return true;
}

// Reads the component that a scan's header names; none may come twice, in the scan or in the file's header.
static bool note_component(jpeg_scan_walk *walk, int identifier) {
  int found = -1;
  for (int i = 0; i < walk->codec->num_components; i++) {
    if (walk->codec->comp_info[i].component_id != identifier) continue;
    if (found >= 0) return false;
    found = i;
  }
  for (int i = 0; i < walk->component_count; i++) {
    if (walk->components[i] == found) return false;
  }
  walk->components[walk->component_count++] = found;
  return found >= 0;
}

// `header` is what follows the marker and the length.
static bool read_scan_header(jpeg_scan_walk *walk, const uint8_t *header, size_t count) {
  enum { BYTES_A_COMPONENT = 2, OTHER_BYTES = 4 };
  if (count < OTHER_BYTES || header[0] < 1 || header[0] > MAX_COMPS_IN_SCAN) return false;
  int component_count = header[0];
  if (count != (size_t)component_count * BYTES_A_COMPONENT + OTHER_BYTES) return false;
  walk->component_count = 0;
  for (int i = 0; i < component_count; i++) {
    if (!note_component(walk, header[1 + BYTES_A_COMPONENT * i])) return false;
  }
  const uint8_t *progression = header + 1 + BYTES_A_COMPONENT * component_count;
  walk->first = progression[0];
  walk->last = progression[1];
  walk->high = progression[2] >> 4;
  walk->low = progression[2] & 15;
  return note_scan(walk);
}

bool jpeg_scan_walk_begin(jpeg_scan_walk *walk, const struct jpeg_decompress_struct *codec) {
  *walk = (jpeg_scan_walk){
      .codec = codec,
      .next = codec->src->next_input_byte,
      .end = codec->src->next_input_byte + codec->src->bytes_in_buffer,
      .component_count = codec->comps_in_scan,
      .first = codec->Ss,
      .last = codec->Se,
      .high = codec->Ah,
      .low = codec->Al,
      .restart_interval = codec->restart_interval,
  };
  memset(walk->missing_bits, -1, sizeof walk->missing_bits);
  for (int i = 0; i < codec->comps_in_scan; i++)
    walk->components[i] = codec->cur_comp_info[i]->component_index;
  return note_scan(walk);
}

jpeg_scan_step jpeg_scan_walk_step(jpeg_scan_walk *walk, const uint8_t **header) {
  while (bytes_left(walk) >= MARKER_BYTES && walk->next[0] == 0xFF) {
    uint8_t marker = walk->next[1];
    if (marker == JPEG_EOI) return JPEG_STEP_END;
    bool is_known = marker == DHT || marker == SOS || marker == DQT || marker == DRI ||
        marker == COM || (marker >= JPEG_APP0 && marker <= JPEG_APP0 + 15);
    if (!is_known || bytes_left(walk) < MARKER_BYTES + LENGTH_BYTES) return JPEG_STEP_ODD;
    const uint8_t *segment = walk->next + MARKER_BYTES;
    size_t length = (size_t)segment[0] << 8 | segment[1];
    if (length < LENGTH_BYTES || length > bytes_left(walk) - MARKER_BYTES) return JPEG_STEP_ODD;
    const uint8_t *contents = segment + LENGTH_BYTES;
    *header = walk->next;
    walk->next = segment + length;
    if (marker == DRI) {
      if (length != LENGTH_BYTES + 2) return JPEG_STEP_ODD;
      walk->restart_interval = (uint32_t)contents[0] << 8 | contents[1];
    } else if (marker == SOS) {
      return read_scan_header(walk, contents, length - LENGTH_BYTES) ? JPEG_STEP_SCAN : JPEG_STEP_ODD;
    }
  }
  return JPEG_STEP_ODD;
}

bool jpeg_scan_walk_is_complete(const jpeg_scan_walk *walk) {
  for (int i = 0; i < walk->codec->num_components; i++) {
    for (int k = 0; k < DCTSIZE2; k++) {
      if (walk->missing_bits[i][k] != 0) return false;
    }
  }
  return true;
}
