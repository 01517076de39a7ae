/// Finds a JPEG's segments before its first scan, in the file's own bytes.
struct JPEGSegments {
  private static let colorSignature = Array("ICC_PROFILE\0".utf8)

  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The ICC profile, which is cut into numbered parts of less than 64 KiB (ICC.1:2022, annex B.4).
  ///
  /// A profile of which a part is missing or there twice isn't heeded; their order in the file doesn't
  /// matter, since they are numbered.
  var color: SourceColor {
    var parts = ProfileParts()
    forEach(marker: 0xE2) { payload in
      if payload.starts(with: Self.colorSignature) {
        parts.add(
          UnsafeRawBufferPointer(rebasing: payload.dropFirst(Self.colorSignature.count)))
      }
    }
    return parts.color
  }

  /// Gives the payload of each segment with this marker, up to the first scan. Stops where the bytes make
  /// no sense; the decoder will tell what is wrong there.
  func forEach(marker wanted: UInt8, _ body: (UnsafeRawBufferPointer) -> Void) {
    let startOfScan: UInt8 = 0xDA
    let endOfImage: UInt8 = 0xD9
    // Markers without a length: TEM, the restarts, the start of the image.
    let bare: Set<UInt8> = [0x01, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8]
    var offset = 0
    while let prefix = bytes[offset...].firstIndex(of: 0xFF) {
      guard let type = bytes[prefix...].firstIndex(where: { $0 != 0xFF }) else { return }
      offset = type + 1
      let marker = bytes[type]
      if marker == 0 || bare.contains(marker) { continue }
      if marker == startOfScan || marker == endOfImage { return }
      guard bytes.count - offset >= 2 else { return }
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      guard length >= 2, length <= bytes.count - offset else { return }
      if marker == wanted {
        body(UnsafeRawBufferPointer(rebasing: bytes[(offset + 2)..<(offset + length)]))
      }
      offset += length
    }
  }
}

/// A profile's parts as they are found: each begins with its number, from 1, and how many there are.
private struct ProfileParts {
  private var parts: [Int: UnsafeRawBufferPointer] = [:]
  private var expected: Int?
  private var isBroken = false

  mutating func add(_ numbered: UnsafeRawBufferPointer) {
    guard numbered.count >= 2, numbered[0] > 0, numbered[0] <= numbered[1],
      expected ?? Int(numbered[1]) == Int(numbered[1]), parts[Int(numbered[0])] == nil
    else {
      isBroken = true
      return
    }
    expected = Int(numbered[1])
    parts[Int(numbered[0])] = UnsafeRawBufferPointer(rebasing: numbered.dropFirst(2))
  }

  var color: SourceColor {
    guard isBroken || expected != nil else { return SourceColor() }
    let length = parts.values.reduce(0) { $0 + $1.count }
    guard !isBroken, parts.count == expected, length <= ColorProfile.maxLength else {
      return SourceColor(warnings: 1)
    }
    let profile = parts.keys.sorted().reduce(into: [UInt8]()) { profile, number in
      profile += parts[number].map(Array.init) ?? []
    }
    return SourceColor(profile: .icc(profile))
  }
}
