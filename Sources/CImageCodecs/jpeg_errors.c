#include "jpeg_errors.h"

#include <jerror.h>
#include <string.h>

static codec_status status_of_error(int code) {
  switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      return CODEC_OUT_OF_MEMORY;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      return CODEC_TOO_LARGE;
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      return CODEC_UNSUPPORTED;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      return CODEC_TRUNCATED;
    default:
      return CODEC_CORRUPT;
  }
}

_Noreturn void jpeg_errors_escape(j_common_ptr codec, codec_status status) {
  jpeg_errors *errors = (jpeg_errors *)codec->err;
  errors->status = status;
  longjmp(errors->escape, 1);
}

// The thing that isn't supported, to stand before "isn't supported"; NULL for other errors.
static const char *unsupported_thing(int code) {
  switch (code) {
    case JERR_BAD_PRECISION: return "a JPEG of other than 8 bits a sample";
    case JERR_SOF_UNSUPPORTED: return "lossless or hierarchical JPEG";
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL: return "a JPEG of fractional chroma sampling";
    case JERR_CONVERSION_NOTIMPL: return "a JPEG of this colour space";
    default: return NULL;
  }
}

static void format_message(j_common_ptr codec) {
  static const char redundant[] = "Corrupt JPEG data: ";  // the status says so
  jpeg_errors *errors = (jpeg_errors *)codec->err;
  char text[JMSG_LENGTH_MAX] = "";
  codec->err->format_message(codec, text);
  text[JMSG_LENGTH_MAX - 1] = '\0';
  const char *words = unsupported_thing(codec->err->msg_code);
  if (words == NULL) words = text;
  if (strncmp(words, redundant, sizeof redundant - 1) == 0) words += sizeof redundant - 1;
  snprintf(errors->report.message, CODEC_MESSAGE_CAPACITY, "%s", words);
}

static _Noreturn void error_exit(j_common_ptr codec) {
  format_message(codec);
  jpeg_errors_escape(codec, status_of_error(codec->err->msg_code));
}

// Warnings have level -1, traces 0 and above.
static void emit_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  jpeg_errors *errors = (jpeg_errors *)codec->err;
  errors->report.warnings += 1;
  if (errors->judge_warning == NULL) return;
  codec_status status = errors->judge_warning(codec, codec->err->msg_code);
  if (status == CODEC_OK) return;
  if (errors->report.message[0] == '\0') format_message(codec);
  jpeg_errors_escape(codec, status);
}

static void output_message(j_common_ptr codec) { (void)codec; }

struct jpeg_error_mgr *jpeg_errors_init(jpeg_errors *errors) {
  struct jpeg_error_mgr *manager = jpeg_std_error(&errors->manager);
  manager->error_exit = error_exit;
  manager->emit_message = emit_message;
  manager->output_message = output_message;
  return manager;
}
