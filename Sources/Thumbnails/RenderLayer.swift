import CImageCodecs

/// A frame's pixels while they come in.
final class RenderLayer {
  /// The thumbnail's pixels.
  private(set) var canvas: Canvas
  private let convert: ColorRowConverter?
  /// The rows as they come in, when the thumbnail is to be cut out of them later; else they are its own.
  let held: HeldPicture?
  /// What further layers are made by.
  var followers: [RowFeeder] = []

  init(canvas: Canvas, convert: ColorRowConverter?, held: HeldPicture?) {
    self.canvas = canvas
    self.convert = convert
    self.held = held
  }

  func append(_ row: UnsafeBufferPointer<Int16>) {
    for follower in followers { follower.append(row) }
    if let held { held.append(row) } else { finish(row) }
  }

  /// Takes a row of the thumbnail's.
  func finish(_ row: UnsafeBufferPointer<Int16>) {
    canvas.append(convert?(row) ?? row)
  }
}

/// Resizes a larger layer's rows for a smaller one while they come in, before anything is rounded to 8 bits or
/// clipped. Only a batch of them is held, and it's still in the processor's cache when it is resized.
final class RowFeeder {
  private let resizer: Resizer
  private let emit: (UnsafeBufferPointer<Int16>) -> Void
  private let size: PixelSize
  private let batch: Memory<Int16>
  private var rowsIn = 0

  /// - Parameters:
  ///   - size: the larger layer's.
  ///   - part: what of it becomes the smaller one.
  init(
    from size: PixelSize, _ part: Region, to target: PixelSize,
    emit: @escaping (UnsafeBufferPointer<Int16>) -> Void
  ) throws(ThumbnailError) {
    resizer = try Resizer(source: size, part: part, target: target)
    self.emit = emit
    self.size = size
    batch = try Memory(count: size.width * CODEC_CHANNELS * Resizer.batchRows)
  }

  func append(_ row: UnsafeBufferPointer<Int16>) {
    guard let start = row.baseAddress else { return }
    let stride = size.width * CODEC_CHANNELS
    (batch.start + rowsIn % Resizer.batchRows * stride).update(from: start, count: stride)
    rowsIn += 1
    guard rowsIn % Resizer.batchRows == 0 || rowsIn == size.height else { return }
    resizer.push(
      count: (rowsIn - 1) % Resizer.batchRows + 1,
      load: { row, pairs in
        codec_pair_pixels(batch.start + row * stride, UInt32(size.width), pairs)
      }, emit: emit)
  }
}
