import DequeModule

/// Inputs on their way to the engine, encoded one behind the other.
struct InputBatch {
  private enum Entry {
    case encoded(Range<Int>)
    case unencodable(String)
  }

  private var writer = ByteWriter()
  private var entries: [Entry] = []

  var count: Int { entries.count }
  var byteCount: Int { writer.bytes.count }

  mutating func append(_ job: some Job) {
    let start = writer.bytes.count
    do {
      try job.encode(into: &writer)
      entries.append(.encoded(start..<writer.bytes.count))
    } catch {
      writer.bytes.removeLast(writer.bytes.count - start)
      entries.append(.unencodable("\(error)"))
    }
  }

  func sealed() -> [StreamChannel.Input] {
    guard !entries.isEmpty else { return [] }
    let chunk = ByteChunk(writer.bytes)
    return entries.map { entry in
      switch entry {
      case .encoded(let range): .encoded(Payload(chunk: chunk, range: range))
      case .unencodable(let reason): .unencodable(reason)
      }
    }
  }
}

/// Inputs that have no outcome yet, so that an outcome can bring its input back.
struct PendingInputs<J: Job> {
  private let isOrdered: Bool
  /// Ordered: the inputs from `firstIndex` on. Unordered: unused.
  private var queue = Deque<J>()
  private var firstIndex = 0
  private var byIndex: [Int: J] = [:]
  private var nextIndex = 0
  /// Unordered: what is left in the end, highest index first.
  private var abandoned: [Int] = []

  init(isOrdered: Bool) { self.isOrdered = isOrdered }

  mutating func append(_ input: J) {
    if isOrdered {
      queue.append(input)
    } else {
      byIndex[nextIndex] = input
    }
    nextIndex += 1
  }

  /// - Precondition: the input is here; in an ordered call it's the first.
  mutating func remove(_ index: Int) -> J {
    if isOrdered, index == firstIndex, let input = queue.popFirst() {
      firstIndex += 1
      return input
    }
    guard let input = byIndex.removeValue(forKey: index) else {
      preconditionFailure("outcome \(index) belongs to no input")
    }
    return input
  }

  /// Takes what got no outcome from the engine, lowest index first. Nothing else is taken after that.
  mutating func popAbandoned() -> (Int, J)? {
    if isOrdered {
      guard let input = queue.popFirst() else { return nil }
      firstIndex += 1
      return (firstIndex - 1, input)
    }
    if abandoned.isEmpty { abandoned = byIndex.keys.sorted(by: >) }
    return abandoned.popLast().map { ($0, remove($0)) }
  }
}
