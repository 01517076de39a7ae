#include "png_errors.h"

#include <stdio.h>
#include <string.h>

// libpng has no codes, only words: a status other than CODEC_CORRUPT is set by whoever calls png_error,
// and its one failure to allocate is known by these.
static codec_status status_of_error(codec_status status, const char *message) {
  if (status != CODEC_OK) return status;
  if (strstr(message, "ut of memory") != NULL || strstr(message, "nsufficient memory") != NULL) {
    return CODEC_OUT_OF_MEMORY;
  }
  return CODEC_CORRUPT;
}

_Noreturn void png_errors_escape(png_structp png, png_const_charp message) {
  png_errors *errors = png_get_error_ptr(png);
  errors->status = status_of_error(errors->status, message);
  snprintf(errors->report.message, CODEC_MESSAGE_CAPACITY, "%s", message);
  longjmp(errors->escape, 1);
}

void png_errors_warn(png_structp png, png_const_charp message) {
  (void)message;
  png_errors *errors = png_get_error_ptr(png);
  errors->report.warnings += 1;
}
