#include "jpeg_source.h"

#include <jerror.h>

static void do_nothing(j_decompress_ptr codec) { (void)codec; }

static bool take_next_stretch(jpeg_source *source) {
  if (source->next_stretch == source->stretch_count) return false;
  jpeg_stretch stretch = source->stretches[source->next_stretch++];
  source->manager.next_input_byte = stretch.start;
  source->manager.bytes_in_buffer = stretch.count;
  return true;
}

// Past the end the decoder gets end-of-image markers for ever, so that it stops of itself.
static boolean fill_input_buffer(j_decompress_ptr codec) {
  static const JOCTET end_of_image[] = {0xFF, JPEG_EOI};
  jpeg_source *source = (jpeg_source *)codec->src;
  if (take_next_stretch(source)) return TRUE;
  source->manager.next_input_byte = end_of_image;
  source->manager.bytes_in_buffer = sizeof end_of_image;
  if (!source->ended) {
    source->ended = true;
    WARNMS(codec, JWRN_JPEG_EOF);
  }
  return TRUE;
}

// A segment doesn't go on in the next stretch: stretches begin with a marker.
static void skip_input_data(j_decompress_ptr codec, long count) {
  struct jpeg_source_mgr *source = codec->src;
  if (count <= 0) return;
  if ((size_t)count >= source->bytes_in_buffer) {
    source->next_input_byte += source->bytes_in_buffer;
    source->bytes_in_buffer = 0;
  } else {
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
  }
}

void jpeg_source_init(jpeg_source *source, const uint8_t *bytes, size_t count) {
  *source = (jpeg_source){
      .manager =
          {
              .next_input_byte = bytes,
              .bytes_in_buffer = count,
              .init_source = do_nothing,
              .fill_input_buffer = fill_input_buffer,
              .skip_input_data = skip_input_data,
              .resync_to_restart = jpeg_resync_to_restart,
              .term_source = do_nothing,
          },
  };
}

void jpeg_source_begin_stretches(jpeg_source *source, uint32_t count) {
  source->stretch_count = count;
  source->next_stretch = 0;
  take_next_stretch(source);
}
