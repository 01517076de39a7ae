import CFuzz
import Glibc

/// Code that gets bytes which nobody has vetted, and what must hold whatever they are. A target that finds this
/// broken traps, which makes libFuzzer keep the bytes.
struct FuzzTarget: Sendable {
  let name: String
  /// What libFuzzer begins with.
  let seeds: @Sendable () -> [[UInt8]]
  /// Words that it would take long to guess.
  let dictionary: [[UInt8]]
  private let body: @Sendable (_ bytes: UnsafeRawBufferPointer, _ choices: inout Choices) -> Void

  init(
    _ name: String, dictionary: [String] = [], seeds: @escaping @Sendable () -> [[UInt8]],
    body: @escaping @Sendable (_ bytes: UnsafeRawBufferPointer, _ choices: inout Choices) -> Void
  ) {
    self.name = name
    self.dictionary = dictionary.map { Array($0.utf8) }
    self.seeds = seeds
    self.body = body
  }

  static let all = [
    frames, messages, replies, jobs, jpeg, jpegPaths, progressive, png, webp, exif, containers,
    profiles, compressed, thumbnails,
  ]

  func run(_ input: UnsafeRawBufferPointer) {
    var choices = Choices(endOf: input)
    // Memory of exactly this length: reading past the end is then seen.
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(0, input.count - Choices.length), alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.prefix(bytes.count)))
    body(UnsafeRawBufferPointer(bytes), &choices)
  }
}

/// What a target does with its bytes, decided by the input's last bytes: the rest of it is then a file as it is.
struct Choices {
  static let length = 12

  private var rest: ArraySlice<UInt8>

  init(endOf input: UnsafeRawBufferPointer) {
    rest = Array(input.suffix(Self.length))[...]
  }

  /// Below `count`, which is at most 256; 0 when there are no bytes left.
  mutating func below(_ count: Int) -> Int {
    Int(rest.popFirst() ?? 0) % count
  }

  mutating func flag() -> Bool { below(2) == 1 }

  mutating func one<Value>(of values: [Value]) -> Value {
    values[below(values.count)]
  }
}

/// Ends the process unless the condition holds.
func require(
  _ condition: Bool, _ what: @autoclosure () -> String, line: UInt = #line
) {
  if !condition { fatalError("line \(line): \(what())") }
}

/// Runs `body` and sets `peak` to the most memory in bytes that was allocated at any moment meanwhile, on top of
/// what there was before.
func measuringMemory<R, E: Error>(_ peak: inout Int, _ body: () throws(E) -> R) throws(E) -> R {
  fuzz_memory_restart()
  let before = Int(fuzz_memory_current())
  defer { peak = Int(fuzz_memory_peak()) - before }
  return try body()
}

func requireMemory(_ what: String, _ peak: Int, below limit: Int, line: UInt = #line) {
  require(peak <= limit, "\(what): \(peak) bytes of memory, more than \(limit)", line: line)
}
