import Glibc

/// What is shown of each event of a pool, in the terms of the Trace Event Format: `ph` says what kind of mark it is,
/// `ts` and `dur` are microseconds, `pid` and `tid` choose the row.
struct TracePicture {
  private var isNamed = false
  private var namedPlaces: Set<Int> = []
  /// Since when the workers are alive, by their serial numbers.
  private var lives: [Int: MonotonicInstant] = [:]
  private var jobTypes: [Int: String] = [:]
  /// Of the calls under way.
  private var windows: [Int: CallWindow] = [:]

  /// The row of what belongs to no worker; the places come after it.
  private static let coordinatorRow = 0

  mutating func objects(for event: PoolEvent) -> [JSONObject] {
    var objects = isNamed ? [] : [name("process_name", "worker pool", row: Self.coordinatorRow)]
    isNamed = true
    switch event {
    case .callOpened, .callEnded, .windowChanged, .gaveUp, .closed, .workerUnavailable:
      objects += poolObjects(for: event)
    case .workerStarted, .workerReady, .workerEnded: objects += workerObjects(for: event)
    case .jobsFinished, .jobsFailed, .jobsRetried: objects += jobObjects(for: event)
    // The blocks say it.
    case .jobsSent, .jobsStarted, .bytesSent, .bytesReceived: break
    }
    return objects
  }

  private mutating func poolObjects(for event: PoolEvent) -> [JSONObject] {
    switch event {
    case .callOpened(let call, let type, let at):
      jobTypes[call] = type
      return [span("b", of: call, at)]
    case .callEnded(let call, let at):
      defer { jobTypes[call] = nil }
      guard windows.removeValue(forKey: call) != nil else { return [span("e", of: call, at)] }
      return [span("e", of: call, at)] + counters(at)
    case .windowChanged(let window, let at):
      windows[window.call] = window
      return counters(at)
    case .workerUnavailable(let place, let reason, let at):
      return [mark("can't be started", reason, row: row(place), at)]
    case .gaveUp(let error, let at): return [mark("gave up", "\(error)", scope: "p", at)]
    default: return []
    }
  }

  private mutating func workerObjects(for event: PoolEvent) -> [JSONObject] {
    switch event {
    case .workerStarted(let worker, let at):
      lives[worker.serial] = at
      guard namedPlaces.insert(worker.place).inserted else { return [] }
      return [name("thread_name", "worker \(worker.place)", row: row(worker.place))]
    case .workerReady(let worker, let startUp, let at):
      let began = at.advanced(by: .zero - startUp)
      return [block("start-up", "worker", row(worker.place), from: began, to: at)]
    case .workerEnded(let worker, let ending, let termination, let lastWords, let at):
      guard let startedAt = lives.removeValue(forKey: worker.serial) else { return [] }
      var arguments = JSONObject()
      arguments.set("ending", ending.kind)
      arguments.set("termination", "\(termination)")
      let title = worker.pid.map { "process \($0)" } ?? "worker \(worker.serial)"
      let whole = block(
        title, "worker", row(worker.place), from: startedAt, to: at, arguments)
      if ending.isOrderly { return [whole] }
      let text = lastWords.isEmpty ? "\(termination)" : "\(termination): \(lastWords)"
      return [whole, mark(ending.kind, text, row: row(worker.place), at)]
    default: return []
    }
  }

  private func jobObjects(for event: PoolEvent) -> [JSONObject] {
    switch event {
    case .jobsFinished(let jobs, let run, _): return [block(of: jobs, run, failure: nil)]
    case .jobsFailed(let jobs, let failure, _, let run, let at):
      guard let run else {
        return [mark("failed", "\(title(jobs)): \(failure)", row: Self.coordinatorRow, at)]
      }
      return [block(of: jobs, run, failure: failure)]
    case .jobsRetried(let jobs, let failure, _, _, let run, let at):
      let place = run.map { row($0.worker.place) } ?? Self.coordinatorRow
      return (run.map { [block(of: jobs, $0, failure: failure)] } ?? [])
        + [mark("retry", "\(title(jobs)): \(failure)", row: place, at)]
    default: return []
    }
  }

