import CImageCodecs

/// A decoder that gives a picture's rows from top to bottom, as stored.
protocol PictureDecoder: AnyObject {
  var header: PictureHeader { get }

  /// Oddities so far that did not end the decoding.
  var warnings: Int { get }

  /// Begins to decode, at no less than what a resize to `target` (as stored, not upright) needs.
  func start(for target: PixelSize, options: ThumbnailOptions) throws(ThumbnailError) -> RowGrid

  /// Fills `rows` with the next `count` rows, `stride` bytes apart.
  func read(
    into rows: UnsafeMutablePointer<UInt8>, stride: Int, count: Int
  ) throws(ThumbnailError)

  /// Checks what follows the last row.
  func finish() throws(ThumbnailError)
}

/// What a picture's header tells, before anything is allocated that its size decides.
struct PictureHeader {
  var format: SourceInfo.Format
  /// As stored.
  var size: PixelSize
  var orientation: Orientation
  var isProgressive: Bool
  /// What a picture that can't be streamed takes inside the decoder; 0 for others.
  var decoderBytes: Int
  /// What a decoder that holds the reduced picture takes for that at most; 0 for others.
  var reducedBytes = 0
  var layout: codec_layout
  var sampleBytes: Int

  var uprightSize: PixelSize { orientation.swapsSides ? size.transposed : size }

  var sourceInfo: SourceInfo {
    SourceInfo(
      format: format, width: uprightSize.width, height: uprightSize.height,
      orientation: orientation.rawValue, isProgressive: isProgressive, decoderBytes: decoderBytes)
  }
}

/// The rows that a decoder gives. A decoder that reduces by eighths rounds up, so that the picture may
/// end within the last column and row: `coveredWidth` and `coveredHeight` say where.
struct RowGrid {
  var size: PixelSize
  var coveredWidth: Double
  var coveredHeight: Double
  /// How many of the picture's pixels, in each direction, one of these is the mean of.
  var reduction = 1.0

  /// A part of the stored picture, which has `size`, in these rows' pixels.
  func part(_ region: Region, of size: PixelSize) -> Region {
    let width = Double(size.width)
    let height = Double(size.height)
    return Region(
      x: region.x * coveredWidth / width, y: region.y * coveredHeight / height,
      width: region.width * coveredWidth / width, height: region.height * coveredHeight / height)
  }
}

extension codec_layout {
  var channels: Int {
    switch self {
    case CODEC_GREY: 1
    case CODEC_GREY_ALPHA: 2
    case CODEC_RGB: 3
    default: 4
    }
  }

  var isGrey: Bool { self == CODEC_GREY || self == CODEC_GREY_ALPHA }
  var hasAlpha: Bool { self == CODEC_GREY_ALPHA || self == CODEC_RGBA }
}
