/// What a thumbnail shows of an upright picture, and at what size.
struct Frame: Equatable {
  /// The part of the picture that is rendered.
  var region: Region
  /// What it becomes.
  var target: PixelSize
  /// What is cut out of the rendered picture once its place is known; `nil` when nothing is.
  var window: Window?

  /// The thumbnail's size.
  var finalSize: PixelSize { window?.target ?? target }

  init(region: Region, target: PixelSize, window: Window?) {
    self.region = region
    self.target = target
    self.window = window
  }

  init(whole size: PixelSize, target: PixelSize) {
    self.init(region: Region(whole: size), target: target, window: nil)
  }

  /// The same frame of the picture as stored, in `stored` pixels.
  func stored(in stored: PixelSize, _ orientation: Orientation) -> Frame {
    Frame(
      region: region.stored(in: stored, orientation: orientation),
      target: orientation.stored(target),
      window: window.map {
        Window(extent: orientation.stored($0.extent), target: orientation.stored($0.target))
      })
  }

  /// The size that the whole picture would have at this frame's scale.
  func wholePicture(of size: PixelSize) -> PixelSize {
    PixelSize(
      width: Int((Double(size.width * target.width) / region.width).rounded(.up)),
      height: Int((Double(size.height * target.height) / region.height).rounded(.up)))
  }

  /// How many times finer than the other frame's pixels this one's are, in the worse direction.
  func fineness(over other: Frame) -> Double {
    let across =
      Double(target.width) / region.width * other.region.width / Double(other.target.width)
    let down =
      Double(target.height) / region.height * other.region.height / Double(other.target.height)
    return min(across, down)
  }
}

/// A part of a rendered picture whose place is chosen by what the picture shows.
struct Window: Equatable {
  /// In the rendered picture's pixels.
  var extent: Extent
  /// What it becomes.
  var target: PixelSize
}

extension Orientation {
  /// An upright size as stored, or a stored one upright.
  func stored(_ size: PixelSize) -> PixelSize {
    swapsSides ? size.transposed : size
  }

  func stored(_ extent: Extent) -> Extent {
    swapsSides ? Extent(width: extent.height, height: extent.width) : extent
  }
}
