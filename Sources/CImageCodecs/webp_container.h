#pragma once

#include "byte_buffer.h"

// Puts the picture's comment and profile, if it has them, before the pixels of an encoded WebP.
codec_status webp_add_chunks(byte_buffer *file, const codec_picture *picture);
