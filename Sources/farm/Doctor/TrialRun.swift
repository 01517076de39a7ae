import Glibc
import Thumbnails
import WorkerFarm

/// A worker that makes one thumbnail, from its start to its file.
struct TrialRun {
  /// A grey pixel: the smallest PNG there is.
  private static let picture: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
    + [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55]
    + [0, 0, 0, 10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81]
    + [0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]

  func findings() -> [Finding] {
    let directory: TemporaryDirectory
    do throws(UsageError) {
      directory = try TemporaryDirectory(for: "doctor")
    } catch {
      return [Finding(name: "worker", isWell: false, detail: "\(error)")]
    }
    defer { directory.remove() }
    let source = directory.path.appending("pixel.png")
    guard write(Self.picture, to: source) else {
      let reason = String(cString: strerror(errno))
      return [Finding(name: "worker", isWell: false, detail: "can't write \(source): \(reason)")]
    }
    return run(source, stem: directory.path.appending("thumbnail"), in: directory.path)
  }

  private func run(_ source: BytePath, stem: BytePath, in directory: BytePath) -> [Finding] {
    let policy = SandboxPolicy.files(
      read: [SandboxPolicy.Path(source.bytes)], write: [SandboxPolicy.Path(directory.bytes)]
    ).enforced(.try)
    var configuration = PoolConfiguration(workers: 1)
    configuration.sandbox = policy
    let job = ThumbnailJob(source: source, stem: stem, options: ThumbnailOptions(size: .standard))
    do {
      let start = ContinuousClock.now
      let pool = try WorkerPool(configuration)
      defer { pool.shutdownBlocking() }
      let results = try pool.mapBlocking([ScannedPicture.picture(job)])
      let elapsed = ContinuousClock.now - start
      return [worker(results.first, elapsed), sandbox(policy, pool.sandboxReport)]
    } catch {
      return [Finding(name: "worker", isWell: false, detail: "\(error)")]
    }
  }

  private func worker(_ result: ThumbnailJob.Result?, _ elapsed: Duration) -> Finding {
    let milliseconds = "\((elapsed.milliseconds * 10).rounded() / 10)"
    if case .made = result {
      return Finding(
        name: "worker", value: milliseconds, detail: "its first thumbnail took \(milliseconds) ms")
    }
    var reason = "no result"
    if case .failed(let failure) = result { reason = failure.message }
    return Finding(name: "worker", isWell: false, detail: "made no thumbnail: \(reason)")
  }

  private func sandbox(_ policy: SandboxPolicy, _ report: SandboxReport?) -> Finding {
    guard let report else {
      return Finding(name: "sandbox", isWell: false, detail: "the worker said nothing of it")
    }
    let inForce = report.inForce.sorted().map(\.name).joined(separator: ", ")
    return Finding(
      name: "sandbox", isWell: report.fulfils(policy),
      value: report.fulfils(policy) ? "complete" : "incomplete",
      detail: (["in force: \(inForce.isEmpty ? "nothing" : inForce)"] + report.problems)
        .joined(separator: "; "))
  }

  private func write(_ bytes: [UInt8], to path: BytePath) -> Bool {
    let number = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    guard number >= 0 else { return false }
    defer { close(number) }
    return Glibc.write(number, bytes, bytes.count) == bytes.count
  }
}
