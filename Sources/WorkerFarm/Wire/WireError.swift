/// A breach of the wire format. The worker that committed it is killed; its job is tried again as if it had crashed.
///
/// What each side may send is in <doc:WireFormat>.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A frame announced more bytes than the limit; nothing was allocated for it.
  case frameTooLarge(length: UInt64, limit: Int)
  /// A frame announced fewer bytes than a header has.
  case frameTooShort(length: UInt32)
  /// A frame's kind isn't one that this side may receive now.
  case unexpectedKind(UInt8)
  /// The first frame wasn't a hello of this protocol.
  case notAHello
  /// The other side speaks another version.
  case version(UInt16)
  /// A frame's payload ended early or was otherwise not what its kind promises.
  case malformedPayload(String)
  /// A reply for a job that the worker isn't running: foreign, unknown, or answered already.
  case unexpectedJob(UInt64)
  /// The worker's sandbox isn't what the pool requires; why.
  case sandboxIncomplete(String)
  /// The stream ended within a frame.
  case truncated(missing: Int)

  public var description: String {
    switch self {
    case .frameTooLarge(let length, let limit):
      "a frame of \(length) bytes, over the limit of \(limit)"
    case .frameTooShort(let length): "a frame of \(length) bytes, shorter than its header"
    case .unexpectedKind(let kind): "an unexpected frame of kind \(kind)"
    case .notAHello: "no hello: it doesn't speak the worker protocol"
    case .version(let version):
      "protocol version \(version), this side speaks \(Hello.currentVersion)"
    case .malformedPayload(let what): "a malformed \(what)"
    case .unexpectedJob(let id): "a reply for job \(id), which it isn't running"
    case .sandboxIncomplete(let reason): "a hello without the sandbox that is required: \(reason)"
    case .truncated(let missing): "the stream ended \(missing) bytes before the end of a frame"
    }
  }
}
