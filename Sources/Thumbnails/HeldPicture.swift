import CImageCodecs

/// A resized picture as the resizer gives it, before anything is rounded to 8 bits or clipped: what a part is
/// cut out of when its place is known.
final class HeldPicture {
  let size: PixelSize
  private let pixels: Memory<Int16>
  private var rowsHeld = 0

  init(size: PixelSize) throws(ThumbnailError) {
    self.size = size
    pixels = try Memory(count: size.width * size.height * CODEC_CHANNELS)
  }

  /// Adds a row of the resizer's.
  func append(_ row: UnsafeBufferPointer<Int16>) {
    guard let start = row.baseAddress else { return }
    (pixels.start + rowsHeld * stride).update(from: start, count: stride)
    rowsHeld += 1
  }

  /// Gives each row of this picture's `part` at the size of `target` to `emit`.
  func resize(
    _ part: Region, to target: PixelSize, emit: (UnsafeBufferPointer<Int16>) -> Void
  ) throws(ThumbnailError) {
    let resizer = try Resizer(source: size, part: part, target: target)
    for first in Swift.stride(from: 0, to: size.height, by: Resizer.batchRows) {
      resizer.push(
        count: min(Resizer.batchRows, size.height - first),
        load: { row, pairs in
          codec_pair_pixels(pixels.start + (first + row) * stride, UInt32(size.width), pairs)
        }, emit: emit)
    }
  }

  private var stride: Int { size.width * CODEC_CHANNELS }
}
