public import ArgumentParser
public import Thumbnails
import WorkerFarm

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

/// `--timeout`: seconds, perhaps with decimals.
struct TimeLimit: ExpressibleByArgument {
  let seconds: Double

  static let standard = TimeLimit(seconds: 60)

  private init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    // A millisecond at least; a year at most, which is for ever.
    guard let seconds = Double(argument), (0.001...31_536_000).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  var duration: Duration { .milliseconds(Int64(seconds * 1000)) }
  var defaultValueDescription: String { "60" }
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
