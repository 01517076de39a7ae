/// A job that needs something which is made once for each worker and kept: an open database, a loaded model.
///
/// ```swift
/// struct Lookup: StatefulJob, Codable {
///   typealias Output = Int?
///   var word: String
///
///   static func setUp() throws -> Dictionary { try Dictionary(contentsOf: "/usr/share/dict/words") }
///   func run(with words: inout Dictionary) -> Int? { words.position(of: word) }
/// }
/// ```
///
/// `Output` has to be spelt out: it can't be inferred, since `run()` is there already.
///
/// The state is made when a worker gets its first job of the type, and belongs to that worker alone, one job at a
/// time. It's gone with the worker: what must outlast it doesn't belong there.
public protocol StatefulJob: Job {
  /// What a worker keeps between jobs of the type.
  associatedtype State

  // Said again so that a type needn't name it: it's found from `run(with:)`, not from what jobs without an output get.
  associatedtype Output

  /// Makes the state. An error fails the job that needed it, as ``JobFailure/thrown(type:description:)``; the next
  /// one tries again.
  static func setUp() throws -> State

  /// Does the work.
  func run(with state: inout State) throws -> Output

  /// Takes leave of the state when the worker ends in order: at the end of the pool, or when it's recycled.
  /// Not called in a worker that is killed or crashes.
  static func tearDown(_ state: inout State)
}

extension StatefulJob {
  /// Nothing to take leave of.
  public static func tearDown(_ state: inout State) {}

  /// With a state of its own, made for this run.
  public func run() throws -> Output {
    var state = try Self.setUp()
    defer { Self.tearDown(&state) }
    return try run(with: &state)
  }

  /// Keeps the state between jobs.
  @inlinable
  public static func makeServer() -> JobServer {
    let kept = KeptState<State>()
    return JobServer(
      serve: { desk in
        while desk.takeNext() {
          desk.serve(Self.self) { job throws in
            if kept.state == nil { kept.state = try Self.setUp() }
            guard var state = kept.state.take() else { preconditionFailure("it was just made") }
            defer { kept.state = .some(state) }
            return try job.run(with: &state)
          }
        }
      },
      finish: {
        if var state = kept.state.take() { Self.tearDown(&state) }
      })
  }
}

/// Where a worker keeps a state.
@usableFromInline
final class KeptState<State> {
  @usableFromInline var state: State?

  @usableFromInline init() {}
}
