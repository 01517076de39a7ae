#pragma once

#include "include/codec_status.h"

#include <png.h>
#include <setjmp.h>

typedef struct png_errors {
  jmp_buf escape;
  codec_report report;
  codec_status status;
} png_errors;

// libpng's callbacks; the error pointer they are registered with is a png_errors.
_Noreturn void png_errors_escape(png_structp png, png_const_charp message);
void png_errors_warn(png_structp png, png_const_charp message);
