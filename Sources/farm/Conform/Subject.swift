import WorkerFarm

/// The worker that is looked at, and what it's asked to do.
struct Subject {
  let command: WorkerCommand
  let patience: Duration
  /// The job type that is asked for, and its inputs.
  var type: String
  var inputs: [[UInt8]]
  /// Whether its output is its input.
  var isEcho: Bool
  /// Whether the type was named by the user; else it's a guess that may be wrong.
  let isNamed: Bool

  /// A name that nobody serves.
  static let unknownType = "farm.conform/no such type"
  static let echo = "echo"

  /// Without a type of the user's it's `echo` if the worker serves that, else any: every worker has an answer
  /// to a type that it doesn't know.
  init(command: WorkerCommand, patience: Duration, type: String?, inputs: [[UInt8]]) {
    self.command = command
    self.patience = patience
    self.type = type ?? Self.echo
    isNamed = type != nil
    isEcho = self.type == Self.echo
    self.inputs = inputs.isEmpty ? [Array("farm".utf8)] : inputs
  }

  /// Finds out whether `echo` is served, where that's only a guess.
  mutating func probe() {
    guard !isNamed, let conversation = try? Conversation(self) else { return }
    conversation.declare(type, as: 0)
    conversation.ask(inputs[0])
    if case .failure(let message)? = try? conversation.answer(), message.reason == .unknownJobType {
      type = Self.unknownType
      isEcho = false
    }
  }

  /// An input for the n-th of many jobs.
  func input(_ number: Int) -> [UInt8] {
    isEcho ? Self.pattern(number % 61) : inputs[number % inputs.count]
  }

  /// Bytes in which a part that is missing, doubled or moved is seen.
  static func pattern(_ count: Int) -> [UInt8] {
    guard count > block.count else { return Array(block[..<count]) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += block[..<min(block.count, count - bytes.count)] }
    return bytes
  }

  /// A prime number of bytes, so that no buffer's size is a multiple of it.
  private static let block: [UInt8] = {
    var state: UInt32 = 1
    return (0..<4099).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }()
}
