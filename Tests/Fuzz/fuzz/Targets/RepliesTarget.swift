@testable import WorkerFarm

extension FuzzTarget {
  /// What a worker answers: the replies are those that a plain reading of the frames gives, those of frames of several
  /// among them. And the other way: a frame of several jobs gives a worker as many as there are, or is malformed.
  static let replies = FuzzTarget("replies", seeds: FrameSeeds.replies) { bytes, choices in
    if choices.flag() { checkDesk(bytes) } else { checkReplies(bytes) }
  }

  private struct Reply: Equatable {
    var id: UInt64
    /// nil for a failure.
    var output: [UInt8]?
    var failure: JobFailure?
  }

  private static func checkReplies(_ bytes: UnsafeRawBufferPointer) {
    var decoder = FrameDecoder(limit: 1 << 16)
    _ = decoder.fill { room in
      let count = min(room.count, bytes.count)
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
      return count
    }
    var batch = ReplyBatch()
    var expected: [Reply] = []
    while let frame = try? decoder.next() {
      let isWhole = decoder.withPayload(of: frame) { append(frame, $0, to: &expected) }
      do {
        try batch.append(frame, from: decoder)
        require(isWhole, "a malformed frame of kind \(frame.kind) was taken")
      } catch {
        require(!isWhole, "a frame of kind \(frame.kind) was refused: \(error)")
        // What it said before its fault counts for the batch, but the worker's next bytes don't.
        return
      }
    }
    require(batch.count == expected.count, "\(batch.count) replies, not \(expected.count)")
    let got = replies(of: batch)
    require(got == expected, "\(got), not \(expected)")
  }

  private static func replies(of batch: ReplyBatch) -> [Reply] {
    let chunk = batch.sealed()
    return batch.runs.flatMap { run -> [Reply] in
      switch run.result {
      case .failure(let failure): return [Reply(id: run.first.rawValue, failure: failure)]
      case .outputs(let range):
        let records = Records(chunk: chunk, range: range)
        return (0..<records.count).map { index in
          Reply(
            id: run.first.advanced(by: index).rawValue,
            output: records.withRecord(index) { Array($0) })
        }
      }
    }
  }

  /// By the wire format's words; false if the frame breaks it.
  private static func append(
    _ frame: Frame, _ payload: UnsafeRawBufferPointer, to replies: inout [Reply]
  ) -> Bool {
    switch frame.kind {
    case .output: replies.append(Reply(id: frame.id, output: Array(payload)))
    case .failure:
      guard let message = try? FailureMessage(parsing: payload) else { return false }
      replies.append(Reply(id: frame.id, failure: JobFailure(message)))
    case .results:
      var rest = Array(payload)[...]
      var id = frame.id
      while !rest.isEmpty {
        guard let word = popLength(&rest), case let size = Int(word & 0x7FFF_FFFF),
          size <= rest.count
        else { return false }
        let record = Array(rest.prefix(size))
        rest = rest.dropFirst(size)
        if word & 0x8000_0000 == 0 {
          replies.append(Reply(id: id, output: record))
        } else {
          guard let message = record.withUnsafeBytes({ try? FailureMessage(parsing: $0) }) else {
            return false
          }
          replies.append(Reply(id: id, failure: JobFailure(message)))
        }
        id &+= 1
      }
    default: return false
    }
    return true
  }

  private static func popLength(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count >= 4 else { return nil }
    defer { bytes = bytes.dropFirst(4) }
    return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  // MARK: - The worker's side

  private final class Nobody: ReplySink {
    func prepareForJob() -> Bool { true }
    func append(_: PiecedBytes, id _: UInt64, isFailure _: Bool, asOneOfSeveral _: Bool) {}
  }

  private static func checkDesk(_ payload: UnsafeRawBufferPointer) {
    var desk = JobDesk(
      payload, areSeveral: true, firstID: .max, replies: Nobody(), page: nil, replyLimit: 100)
    var rest = Array(payload)[...]
    while desk.takeNext() {
      let size = popLength(&rest).map(Int.init) ?? -1
      require(desk.input.elementsEqual(rest.prefix(max(0, size))), "another input")
      rest = rest.dropFirst(max(0, size))
    }
    require(desk.isMalformed == !rest.isEmpty, "\(rest.count) bytes are left")
  }
}
