import Glibc
import Testing
import Thumbnails

/// Rows W1 to W15 as the command shows them: what a picture may do to its worker. The library's own tests
/// are in `WorkerFarmTests/Faults`.
@Suite(.needsShim) struct WorkerFaultTests {
  /// Runs a picture that does to its worker what its name says, among others.
  private func run(
    _ way: String, _ more: [BytePath] = [], once: Bool = false
  ) throws -> Finished {
    // In the sandbox a worker couldn't do the half of it.
    let tree = FaultTree(options: ["-j2", "--sandbox", "off"])
    // Sorted between the numbers and the subdirectory: some are done by then, some in flight behind it.
    tree.add(BytePath("poison-\(once ? "once-" : "")\(way).jpg"), Pictures.jpeg(seed: 99))
    let variables = once ? ["FAULT_ONCE": "\(tree.tree.directory("marks"))"] : [:]
    let run = tree.run(more, environment: Shim.environment(variables))
    try tree.check(run)
    return run
  }

  /// The picture fails alone, for a reason, having been tried so often.
  private func expectFailure(
    _ way: String, _ reason: String, attempts: Int = 2, _ more: BytePath...
  ) throws {
    let run = try run(way, more)
    #expect(run.status == 1, "\(run)")
    let failures = try run.failures
    #expect(failures.keys.sorted() == ["poison-\(way).jpg"], "\(run)")
    let record = failures["poison-\(way).jpg"]
    #expect(record?.error?.message.contains(reason) == true, "\(run)")
    #expect(record?.attempts == attempts, "\(run)")
    // Who lay behind it in its worker's pipe hadn't begun.
    #expect(try run.pictures.count { ($0.attempts ?? 0) > 1 } == (attempts > 1 ? 1 : 0), "\(run)")
  }

  /// What happens once is made good.
  private func expectRetry(_ way: String) throws {
    let run = try run(way, once: true)
    #expect(run.status == 0, "\(run)")
    let picture = try run.pictures.first { $0.source?.contains("poison-once") == true }
    #expect(picture?.attempts == 2, "\(run)")
  }

  @Test func `W1 a killed worker's picture is tried again, and then fails by name`() throws {
    try expectRetry("kill")
    try expectFailure("kill", "worker killed by SIGKILL")
  }

  @Test func `W1 workers that all die, with nothing done in between, end the run with status 3`()
    throws
  {
    let tree = FaultTree()
    let run = tree.run(environment: Shim.environment(["FAULT_START": "kill"]))
    try tree.check(run)
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("workers died in a row"), "\(run)")
    #expect(
      run.errorLines.last?.hasPrefix("0 done, 0 failed, 0 skipped, 12 not ") == true, "\(run)")
  }

  @Test(arguments: [("segv", "SIGSEGV: about to touch"), ("ill", "SIGILL"), ("abort", "SIGABRT")])
  func `W2 a crash is named with its signal and last words, and charged to nobody else`(
    way: String, reason: String
  ) throws {
    try expectRetry(way)
    try expectFailure(way, "worker killed by \(reason)")
  }

  @Test(arguments: [("exit0", 0), ("exit7", 7)])
  func `W3 an end before the reply is a crash, whatever its status`(
    way: String, status: Int
  ) throws {
    try expectRetry(way)
    try expectFailure(way, "worker exited with status \(status)")
  }

  @Test func `W4 half a reply of a worker that dies is no reply`() throws {
    try expectRetry("half")
    try expectFailure("half", "worker killed by SIGKILL")
  }

  /// The seconds that a picture may take here: no other needs a hundredth of it.
  private static let limit: BytePath = "2"

  @Test(arguments: ["loop", "sleep"])
  func `W5 a picture that takes for ever is given up, once, and no other with it`(way: String)
    throws
  {
    try expectFailure(way, "timed out after 2 s", attempts: 1, "--timeout", Self.limit)
  }

  @Test func `W6 a worker that is stopped for good is one that takes for ever`() throws {
    try expectFailure("stop", "timed out after 2 s", attempts: 1, "--timeout", Self.limit)
  }

  @Test func `W6 workers that go on in time go on as if nothing had happened`() throws {
    let tree = FaultTree(60)
    let running = tree.start()
    #expect(eventually { running.outputSize > 0 })
    for _ in 0..<5 {
      let workers = running.workers
      for worker in workers { kill(worker, SIGSTOP) }
      usleep(20_000)
      for worker in workers { kill(worker, SIGCONT) }
    }
    let run = running.wait()
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
    #expect(try run.pictures.allSatisfy { $0.attempts == 1 }, "\(run)")
  }

  @Test(arguments: [("garbage", "W7"), ("huge", "W8"), ("unknown", "W10")])
  func `W7 W8 W10 a worker that breaks the wire format is killed, its picture tried again`(
    way: String, row: String
  ) throws {
    try expectRetry(way)
    try expectFailure(way, "worker sent a ")
  }

  @Test func `W9 half a reply and then silence is a picture that takes for ever`() throws {
    try expectFailure("silent", "timed out after 2 s", attempts: 1, "--timeout", Self.limit)
  }

  @Test func `W12 endless words on standard error disturb nobody`() throws {
    let run = try run("flood")
    #expect(run.status == 0, "\(run)")
    #expect(run.errorLines.count == 1, "\(run)")
  }

  @Test func `W12 of a flood's author the last words are told, in one line that commands nothing`()
    throws
  {
    try expectFailure("floodabort", "worker killed by SIGABRT: ")
    let run = try run("floodabort")
    let line = run.errorLines.first { $0.contains("floodabort.jpg: ") } ?? ""
    #expect(line.contains(#"\x1B[31mflood\x7"#) && line.utf8.count < 4000, "\(line)")
    #expect(!run.errors.contains { $0 < 0x20 && $0 != 0x0A }, "\(line)")
  }

  @Test func `W13 a picture that takes more memory than all may have dies of it alone`() throws {
    try expectFailure("leak", "no more memory for the leak", "--memory", "200M")
  }

  @Test func `W14 what a worker started goes with it, though it holds the pipe`() throws {
    try expectRetry("grandchild")
    try expectFailure("grandchild", "worker killed by SIGKILL")
  }

  @Test(arguments: [("exit0", "exited with status 0"), ("segv", "killed by SIGSEGV")])
  func `W15 workers that never say hello end the run with a reason`(
    way: String, reason: String
  ) throws {
    let tree = FaultTree()
    let run = tree.run(environment: Shim.environment(["FAULT_START": way]))
    try tree.check(run)
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("never said hello, and \(reason)"), "\(run)")
  }
}
