/// The replies of one read, their payloads in one allocation.
struct ReplyBatch {
  struct Reply {
    var id: UInt64
    var kind: Frame.Kind
    var range: Range<Int>

    func result(_ payload: Payload) throws(WireError) -> RawOutcome.Result {
      guard kind == .failure else { return .output(payload) }
      var message: Result<FailureMessage, WireError>?
      payload.withBytes { bytes in
        message = Result { () throws(WireError) in try FailureMessage(parsing: bytes) }
      }
      guard let message else { preconditionFailure("withBytes always calls its body") }
      return .failure(JobFailure(try message.get()))
    }
  }

  private(set) var replies: [Reply] = []
  private(set) var bytes: [UInt8] = []

  mutating func append(_ frame: Frame, from decoder: borrowing FrameDecoder) throws(WireError) {
    guard frame.kind == .output || frame.kind == .failure else {
      throw .unexpectedKind(frame.kind.rawValue)
    }
    let start = bytes.count
    decoder.withPayload(of: frame) { payload in
      payload.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
    }
    replies.append(Reply(id: frame.id, kind: frame.kind, range: start..<bytes.count))
  }
}
