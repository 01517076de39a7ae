/// A job's name on the wire: a number counted up over a pool's lifetime, from one. Zero means no job.
struct JobID: Hashable, Comparable, Sendable {
  let rawValue: UInt64

  static func < (one: JobID, other: JobID) -> Bool { one.rawValue < other.rawValue }

  func advanced(by count: Int) -> JobID { JobID(rawValue: rawValue &+ UInt64(count)) }
}

/// Consecutive jobs of one stream that have had the same fate so far.
///
/// Long jobs come one in a batch, short ones by the thousand: what the pool does for a batch costs the same
/// for any number of jobs. Nothing a user sees depends on it, because a batch is divided as soon as its jobs
/// fare differently.
struct JobBatch: Sendable {
  let stream: StreamID
  /// The first job's position in the stream, from 0.
  private(set) var firstIndex: Int
  private(set) var firstID: JobID
  private(set) var inputs: Records
  let acceptedAt: Nanoseconds
  /// How often the jobs were begun, that is sent to a worker and not returned unbegun.
  var attempts = 0
  /// How many of these attempts failed.
  var failures = 0
  /// Workers died while they ran it: it's run alone, so that nobody else pays.
  var isSuspect = false
  /// How often they came back from a dead worker that wasn't running them.
  var returns: UInt8 = 0
  /// Bytes of memory that the job asked for; 0 if it never did.
  var memory = 0
  /// How often it asked.
  var demands: UInt8 = 0

  init(
    stream: StreamID, firstIndex: Int, firstID: JobID, inputs: Records, acceptedAt: Nanoseconds
  ) {
    self.stream = stream
    self.firstIndex = firstIndex
    self.firstID = firstID
    self.inputs = inputs
    self.acceptedAt = acceptedAt
  }

  var count: Int { inputs.count }
  /// Bytes of the encoded inputs.
  var size: Int { inputs.byteCount }

  func contains(_ id: JobID) -> Bool { id >= firstID && id < firstID.advanced(by: count) }

  /// Takes the first jobs away.
  mutating func splitOff(first count: Int) -> JobBatch {
    var head = self
    head.inputs = inputs.splitOff(first: count)
    firstIndex += count
    firstID = firstID.advanced(by: count)
    return head
  }
}

/// Consecutive jobs of one stream that have their outcomes, on their way to the consumer.
@usableFromInline
struct FinishedBatch: Sendable {
  @usableFromInline
  enum Result: Sendable {
    case outputs(Records)
    /// All of them failed for this reason.
    case failure(JobFailure)
  }

  /// The first one's position in the stream.
  @usableFromInline var firstIndex: Int
  @usableFromInline var count: Int
  @usableFromInline var result: Result
  @usableFromInline var attempts = 0
  @usableFromInline var queueTime: Nanoseconds = 0
  /// For each of them.
  @usableFromInline var runTime: Nanoseconds = 0
  @usableFromInline var workerPID: Int32?

  /// What it counts in a window.
  var size: Int {
    switch result {
    case .outputs(let records): records.byteCount
    case .failure(let failure): failure.textSize
    }
  }
}
