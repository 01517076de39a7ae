import DequeModule

/// Batches that wait, in the order of their jobs.
struct JobQueue: Sendable {
  private var batches = Deque<JobBatch>()

  /// How many jobs wait.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var first: JobBatch? { batches.first }

  mutating func append(_ batch: JobBatch) {
    batches.append(batch)
    count += batch.count
  }

  /// Puts a batch where it belongs: several workers may return theirs in any order.
  mutating func insert(_ batch: JobBatch) {
    let place = batches.firstIndex { $0.firstIndex > batch.firstIndex } ?? batches.endIndex
    batches.insert(batch, at: place)
    count += batch.count
  }

  /// The first jobs of the first batch.
  mutating func popFirst(atMost limit: Int) -> JobBatch? {
    guard let first = batches.first else { return nil }
    let taken = first.count <= limit ? batches.removeFirst() : batches[0].splitOff(first: limit)
    count -= taken.count
    return taken
  }

  mutating func removeAll() -> Deque<JobBatch> {
    defer {
      batches = []
      count = 0
    }
    return batches
  }
}
