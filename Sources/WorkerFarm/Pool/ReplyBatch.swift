/// The replies of one read, their payloads in one allocation.
struct ReplyBatch {
  /// Replies to consecutive jobs: outputs, or one failure.
  struct Run {
    enum Result {
      case outputs(Range<Int>)
      case failure(JobFailure)
    }

    var first: JobID
    var result: Result

    var end: JobID {
      switch result {
      case .outputs(let range): first.advanced(by: range.count)
      case .failure: first.advanced(by: 1)
      }
    }
  }

  private(set) var runs: [Run] = []
  /// How many replies there are.
  private(set) var count = 0
  private var bytes: [UInt8] = []
  private var starts: [Int] = []

  mutating func append(_ frame: Frame, from decoder: borrowing FrameDecoder) throws(WireError) {
    let id = JobID(rawValue: frame.id)
    switch frame.kind {
    case .output:
      decoder.withPayload(of: frame) { payload in
        starts.append(bytes.count)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: payload.count).littleEndian) { append($0) }
        append(payload)
      }
      noteOutput(id)
    case .failure:
      let failure = try decoder.withPayload(of: frame) { bytes throws(WireError) in
        JobFailure(try FailureMessage(parsing: bytes))
      }
      note(failure, id)
    case .results:
      try decoder.withPayload(of: frame) { payload throws(WireError) in
        try append(results: payload, from: id)
      }
    case .hello, .declare, .job, .jobs, .memory: throw .unexpectedKind(frame.kind.rawValue)
    }
  }

  /// All outputs; to be divided as the runs say.
  func sealed() -> RecordChunk {
    RecordChunk(bytes: PiecedBytes(bytes), starts: starts + [bytes.count])
  }

  private mutating func append(
    results payload: UnsafeRawBufferPointer, from first: JobID
  ) throws(WireError) {
    let base = bytes.count
    append(payload)
    var offset = 0
    var id = first
    while offset < payload.count {
      guard payload.count - offset >= Records.lengthSize else {
        throw cutOff(payload.count - offset)
      }
      let word = UInt32(
        littleEndian: payload.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let start = offset + Records.lengthSize
      let end = start + Int(word & ~Frame.failureFlag)
      guard end <= payload.count else { throw cutOff(payload.count - offset) }
      // A failure takes its place among the records, so that each ends where the next one starts.
      starts.append(base + offset)
      if word & Frame.failureFlag == 0 {
        noteOutput(id)
      } else {
        let message = UnsafeRawBufferPointer(rebasing: payload[start..<end])
        note(JobFailure(try FailureMessage(parsing: message)), id)
      }
      offset = end
      id = id.advanced(by: 1)
    }
  }

  /// So many bytes make no result; and they aren't the end of the one before them, which counts.
  private mutating func cutOff(_ count: Int) -> WireError {
    bytes.removeLast(count)
    return .malformedPayload("results")
  }

  private mutating func noteOutput(_ id: JobID) {
    count += 1
    let place = starts.count - 1
    if let last = runs.indices.last, case .outputs(let range) = runs[last].result,
      runs[last].end == id, range.upperBound == place
    {
      runs[last].result = .outputs(range.lowerBound..<place + 1)
    } else {
      runs.append(Run(first: id, result: .outputs(place..<place + 1)))
    }
  }

  private mutating func note(_ failure: JobFailure, _ id: JobID) {
    count += 1
    runs.append(Run(first: id, result: .failure(failure)))
  }

  private mutating func append(_ source: UnsafeRawBufferPointer) {
    source.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
  }
}
