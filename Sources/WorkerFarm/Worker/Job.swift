/// A piece of work that a worker can do: a value that holds its own input.
///
/// ```swift
/// struct Square: Job, Codable {
///   var n: Int
///   func run() throws -> Int { n * n }
/// }
/// ```
///
/// Input and output travel between processes as bytes. `Codable` types travel as JSON without a line of code; a
/// hot job writes the four encoding requirements itself with ``ByteWriter`` and ``ByteReader``.
///
/// A job may run more than once when a worker dies, so it should be idempotent; its outcome is
/// delivered once. In a worker process jobs run one at a time on the main thread. A job that needs something made once for
/// each worker, as an open database, is a ``StatefulJob``.
public protocol Job: Sendable {
  /// What the job makes.
  associatedtype Output: Sendable

  /// The name under which coordinator and worker know the type; the type's full name by default.
  static var jobName: String { get }

  /// Does the work. An error becomes ``JobFailure/thrown(type:description:)``.
  ///
  /// - Returns: the output, which is encoded right away and may then be at most ``PoolConfiguration/frameLimit`` long.
  func run() throws -> Output

  /// Appends the job's input.
  func encode(into writer: inout ByteWriter) throws

  /// Reads what ``encode(into:)`` wrote. The bytes come from the coordinator.
  init(decoding reader: inout ByteReader) throws

  /// Appends an output.
  static func encode(_ output: Output, into writer: inout ByteWriter) throws

  /// Reads what ``encode(_:into:)`` wrote. The bytes come from a worker: trust nothing about them.
  static func decodeOutput(_ reader: inout ByteReader) throws -> Output

  /// How a worker runs jobs of this type from their bytes. Provided for every job; nobody need write one.
  static func makeServer() -> JobServer
}

extension Job {
  /// The type's full name, for example `Tool.Square`.
  public static var jobName: String { _typeName(Self.self) }

  /// What every job has.
  @inlinable
  public static func makeServer() -> JobServer {
    JobServer(
      serve: { desk in
        while desk.takeNext() { desk.serve(Self.self) { job throws in try job.run() } }
      },
      finish: {})
  }
}
