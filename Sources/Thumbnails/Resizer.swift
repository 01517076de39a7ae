import CImageCodecs

/// Resizes a picture while its rows come in, holding only the rows that the filter needs at a time.
///
/// Each batch of rows is filtered across at once; the narrow results wait in a ring until all rows that a
/// target row needs are there, and are then filtered down.
final class Resizer {
  private static let batch = CODEC_BATCH
  private static let channels = CODEC_CHANNELS
  private static let laneGroup = CODEC_LANES

  private let kernel: codec_kernel
  private let across: FilterAxis
  private let down: FilterAxis
  private let source: PixelSize

  /// One batch of source rows as pixel pairs, each followed by zeros for weights of zero to meet.
  private let sources: Memory<Int16>
  private let sourceStride: Int

  /// Row pairs filtered across: pair `n` lies in slot `n % slots`.
  private let ring: Memory<Int16>
  private let slots: Int
  private let lanes: Int

  private let finished: Memory<Int16>
  private var rowsIn = 0
  private var rowsOut = 0

  /// - Parameters:
  ///   - source: the rows' length and how many will come.
  ///   - part: what of them becomes the target; the rest counts as its surroundings.
  ///   - reduction: how many times, in each direction, the rows are already reduced, by means.
  init(
    source: PixelSize, part: Region, target: PixelSize, reduction: Double = 1,
    kernel: codec_kernel = codec_kernel_best()
  ) throws(ThumbnailError) {
    self.kernel = kernel
    across = FilterAxis(
      sourceCount: source.width, origin: part.x, covered: part.width, targetCount: target.width,
      pixelsInSource: reduction)
    down = FilterAxis(
      sourceCount: source.height, origin: part.y, covered: part.height, targetCount: target.height,
      pixelsInSource: reduction)
    self.source = source
    sourceStride = max(across.reach, source.width + 1) * Self.channels
    sources = try Memory(count: sourceStride * Self.batch)
    lanes =
      (target.width * Self.channels + Self.laneGroup - 1) / Self.laneGroup * Self.laneGroup
    // A window of taps, and the batch that may begin just before its end.
    slots = down.taps / 2 + Self.batch / 2
    ring = try Memory(count: slots * lanes * 2)
    finished = try Memory(count: lanes)
  }

  /// Takes the next `count` rows, at most ``batchRows``, and gives every target row that they complete to
  /// `emit`: its pixels, four channels each, premultiplied, 0 ... `CODEC_WHITE` with overshoot.
  ///
  /// `load` is asked for the pixel pairs of the first, second and so on of these rows, if they are needed.
  /// Only the last call may bring fewer than ``batchRows``.
  func push(
    count: Int, load: (_ row: Int, _ pairs: UnsafeMutablePointer<Int16>) -> Void,
    emit: (UnsafeBufferPointer<Int16>) -> Void
  ) {
    let next = rowsIn
    rowsIn += count
    guard rowsOut < down.targetCount, next + Self.batch > Int(down.first[rowsOut]) else { return }
    for row in 0..<count {
      load(row, sources.start + row * sourceStride)
    }
    let pair = next / 2
    across.withCodecAxis { axis in
      codec_filter_across(
        kernel, axis, sources.start, sourceStride, slot(pair), slot(pair + 1))
    }
    emitReadyRows(emit)
  }

  /// Takes the next rows of a decoder's, `stride` bytes apart.
  func push(
    _ rows: UnsafePointer<UInt8>, stride: Int, count: Int, layout: codec_layout, sampleBytes: Int,
    emit: (UnsafeBufferPointer<Int16>) -> Void
  ) {
    push(
      count: count,
      load: { row, pairs in
        codec_load_row(
          kernel, layout, UInt32(sampleBytes), rows + row * stride, UInt32(source.width), pairs)
      }, emit: emit)
  }

  static var batchRows: Int { batch }

  private func slot(_ pair: Int) -> UnsafeMutablePointer<Int16> {
    ring.start + pair % slots * lanes * 2
  }

  private func emitReadyRows(_ emit: (UnsafeBufferPointer<Int16>) -> Void) {
    while rowsOut < down.targetCount {
      let first = Int(down.first[rowsOut])
      guard rowsIn >= min(first + down.taps, source.height) else { return }
      // Beyond the last row the weights are zero, and a slot's old content does no harm.
      let window: [UnsafePointer<Int16>?] = (0..<down.taps / 2).map { tap in
        UnsafePointer(slot(first / 2 + tap))
      }
      down.withCodecAxis { axis in
        codec_filter_down(kernel, axis, UInt32(rowsOut), window, lanes, finished.start)
      }
      emit(UnsafeBufferPointer(finished.values))
      rowsOut += 1
    }
  }
}
