import Glibc
import Thumbnails
import WorkerFarm

/// A line for every record that is finished and printed, so that a later run can go on where this one ended.
///
/// Each line is with the system as soon as its record is printed, so it outlives this process however that ends;
/// and on the disk within a second and at the end of the run. A crash of the whole machine loses no
/// more than the last second of it, which is then done again.
final class JobLog: Sendable {
  /// Tabs between columns; the names are the first line.
  static let header = "seq\thash\tend\tseconds\tattempts\tpid\tstatus\treason\n"

  enum Status: String {
    case done, failed
  }

  private struct State {
    var isDirty = false
    var error: Int32 = 0
    var isClosed = false
  }

  private let path: BytePath
  private let file: SharedDescriptor
  private let state = Monitor(State())
  private let change = Monitor<State>.Condition()

  /// - Parameter file: open for writing at its end.
  init(path: BytePath, file: SharedDescriptor) {
    self.path = path
    self.file = file
    if !startThread({ [self] in syncEverySecond() }) {
      state.withLock { $0.isClosed = true }
    }
  }

  /// Why it can't be written, if it can't.
  var problem: String? {
    let code = state.withLock { $0.error }
    return code == 0 ? nil : "can't write \(path): \(String(cString: strerror(code)))"
  }

  /// Takes note of records whose results were printed; those that were cancelled are left to a later run.
  func append(_ finished: [RecordFlow.Finished]) {
    var text = ""
    for item in finished { text += Self.line(item) ?? "" }
    guard !text.isEmpty else { return }
    let code = Console.errorWriting(text, to: file.descriptor.number)
    state.withLock { state in
      if code != 0 && state.error == 0 { state.error = code }
      state.isDirty = true
    }
    change.signal()
  }

  private static func line(_ item: RecordFlow.Finished) -> String? {
    let result = item.result
    let status: Status
    var reason = ""
    switch result.end {
    case .done: status = .done
    case .cancelled: return nil
    case .failed(let failure):
      status = .failed
      reason = BytePath(failure.message).description
    }
    let fields = [
      "\(item.record.number)", hexadecimal(item.record.hash), now(),
      seconds(result.runTime), "\(result.attempts)",
      result.pid.map { "\($0)" } ?? "", status.rawValue, reason,
    ]
    return fields.joined(separator: "\t") + "\n"
  }

  static func hexadecimal(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// To the microsecond.
  private static func seconds(_ time: Duration) -> String {
    let micros = Int(time.milliseconds * 1000)
    return "\(micros / 1_000_000).\("\(1_000_000 + micros % 1_000_000)".dropFirst())"
  }

  /// Seconds since 1970, by a clock that may jump: for people alone.
  private static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let thousandths = "\(1000 + time.tv_nsec / 1_000_000)".dropFirst()
    return "\(time.tv_sec).\(thousandths)"
  }

  /// Returns when everything is on the disk.
  func close() {
    state.withLock { $0.isClosed = true }
    change.signal()
    sync()
  }

  private func syncEverySecond() {
    while state.wait(on: change, for: { $0.isClosed ? false : $0.isDirty ? true : nil }) {
      sync()
      sleep(1)
    }
  }

  private func sync() {
    guard
      state.withLock({ state in
        defer { state.isDirty = false }
        return state.isDirty
      })
    else { return }
    let code = fsync(file.descriptor.number) == 0 ? 0 : errno
    // What can't be synced, as a pipe, is nothing to be synced.
    guard code != 0, code != EINVAL, code != EROFS else { return }
    state.withLock { $0.error = $0.error == 0 ? code : $0.error }
  }
}
