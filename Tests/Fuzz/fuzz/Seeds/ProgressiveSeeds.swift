import CPictureFixtures

/// Progressive JPEGs of several scripts, samplings and colours.
enum ProgressiveSeeds {
  private typealias Scan = (components: [Int32], band: ClosedRange<Int32>, high: Int32, low: Int32)

  /// Band by band; bit by bit; and the last bits of a band missing.
  private static let scripts: [[Scan]] = [
    [
      ([0, 1, 2], 0...0, 0, 0), ([0], 1...5, 0, 0), ([1], 1...63, 0, 0), ([0], 6...63, 0, 0),
      ([2], 1...63, 0, 0),
    ],
    [
      ([2], 0...0, 0, 1), ([1], 0...0, 0, 1), ([0], 0...0, 0, 1), ([0], 1...63, 0, 1),
      ([1], 1...63, 0, 0), ([2], 1...63, 0, 0), ([0, 1, 2], 0...0, 1, 0), ([0], 1...63, 1, 0),
    ],
    [
      ([0, 1, 2], 0...0, 0, 0), ([0], 1...63, 0, 1), ([1], 1...63, 0, 0), ([2], 1...63, 0, 0),
    ],
  ]

  static func files() -> [[UInt8]] {
    let samplings: [(Int32, Int32)] = [(1, 1), (2, 1), (2, 2)]
    let own = samplings.flatMap { sampling in
      (scripts.map(scans) + [[]]).map { file($0, sampling) }
    }
    let further = [
      file([], (2, 2), restartRows: 1), file(scans(scripts[1]), (1, 1), restartRows: 1),
      file([], (1, 1), kind: FIXTURE_GREY), file([], (2, 2), kind: FIXTURE_YCCK),
    ]
    // Each at the smallest scale, and leniently or not, with few scans allowed or many, elsewhere.
    return PictureSeeds.variations(own + further) + PictureSeeds.variations(further + own)
  }

  private static func scans(_ script: [Scan]) -> [fixture_scan] {
    script.map { scan in
      let components = scan.components + [0, 0, 0]
      return fixture_scan(
        components: (components[0], components[1], components[2], components[3]),
        component_count: Int32(scan.components.count), first: scan.band.lowerBound,
        last: scan.band.upperBound, high: scan.high, low: scan.low)
    }
  }

  private static func file(
    _ scans: [fixture_scan], _ sampling: (Int32, Int32), kind: fixture_jpeg_kind = FIXTURE_YCC,
    restartRows: UInt32 = 0
  ) -> [UInt8] {
    let (width, height) = (37, 29)
    let channels = [FIXTURE_GREY: 1, FIXTURE_YCCK: 4][kind] ?? 3
    let pixels = PictureSeeds.samples(width * height * channels)
    return scans.withUnsafeBufferPointer { scans in
      pixels.withUnsafeBufferPointer { pixels in
        var picture = fixture_jpeg()
        picture.samples = pixels.baseAddress
        picture.width = UInt32(width)
        picture.height = UInt32(height)
        picture.kind = kind
        picture.horizontal_sampling = sampling.0
        picture.vertical_sampling = sampling.1
        picture.quality = 80
        picture.progressive = scans.isEmpty
        picture.adobe_marker = true
        picture.restart_rows = restartRows
        picture.scans = scans.isEmpty ? nil : scans.baseAddress
        picture.scan_count = Int32(scans.count)
        var count = 0
        return PictureSeeds.taken(fixture_jpeg_encode(&picture, &count), count)
      }
    }
  }
}
