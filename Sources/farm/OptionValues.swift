public import ArgumentParser
public import Thumbnails
public import WorkerFarm

// The values of options, each with its own idea of what makes sense. The parser turns a refusal into a
// message that names the option and what it takes.

/// `-j`: how many workers.
enum JobCount: ExpressibleByArgument {
  case auto
  case count(Int)
  case percent(Int)

  /// More would be a slip of the finger: each worker is a process with four descriptors here.
  static let most = 1024

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if argument.hasSuffix("%") {
      guard let share = Int(argument.dropLast()), (1...1000).contains(share) else { return nil }
      self = .percent(share)
    } else {
      guard let count = Int(argument), (1...Self.most).contains(count) else { return nil }
      self = .count(count)
    }
  }

  var workers: Int {
    switch self {
    case .auto: ProcessorCount.available
    case .count(let count): count
    case .percent(let share):
      min(Self.most, max(1, (ProcessorCount.available * share + 50) / 100))
    }
  }

  var defaultValueDescription: String { "auto" }
}

/// `-q`
struct JPEGQuality: ExpressibleByArgument {
  let value: Int

  static let standard = JPEGQuality(value: ThumbnailOptions.defaultQuality)

  private init(value: Int) { self.value = value }

  init?(argument: String) {
    guard let value = Int(argument), (1...100).contains(value) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}

/// `--max-pixels`: a number, perhaps with k, M or G.
struct PixelLimit: ExpressibleByArgument {
  let value: Int

  static let standard = PixelLimit(value: ThumbnailOptions.defaultMaxPixels)

  private init(value: Int) { self.value = value }

  init?(argument: String) {
    let units: [Character: Int] = ["k": 1000, "M": 1_000_000, "G": 1_000_000_000]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? Substring(argument) : argument.dropLast()), number > 0
    else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    if overflow { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "200M" }
}

/// `--memory`: bytes, perhaps with K, M, G or T, or a share of what there is.
enum MemoryLimit: ExpressibleByArgument {
  case bytes(Int)
  case percent(Int)

  static let standard = MemoryLimit.percent(70)

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let share = Int(argument.dropLast()), (1...100).contains(share) else { return nil }
      self = .percent(share)
    } else {
      let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
      let unit = argument.last.flatMap { units[$0] }
      guard let number = Int(unit == nil ? Substring(argument) : argument.dropLast()), number > 0
      else { return nil }
      let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (unit ?? 0))
      if overflow { return nil }
      self = .bytes(bytes)
    }
  }

  /// nil if it's a share of what nobody knows.
  var bytes: Int? {
    switch self {
    case .bytes(let bytes): bytes
    case .percent(let share): SystemMemory.available.map { $0 / 100 * share }
    }
  }

  var defaultValueDescription: String { "70%" }

  /// What a process takes by itself, most of it shared with the others.
  private static let perProcess = 10 << 20
  /// The least with which a worker can make a thumbnail of a common picture.
  private static let leastShare = 30 << 20

  /// What is left for pictures with so many workers, and the coordinator.
  func forPictures(workers: Int) throws -> Int? {
    guard let bytes else { return nil }
    let own = Self.perProcess * (workers + 1)
    let least = own + Self.leastShare * workers
    if bytes >= least { return bytes - own }
    // A share that happens to be small is no mistake of anybody's.
    guard case .bytes = self else { return Self.leastShare * workers }
    let needed = ByteCount.text(least)
    throw UsageError(
      description:
        "--memory \(ByteCount.text(bytes)) is too little for \(workers) workers, which need "
        + "\(needed); give more, or fewer --jobs")
  }
}

/// Numbers of bytes for people.
enum ByteCount {
  /// In the largest unit of which there is one at least, with a decimal if that says more: `1.5G`.
  static func text(_ bytes: Int) -> String {
    let units = ["", "K", "M", "G", "T"]
    var unit = 0
    var rest = Double(bytes)
    while rest >= 1024, unit + 1 < units.count {
      rest /= 1024
      unit += 1
    }
    // Rounded up: what is needed isn't told too small.
    let tenths = (rest * 10).rounded(.up) / 10
    return tenths == tenths.rounded() ? "\(Int(tenths))\(units[unit])" : "\(tenths)\(units[unit])"
  }
}

/// `--timeout`: seconds, perhaps with decimals.
struct TimeLimit: ExpressibleByArgument {
  let seconds: Double

  static let standard = TimeLimit(seconds: 60)
  /// `farm conform`: what is answered at once elsewhere may take a while on a busy machine.
  static let conform = TimeLimit(seconds: 10)

  private init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    // A millisecond at least; a year at most, which is for ever.
    guard let seconds = Double(argument), (0.001...31_536_000).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  var duration: Duration { .milliseconds(Int64(seconds * 1000)) }
  var defaultValueDescription: String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}

extension ThumbnailSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { "256" }
}

extension ThumbnailFormat: ExpressibleByArgument {
  /// What this build can't write it doesn't offer.
  public static var allValueStrings: [String] {
    allCases.filter(\.isSupported).map(\.rawValue)
  }

  public init?(argument: String) {
    self.init(rawValue: argument)
    if !isSupported { return nil }
  }
}

extension ThumbnailFit: ExpressibleByArgument {}
extension ThumbnailGravity: ExpressibleByArgument {}
extension ChromaSubsampling: ExpressibleByArgument {}
extension ICCHandling: ExpressibleByArgument {}
extension SandboxPolicy.Enforcement: ExpressibleByArgument {}

extension PixelDensity: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension RGBColor: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// Values with commas between them.
struct ValueList<Element: ExpressibleByArgument>: ExpressibleByArgument {
  let values: [Element]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Element(argument: String($0)) }
    if values.count != parts.count { return nil }
  }
}
