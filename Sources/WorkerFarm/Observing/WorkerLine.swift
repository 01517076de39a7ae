/// A line that a worker wrote to its standard error, see ``PoolConfiguration/standardErrorHandler``.
public struct WorkerLine: Hashable, Sendable {
  /// What ended it.
  public enum Ending: Hashable, Sendable {
    /// A newline, as it should be.
    case newline
    /// It's longer than ``WorkerLine/limit``: the next line goes on with it.
    case limit
    /// The worker ended, or closed its standard error, in the middle of it.
    case end
  }

  /// Who wrote it.
  public let worker: PoolWorker
  /// As it was written, control characters and all, without the newline.
  public let bytes: [UInt8]
  /// Whether it's whole, and if not, why.
  public let ending: Ending

  /// The longest line, in bytes: 16 KiB, which no person reads, small beside a worker.
  public static let limit = 16 << 10

  /// A line as the pool hands it out; for tests of handlers.
  ///
  /// - Parameters:
  ///   - worker: who wrote it.
  ///   - bytes: without the newline.
  ///   - ending: what ended it.
  public init(worker: PoolWorker, bytes: [UInt8], ending: Ending) {
    self.worker = worker
    self.bytes = bytes
    self.ending = ending
  }

  /// The bytes as text; what isn't UTF-8 is replaced. A terminal would obey control characters in it.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Cuts what a worker writes into lines, whatever the pieces it arrives in.
struct LineCutter {
  private let worker: PoolWorker
  private let handler: @Sendable (WorkerLine) -> Void
  /// The beginning of a line, at most the limit.
  private var begun: [UInt8] = []

  init(worker: PoolWorker, handler: @escaping @Sendable (WorkerLine) -> Void) {
    self.worker = worker
    self.handler = handler
  }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    var rest = more[...]
    while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
      add(rest[..<newline])
      hand(over: begun.count, .newline)
      rest = rest[(newline + 1)...]
    }
    add(rest)
  }

  /// Nothing more will come.
  mutating func finish() {
    if !begun.isEmpty { hand(over: begun.count, .end) }
  }

  private mutating func add(_ piece: Slice<UnsafeRawBufferPointer>) {
    var rest = piece
    // A line of exactly the limit is whole.
    while begun.count + rest.count > WorkerLine.limit {
      let room = WorkerLine.limit - begun.count
      begun.append(contentsOf: rest.prefix(room))
      rest = rest.dropFirst(room)
      hand(over: Self.wholeCharacters(begun), .limit)
    }
    begun.append(contentsOf: rest)
  }

  private mutating func hand(over count: Int, _ ending: WorkerLine.Ending) {
    let bytes = Array(begun[..<count])
    begun.removeFirst(count)
    handler(WorkerLine(worker: worker, bytes: bytes, ending: ending))
  }

  /// How many of the bytes don't cut a character of UTF-8 in two; all, if it isn't UTF-8.
  private static func wholeCharacters(_ bytes: [UInt8]) -> Int {
    // A character has at most four bytes; those after its first begin with the bits 10.
    for length in 1...4 where length < bytes.count {
      let byte = bytes[bytes.count - length]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let needed = byte < 0x80 ? 1 : (~byte).leadingZeroBitCount
      return needed > length ? bytes.count - length : bytes.count
    }
    return bytes.count
  }
}
