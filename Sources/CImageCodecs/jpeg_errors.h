#pragma once

#include "libjpeg.h"
#include "include/codec_status.h"

#include <setjmp.h>

// libjpeg's error manager, with a place to jump back to and a report instead of stderr.
typedef struct jpeg_errors {
  struct jpeg_error_mgr manager;  // first: libjpeg hands a pointer to it back to the callbacks
  jmp_buf escape;
  codec_report report;
  codec_status status;
  // Asked at each warning; a status other than CODEC_OK ends the decoding with it. May be NULL.
  codec_status (*judge_warning)(j_common_ptr codec, int code);
} jpeg_errors;

struct jpeg_error_mgr *jpeg_errors_init(jpeg_errors *errors);

// Leaves the library with `status` and the text already in the report.
_Noreturn void jpeg_errors_escape(j_common_ptr codec, codec_status status);
