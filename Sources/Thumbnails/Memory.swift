import CImageCodecs

/// Zeroed memory for `count` values of a trivial type, which tells when there is none instead of trapping:
/// its length follows from a picture that nobody has vetted.
final class Memory<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int) throws(ThumbnailError) {
    guard let raw = codec_zeroed(count, MemoryLayout<Element>.stride) else {
      throw .outOfMemory("\(count * MemoryLayout<Element>.stride) bytes for pixels")
    }
    start = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit {
    codec_free(start)
  }

  var values: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: start, count: count)
  }
}
