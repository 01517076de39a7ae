// A picture that is decoded in each way that there is, to be the same in all of them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fixture_paths_result {
  FIXTURE_PATHS_DIFFER = 0,  // `difference` says how
  FIXTURE_PATHS_LIBJPEG,     // equal, because libjpeg did all
  FIXTURE_PATHS_FAST,
} fixture_paths_result;

// A JPEG at `eighths`/8 of its size: by libjpeg, and by our own code in both variants, with equal rows, warnings,
// and errors.
fixture_paths_result fixture_jpeg_paths(
    const uint8_t *bytes, size_t count, uint32_t eighths, bool lenient, char *difference, size_t capacity);
