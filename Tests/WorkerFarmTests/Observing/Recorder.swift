import Synchronization
import Testing

@testable import WorkerFarm

/// Keeps all events of a pool.
final class Recorder: PoolObserver {
  private let recorded = Mutex<[PoolEvent]>([])

  func observe(_ event: PoolEvent) { recorded.withLock { $0.append(event) } }

  var events: [PoolEvent] { recorded.withLock { $0 } }

  var endings: [WorkerEnding] {
    events.compactMap { event in
      if case .workerEnded(_, let ending, _, _, _) = event { return ending }
      return nil
    }
  }
}

/// What ``PoolEvent`` promises of a pool's whole life, checked event by event.
struct EventOrder {
  private enum JobState: Hashable { case new, sent, started, over }

  private struct JobName: Hashable {
    var call: Int
    var index: Int
  }

  private var jobs: [JobName: JobState] = [:]
  private var holders: [JobName: Int] = [:]
  private var live: [Int: PoolWorker] = [:]
  private var places: [Int: Int] = [:]
  private var ready: Set<Int> = []
  private var calls: Set<Int> = []
  private(set) var startedWorkers = 0
  private(set) var endedWorkers = 0
  private(set) var problems: [String] = []

  init(_ events: [PoolEvent]) {
    var latest: UInt64 = 0
    for (position, event) in events.enumerated() {
      if event.at.nanoseconds < latest { complain("went back in time", event) }
      latest = event.at.nanoseconds
      take(event)
      if case .closed = event, position != events.count - 1 { complain("isn't the last", event) }
    }
    if case .closed = events.last {} else { problems.append("never closed") }
    if !live.isEmpty { problems.append("workers never ended: \(live)") }
    if !calls.isEmpty { problems.append("calls never ended: \(calls)") }
  }

  /// How many jobs of a call finished or failed.
  func concluded(of call: Int) -> Int { jobs.count { $0.key.call == call && $0.value == .over } }

  private mutating func complain(_ text: String, _ event: PoolEvent) {
    if problems.count < 10 { problems.append("\(text): \(event)") }
  }

  private mutating func take(_ event: PoolEvent) {
    switch event {
    case .callOpened(let call, _, _):
      if !calls.insert(call).inserted { complain("opened twice", event) }
    case .callEnded(let call, _):
      if calls.remove(call) == nil { complain("isn't open", event) }
    case .workerStarted(let worker, _):
      startedWorkers += 1
      if live.updateValue(worker, forKey: worker.serial) != nil { complain("started twice", event) }
      if places.updateValue(worker.serial, forKey: worker.place) != nil {
        complain("its place is taken", event)
      }
    case .workerReady(let worker, _, _):
      checkAlive(worker, event)
      if !ready.insert(worker.serial).inserted { complain("ready twice", event) }
    case .workerEnded(let worker, _, _, _, _):
      endedWorkers += 1
      checkAlive(worker, event)
      live[worker.serial] = nil
      places[worker.place] = nil
    case .bytesSent(let count, let worker, _), .bytesReceived(let count, let worker, _):
      checkAlive(worker, event)
      if count <= 0 { complain("no bytes", event) }
    case .jobsSent(_, _, _, let worker, _), .jobsStarted(_, let worker, _):
      checkAlive(worker, event)
      if !ready.contains(worker.serial) { complain("not ready", event) }
      takeJobs(event)
    case .jobsFinished, .jobsFailed, .jobsRetried: takeJobs(event)
    case .windowChanged(let window, _):
      if !calls.contains(window.call) { complain("no such call", event) }
    case .workerUnavailable, .gaveUp, .closed: break
    }
  }

  private mutating func checkAlive(_ worker: PoolWorker, _ event: PoolEvent) {
    if live[worker.serial] != worker { complain("isn't alive", event) }
  }

  private mutating func takeJobs(_ event: PoolEvent) {
    guard let range = event.jobs else { return }
    if range.jobs.isEmpty { complain("no jobs", event) }
    for index in range.jobs {
      let job = JobName(call: range.call, index: index)
      let state = jobs[job, default: .new]
      if state == .over { complain("job \(index) is over", event) }
      jobs[job] = next(event, job, state)
    }
  }

  /// - Returns: the job's state after the event.
  private mutating func next(_ event: PoolEvent, _ job: JobName, _ state: JobState) -> JobState {
    switch event {
    case .jobsSent(_, _, _, let worker, _):
      holders[job] = worker.serial
      return .sent
    case .jobsStarted(_, let worker, _):
      if state != .sent || holders[job] != worker.serial {
        complain("job \(job.index) wasn't sent there", event)
      }
      return .started
    case .jobsFinished(_, let run, _): check(run, job, state, event)
    case .jobsFailed(_, let failure, _, let run, _):
      if let run {
        check(run, job, state, event)
      } else if failure != .cancelled && state != .new {
        complain("ran, and nothing is said of that", event)
      }
    case .jobsRetried(_, _, _, _, let run, _):
      if let run { check(run, job, state, event) } else { complain("no run", event) }
      return .new
    default: break
    }
    return .over
  }

  private mutating func check(
    _ run: JobRun, _ job: JobName, _ state: JobState, _ event: PoolEvent
  ) {
    if state != .started || holders[job] != run.worker.serial {
      complain("job \(job.index) wasn't started there (\(state))", event)
    }
    if run.began > event.at { complain("began after its end", event) }
  }
}
