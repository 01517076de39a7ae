import Glibc
import Thumbnails
import WorkerFarm

/// Which records of an earlier run need not be done again.
struct EarlierRun {
  private struct Entry {
    var hash: UInt64
    var isDone: Bool
  }

  private var entries: [Int: Entry] = [:]
  private let redoesFailed: Bool

  init(redoesFailed: Bool = false) { self.redoesFailed = redoesFailed }

  var isEmpty: Bool { entries.isEmpty }

  enum Verdict {
    case new, skip
    /// At its place in the log stands another one.
    case changed
  }

  func verdict(on record: Record) -> Verdict {
    guard let entry = entries[record.number] else { return .new }
    guard entry.hash == record.hash else { return .changed }
    return entry.isDone || !redoesFailed ? .skip : .new
  }

  /// Takes in a line of the log; the last one about a record counts. False if it isn't one.
  mutating func add(_ line: ArraySlice<UInt8>) -> Bool {
    let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 8, let number = Int(fields[0]), number > 0,
      let hash = UInt64(fields[1], radix: 16), let status = JobLog.Status(rawValue: fields[6])
    else { return false }
    entries[number] = Entry(hash: hash, isDone: status == .done)
    return true
  }
}

extension JobLog {
  enum Mode {
    case new, resume, resumeFailed
  }

  /// Opens a log, and reads what an earlier run left in it.
  ///
  /// - Throws: ``UsageError`` if it can't be written, is used by another run, isn't a log, or would be overwritten.
  static func open(_ path: BytePath, mode: Mode) throws(UsageError) -> (JobLog, EarlierRun) {
    let number = path.withCString { Glibc.open($0, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard number >= 0 else { throw complaint(path, errno) }
    let file = SharedDescriptor(owning: number)
    if flock(number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      throw UsageError(description: "\(path): another run is writing it")
    }
    var earlier = EarlierRun(redoesFailed: mode == .resumeFailed)
    let size = try read(path, number, mode: mode, into: &earlier)
    if size == 0, case let code = Console.errorWriting(header, to: number), code != 0 {
      throw complaint(path, code)
    }
    return (JobLog(path: path, file: file), earlier)
  }

  private static func complaint(_ path: BytePath, _ code: Int32) -> UsageError {
    UsageError(description: "\(path): \(String(cString: strerror(code)))")
  }

  /// Reads line by line. A last line that a crash cut short is cut off.
  ///
  /// - Returns: how many bytes the whole lines have.
  private static func read(
    _ path: BytePath, _ number: Int32, mode: Mode, into earlier: inout EarlierRun
  ) throws(UsageError) -> Int {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var (size, lines) = (0, 0)
    while true {
      let count = Glibc.read(number, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw complaint(path, errno) }
      if count == 0 { break }
      if mode == .new { throw UsageError(description: exists(path)) }
      rest += buffer[..<count]
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      for line in rest[...end].dropLast().split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      {
        lines += 1
        let isRight = lines == 1 ? line.elementsEqual(header.utf8.dropLast()) : earlier.add(line)
        guard isRight else {
          throw UsageError(description: "\(path): line \(lines) isn't a job log's")
        }
      }
      size += end + 1
      rest.removeFirst(end + 1)
    }
    if !rest.isEmpty && ftruncate(number, off_t(size)) != 0 { throw complaint(path, errno) }
    return size
  }

  private static func exists(_ path: BytePath) -> String {
    "\(path): there's something in it already; --resume goes on with it, or remove it"
  }
}
