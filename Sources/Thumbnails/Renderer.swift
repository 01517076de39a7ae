import CImageCodecs

/// Decodes a picture once and renders every frame that is asked for, as stored: the frames' parts and sizes
/// are turned to the stored picture here, and the canvases back upright when they are done.
struct Renderer {
  /// Of the upright picture.
  let frames: [Frame]
  let options: ThumbnailOptions
  /// Colours that are converted after the resize are on their way to the canvases; what goes on to further
  /// sizes is not, so that these are the same as if they were made alone.
  let color: ColorPlan

  /// A canvas for each frame, upright.
  func canvases(from decoder: any PictureDecoder) throws(ThumbnailError) -> [Canvas] {
    let header = decoder.header
    let plan = RenderPlan(frames.map { $0.stored(in: header.size, header.orientation) })
    let layers = try layers(of: plan, header)
    try renderRows(plan, layers, from: decoder)
    try cutOut(plan, layers, header.orientation)
    let canvases = layers.map { $0.canvas.upright(from: header.orientation) }
    return plan.stepOfFrame.map { canvases[$0] }
  }

  /// What becomes of the pixels on the canvases.
  private func finish(_ header: PictureHeader) -> PixelFinish {
    if !header.layout.hasAlpha { return .opaque }
    return options.format == .jpeg ? .laid(on: options.background) : .straight
  }

  /// Whether the canvases have one colour channel.
  private func isGrey(_ header: PictureHeader) -> Bool {
    let staysGrey = finish(header) != .laid(on: options.background) || options.background.isGrey
    return header.layout.isGrey && staysGrey
  }

  /// A layer for each step, the larger ones connected to those that are made from them.
  private func layers(
    of plan: RenderPlan, _ header: PictureHeader
  ) throws(ThumbnailError) -> [RenderLayer] {
    var layers: [RenderLayer] = []
    for step in plan.steps {
      layers.append(try layer(for: step.frame, header))
    }
    for (step, layer) in zip(plan.steps, layers) {
      guard case .step(let source) = step.source else { continue }
      let larger = plan.steps[source].frame
      let part = step.frame.region.relative(to: larger.region, of: larger.target)
      layers[source].followers.append(
        try RowFeeder(from: larger.target, part, to: step.frame.target, emit: layer.append))
    }
    return layers
  }

  private func layer(
    for frame: Frame, _ header: PictureHeader
  ) throws(ThumbnailError) -> RenderLayer {
    RenderLayer(
      canvas: Canvas(size: frame.finalSize, isGrey: isGrey(header), finish: finish(header)),
      convert: try color.rowConverter(width: frame.finalSize.width),
      held: frame.window == nil ? nil : try HeldPicture(size: frame.target))
  }

  private func renderRows(
    _ plan: RenderPlan, _ layers: [RenderLayer], from decoder: any PictureDecoder
  ) throws(ThumbnailError) {
    let header = decoder.header
    let direct = plan.steps.indices.filter { plan.steps[$0].source == .rows }
    let target = Self.decodingTarget(direct.map { plan.steps[$0].frame }, of: header.size)
    let grid = try decoder.start(for: target, options: options)
    var resizers: [Resizer] = []
    for index in direct {
      let frame = plan.steps[index].frame
      resizers.append(
        try Resizer(
          source: grid.size, part: grid.part(frame.region, of: header.size), target: frame.target,
          reduction: grid.reduction))
    }
    let stride = grid.size.width * header.layout.channels * header.sampleBytes
    let rows: Memory<UInt8> = try Memory(count: stride * Resizer.batchRows)
    for first in Swift.stride(from: 0, to: grid.size.height, by: Resizer.batchRows) {
      let count = min(Resizer.batchRows, grid.size.height - first)
      try decoder.read(into: rows.start, stride: stride, count: count)
      for (index, resizer) in zip(direct, resizers) {
        resizer.push(
          rows.start, stride: stride, count: count, layout: header.layout,
          sampleBytes: header.sampleBytes, emit: layers[index].append)
      }
    }
    try decoder.finish()
  }

  /// What the decoder must at least be able to give: the whole picture at the finest frame's scale.
  static func decodingTarget(_ frames: [Frame], of size: PixelSize) -> PixelSize {
    frames.map { $0.wholePicture(of: size) }.reduce(PixelSize(width: 1, height: 1)) {
      PixelSize(width: max($0.width, $1.width), height: max($0.height, $1.height))
    }
  }

  /// Makes the canvases that show a part whose place the picture itself decides.
  private func cutOut(
    _ plan: RenderPlan, _ layers: [RenderLayer], _ orientation: Orientation
  ) throws(ThumbnailError) {
    var focus: Focus?
    for (step, layer) in zip(plan.steps, layers) {
      guard let window = step.frame.window, let held = layer.held else { continue }
      // The first is the largest, and one place is for all of the same shape.
      if focus == nil { focus = try Focus(of: held, orientation: orientation) }
      guard let part = focus?.place(window.extent, in: held.size) else { continue }
      try held.resize(part, to: window.target, emit: layer.finish)
    }
  }
}
