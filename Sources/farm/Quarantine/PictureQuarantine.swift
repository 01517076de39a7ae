import Glibc
import Thumbnails
import WorkerFarm

/// Pictures that killed their workers twice in an earlier run, and what this run adds to them.
///
/// Who decides: an earlier run's coordinator wrote the entries; this one finds, by its size, a picture that may be one of
/// them, and gives its job the digests in question; the worker, which reads the picture anyway, hashes it and says which it
/// is. So without entries nothing is looked at, and with them only pictures of an entry's size are hashed.
final class PictureQuarantine {
  private struct Known {
    var digest: ContentDigest
    var reason: String
    /// Whether this tool was the victim, and the picture isn't to be tried.
    var isInForce: Bool
    var directory: QuarantineDirectory
  }

  private let outputs: [BytePath]
  private let start = FileTime.now
  private let warn: (String) -> Void
  private var known: [Int: [Known]] = [:]
  /// Whether any picture may have to be left out, and whether any may be released.
  private var (isInForce, canRelease) = (false, false)
  private var hasWarned = false

  /// Reads what the outputs have.
  ///
  /// - Parameters:
  ///   - isIgnored: pictures are tried all the same, and released where that goes well.
  ///   - warn: told, once, that something can't be remembered.
  init(of plan: OutputPlan, isIgnored: Bool, warn: @escaping (String) -> Void) {
    self.warn = warn
    outputs = Array(Set(plan.roots.map(\.output)))
    for output in outputs { read(output, isIgnored: isIgnored) }
  }

  private func read(_ output: BytePath, isIgnored: Bool) {
    do throws(FileFault) {
      guard let directory = try QuarantineDirectory.open(in: output) else { return }
      for (digest, entry) in try directory.entries() {
        let applies = !isIgnored && entry.tool == QuarantineEntry.currentTool
        known[entry.bytes, default: []].append(
          Known(
            digest: digest, reason: entry.reason, isInForce: applies, directory: directory))
        if applies { isInForce = true } else { canRelease = true }
      }
    } catch {
      complain(output, error)
    }
  }

  /// What a picture's job has to look for.
  func suspects(_ source: BytePath) -> [ContentDigest] {
    guard isInForce, let entries = entries(for: source) else { return [] }
    let digests = Set(entries.filter(\.isInForce).map(\.digest))
    return Array(digests.prefix(ThumbnailJob.mostQuarantined))
  }

  private func entries(for source: BytePath) -> [Known]? {
    var status = stat()
    guard source.withCString({ stat($0, &status) }) == 0 else { return nil }
    return known[Int(status.st_size)]
  }

  /// Why a picture wasn't tried.
  func reason(against digest: ContentDigest) -> String {
    let reason = known.values.joined().first { $0.digest == digest && $0.isInForce }?.reason
    return "killed its worker twice" + (reason.map { " (\($0))" } ?? "")
      + "; --retry-quarantined tries again"
  }

  /// Learns from a job's end: takes its picture in, or lets it go.
  func note(_ job: ThumbnailJob, _ result: Result<ThumbnailJob.Result, JobFailure>, attempts: Int) {
    switch result {
    case .failure(let failure):
      guard attempts > 1, let reason = Self.deed(failure) else { return }
      takeIn(job, reason)
    case .success(.made), .success(.failed):
      // It was read, and whoever read it lives.
      if attempts > 0 && canRelease { release(job.source) }
    case .success: break
    }
  }

  /// What a picture can have done to its worker; nil for what befalls one from outside, and for a lack of time or memory.
  ///
  /// SIGKILL is sent by an operator, or by a system that is short of memory, and SIGTERM and its kin by somebody: a healthy
  /// picture that is hit by them twice shall be made in the next run, without anybody's help.
  private static func deed(_ failure: JobFailure) -> String? {
    switch failure {
    case .crashed(.signalled(let number), _):
      let own = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]
      return own.contains(number) ? Termination.signalName(number) : nil
    case .crashed(let termination, _): return "it \(termination)"
    case .protocolViolation(let error): return "it sent \(error)"
    default: return nil
    }
  }

  private func takeIn(_ job: ThumbnailJob, _ reason: String) {
    do throws(FileFault) {
      // A file that has changed meanwhile isn't the one that did it, or may not be.
      guard
        let (digest, bytes) = try ContentDigest.ofFile(at: job.source, unchangedSince: start),
        let output = output(of: job)
      else { return }
      try QuarantineDirectory.make(in: output).write(
        QuarantineEntry(digest, bytes: bytes, reason: reason, source: job.source))
    } catch {
      complain(job.source, error)
    }
  }

  /// The output directory that the job's thumbnails lie in or below.
  private func output(of job: ThumbnailJob) -> BytePath? {
    outputs.filter { job.stem.bytes.starts(with: $0.appending("").bytes) }
      .max { $0.bytes.count < $1.bytes.count }
  }

  private func release(_ source: BytePath) {
    guard let tried = entries(for: source)?.filter({ !$0.isInForce }), !tried.isEmpty,
      let (digest, _) = try? ContentDigest.ofFile(at: source, unchangedSince: start)
    else { return }
    for entry in tried where entry.digest == digest { entry.directory.remove(digest) }
  }

  private func complain(_ path: BytePath, _ fault: FileFault) {
    if hasWarned { return }
    hasWarned = true
    warn("\(path): the quarantine can't be kept: \(fault)")
  }
}
