#pragma once

#include "include/jpeg_decode.h"
#include "jpeg_errors.h"
#include "jpeg_fast.h"
#include "jpeg_source.h"

struct codec_jpeg_decoder {
  struct jpeg_decompress_struct codec;
  jpeg_errors errors;
  jpeg_source source;
  struct jpeg_progress_mgr progress;
  codec_jpeg_header header;
  jpeg_fast *fast;  // where the picture isn't decoded by libjpeg
  codec_jpeg_path path;
  uint32_t max_scans;
  // Bit n is set when component n was part of a scan.
  uint32_t components_seen;
};

// The decoder that a callback's argument belongs to.
static inline codec_jpeg_decoder *jpeg_decoder_of(j_common_ptr codec) { return codec->client_data; }

// MARK: - jpeg_header.c

// A marker processor that notes where an EXIF block lies.
boolean jpeg_note_exif(j_decompress_ptr codec);

// Fills in the header and chooses the colours to decode to, after jpeg_read_header.
codec_status jpeg_describe_header(codec_jpeg_decoder *decoder);

// MARK: - jpeg_damage.c

// The status of a decoding that ended early, with a message.
codec_status jpeg_failure(codec_jpeg_decoder *decoder);

// For jpeg_errors: CODEC_CORRUPT for warnings that stand for lost pixels.
codec_status jpeg_judge_warning(j_common_ptr codec, int code);

// Called between the rows of each scan of a file with several.
void jpeg_watch_scans(j_common_ptr codec);

// Called when all scans of such a file are read.
void jpeg_check_scans(codec_jpeg_decoder *decoder);

// MARK: - jpeg_unneeded.c

// Before the decoding of a file with several scans begins: takes those out that the chosen scale doesn't need.
void jpeg_leave_out_scans(codec_jpeg_decoder *decoder);
