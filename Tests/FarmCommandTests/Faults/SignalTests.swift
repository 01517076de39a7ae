import Glibc
import Testing
import Thumbnails

/// Rows C1 to C3: how a run is ended from outside, by a person, by the system, or by force.
@Suite struct SignalTests {
  private static let count = 300

  /// Enough pictures that a run is still going when it's interrupted.
  private let tree = FaultTree(Self.count, side: 60)

  /// Nothing half done lies about, and a further run does what is missing and no more.
  private func check(_ run: Finished) throws {
    try tree.check(run)
    let before = tree.tree.stamps(in: "out")
    let rest = tree.run()
    try tree.check(rest)
    #expect(rest.status == 0, "\(rest.errorText)")
    #expect(try rest.summary?.upToDate == before.count)
    #expect(try rest.summary?.made == Self.count - before.count)
    let after = tree.tree.stamps(in: "out")
    #expect(after.count == Self.count)
    #expect(before.allSatisfy { after[$0.key] == $0.value })
  }

  /// A run that has begun to give records.
  private func started(behind prefix: [BytePath] = []) -> RunningCommand {
    let running = tree.start(behind: prefix)
    #expect(eventually { running.outputSize > 0 })
    return running
  }

  private func terminal() throws -> Terminal {
    let terminal = try #require(Terminal(tree.arguments()))
    #expect(eventually { !terminal.text.isEmpty && terminal.command.outputSize > 0 })
    return terminal
  }

  /// The summary is whole, and says what became of the pictures.
  private func checkSummary(_ run: Finished, lastLine: String?) throws {
    let made = try #require(try run.summary?.made)
    #expect(made > 0 && made < Self.count)
    #expect(try run.summary?.failed == 0)
    #expect(lastLine?.hasPrefix("\(made) done, 0 failed, 0 skipped") == true, "\(lastLine ?? "")")
  }

  @Test func `C1 ^C once, typed: what is under way is finished, told, and the run dies of it`()
    throws
  {
    let terminal = try terminal()
    terminal.typeInterrupt()
    let run = terminal.wait()
    #expect(run.ending == .signalled(SIGINT), "\(terminal.text)")
    #expect(terminal.text.contains("finishing the pictures under way; ^C again kills them"))
    try checkSummary(run, lastLine: terminal.lines.last)
    // The terminal's signal goes to its foreground group, where no worker is.
    #expect(try run.pictures.allSatisfy { $0.status == "cancelled" || $0.attempts == 1 })
    try check(run)
  }

  @Test func `C1 ^C twice, typed: what is under way is killed`() throws {
    let terminal = try terminal()
    // Workers that never end: without the second ^C the run wouldn't either.
    let workers = terminal.command.workers
    #expect(!workers.isEmpty)
    for worker in workers { kill(worker, SIGSTOP) }
    terminal.typeInterrupt()
    #expect(eventually { terminal.text.contains("^C again kills them") })
    terminal.typeInterrupt()
    let run = terminal.wait()
    #expect(run.ending == .signalled(SIGINT), "\(terminal.text)")
    #expect(try run.summary?.failed == 0)
    let made = try run.summary?.made ?? -1
    #expect(terminal.lines.last?.hasPrefix("\(made) done, 0 failed, ") == true, "\(terminal.lines)")
    try check(run)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `C1 C2 a signal lets what is under way be finished, then ends the run`(
    signal: Int32
  ) throws {
    let running = started()
    running.send(signal)
    let run = running.wait()
    #expect(run.ending == .signalled(signal), "\(run.errorText)")
    try checkSummary(run, lastLine: run.errorLines.last.map(String.init))
    #expect(run.errorText.contains("^C again kills them") == (signal == SIGINT))
    try check(run)
  }

  @Test func `C2 SIGTERM doesn't wait for ever`() throws {
    let running = started()
    for worker in running.workers { kill(worker, SIGSTOP) }
    running.send(SIGTERM)
    let run = running.wait()
    #expect(run.ending == .signalled(SIGTERM), "\(run.errorText)")
    try check(run)
  }

  @Test func `C2 who has been told to ignore a signal ignores it`() throws {
    let running = started(behind: ["nohup"])
    running.send(SIGHUP)
    let run = running.wait()
    #expect(run.status == 0, "\(run.errorText)")
    try tree.check(run)
  }

  @Test func `C2 a signal while the walk looks for a first picture ends it`() throws {
    let tree = Tree()
    for number in 0..<8000 { tree.write(BytePath("in/\(number % 60)/\(number).txt"), [0]) }
    // A walk may end before the signal comes, but hardly five times.
    let endings = (0..<5).map { _ in
      let running = Command(
        arguments: [farmPath, "thumbs", tree["in"], "-o", tree["out"]]
      ).start()
      #expect(eventually { tree.exists("out") || running.hasEnded })
      running.send(SIGTERM)
      let run = running.wait()
      #expect(!tree.exists("out"))
      return run.ending
    }
    #expect(endings.contains(.signalled(SIGTERM)), "\(endings)")
  }

  @Test func `C3 SIGKILL of the coordinator takes the workers with it, and loses no whole file`()
    throws
  {
    let running = started()
    running.send(SIGKILL)
    let run = running.wait()
    #expect(run.ending == .signalled(SIGKILL))
    #expect(tree.tree.files(in: "out").count < Self.count)
    try check(run)
  }

  /// The files are there already, so that each is written beside its place first.
  @Test func `C3 SIGKILL of a coordinator that replaces files leaves each old or new`() throws {
    #expect(tree.run().status == 0)
    for _ in 0..<3 {
      let running = tree.start(["--force"])
      #expect(eventually { running.outputSize > 0 })
      running.send(SIGKILL)
      let run = running.wait()
      #expect(run.ending == .signalled(SIGKILL))
      #expect(tree.tree.files(in: "out").count == Self.count)
      try tree.check(run)
    }
  }
}