  // MARK: Marks of the format

  private func row(_ place: Int) -> Int { place + 1 }

  private func title(_ jobs: JobRange) -> String {
    jobs.jobs.count == 1
      ? "job \(jobs.jobs.lowerBound)" : "jobs \(jobs.jobs.lowerBound)..<\(jobs.jobs.upperBound)"
  }

  private func base(_ phase: String, _ name: String, _ row: Int) -> JSONObject {
    var object = JSONObject()
    object.set("ph", phase)
    object.set("name", name)
    object.set("pid", Int(getpid()))
    object.set("tid", row)
    return object
  }

  private func name(_ what: String, _ name: String, row: Int) -> JSONObject {
    var arguments = JSONObject()
    arguments.set("name", name)
    var object = base("M", what, row)
    object.set("args", arguments)
    return object
  }

  private func block(
    _ name: String, _ category: String, _ row: Int, from: MonotonicInstant, to: MonotonicInstant,
    _ arguments: JSONObject = JSONObject()
  ) -> JSONObject {
    var object = base("X", name, row)
    object.set("cat", category)
    object.set("ts", nanoseconds: from.nanoseconds)
    object.set("dur", nanoseconds: to.nanoseconds - min(from.nanoseconds, to.nanoseconds))
    object.set("args", arguments)
    return object
  }

  private func block(of jobs: JobRange, _ run: JobRun, failure: JobFailure?) -> JSONObject {
    var arguments = JSONObject()
    arguments.set("call", jobs.call)
    arguments.set("first", jobs.jobs.lowerBound)
    arguments.set("count", jobs.jobs.count)
    if let type = jobTypes[jobs.call] { arguments.set("type", type) }
    if let failure { arguments.set("failure", "\(failure)") }
    return block(
      title(jobs), failure == nil ? "jobs" : "jobs,failed", row(run.worker.place),
      from: run.began, to: run.began.advanced(by: run.each * jobs.jobs.count), arguments)
  }

  /// - Parameter scope: how far its line goes: `t` over its row, `p` over all.
  private func mark(
    _ name: String, _ text: String, row: Int = coordinatorRow, scope: String = "t",
    _ at: MonotonicInstant
  ) -> JSONObject {
    var arguments = JSONObject()
    arguments.set("text", text)
    var object = base("i", name, row)
    object.set("ts", nanoseconds: at.nanoseconds)
    object.set("s", scope)
    object.set("args", arguments)
    return object
  }

  /// The begin or end of what may overlap with its like.
  private func span(_ phase: String, of call: Int, _ at: MonotonicInstant) -> JSONObject {
    let type = jobTypes[call] ?? ""
    var object = base(phase, "call \(call): \(type)", Self.coordinatorRow)
    object.set("cat", "call")
    object.set("id", call)
    object.set("ts", nanoseconds: at.nanoseconds)
    return object
  }

  /// Of all calls together: there may be a call for each job.
  private func counters(_ at: MonotonicInstant) -> [JSONObject] {
    func total(_ value: (CallWindow) -> Int) -> Int {
      windows.values.reduce(0) { $0 + value($1) }
    }
    func counter(_ name: String, _ values: [(String, Int)]) -> JSONObject {
      var arguments = JSONObject()
      for (name, value) in values { arguments.set(name, value) }
      var object = base("C", name, Self.coordinatorRow)
      object.set("ts", nanoseconds: at.nanoseconds)
      object.set("args", arguments)
      return object
    }
    // Stacked by the viewer: so the parts of the window, not the whole beside its part.
    let (inFlight, queued) = (total(\.inFlight), total(\.queued))
    let rest = max(0, total(\.jobs) - queued - inFlight)
    return [
      counter("jobs", [("in flight", inFlight), ("queued", queued), ("other", rest)]),
      counter("bytes", [("bytes", total(\.bytes))]),
    ]
  }
}
