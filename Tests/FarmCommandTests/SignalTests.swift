import Glibc
import Testing
import Thumbnails

/// How a run is ended from outside.
@Suite struct SignalTests {
  private static let count = 600

  /// Enough pictures that a run is still going when it's interrupted.
  private func makeTree() -> Tree {
    let tree = Tree()
    for seed in 0..<Self.count {
      tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(60, 60, seed: seed))
    }
    return tree
  }

  private static func arguments(_ tree: Tree) -> [BytePath] {
    ["thumbs", "-j2", "-s16", "--json", tree["in"], "-o", tree["out"]]
  }

  private func start(_ tree: Tree) -> RunningCommand {
    Command(
      arguments: [farmPath] + Self.arguments(tree)
    ).start()
  }

  /// Waits until there are results.
  private func waitForRecords(_ running: RunningCommand) {
    #expect(eventually { running.outputSize > 0 })
  }

  /// Nothing half done lies about, and a further run does what is missing and no more.
  private func checkRest(_ tree: Tree) throws {
    let before = tree.stamps(in: "out")
    #expect(tree.names(in: "out").allSatisfy { !$0.contains(".farm-") })
    let rest = Command(arguments: [farmPath] + Self.arguments(tree)).run()
    #expect(rest.status == 0, "\(rest.errorText)")
    #expect(try rest.summary?.upToDate == before.count)
    #expect(try rest.summary?.made == Self.count - before.count)
    let after = tree.stamps(in: "out")
    #expect(after.count == Self.count)
    #expect(before.allSatisfy { after[$0.key] == $0.value })
    #expect(tree.contents(of: "out").values.allSatisfy { ImageHeader($0) != nil })
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `a signal lets what is under way be finished, then ends the run`(signal: Int32) throws {
    let tree = makeTree()
    let running = start(tree)
    waitForRecords(running)
    running.send(signal)
    let run = running.wait()
    #expect(run.ending == .signalled(signal), "\(run.errorText)")
    let summary = try #require(try run.summary)
    let made = try #require(summary.made)
    #expect(made == tree.files(in: "out").count)
    #expect(made > 0 && made < Self.count)
    #expect(summary.failed == 0)
    #expect(run.errorLines.last?.hasPrefix("\(made) done, 0 failed") == true, "\(run.errorText)")
    #expect(run.errorText.contains("^C again kills them") == (signal == SIGINT))
    try checkRest(tree)
  }

  @Test func `a second ^C kills what is under way`() throws {
    let tree = makeTree()
    let running = start(tree)
    waitForRecords(running)
    // A worker that never ends: without the second signal the run wouldn't either.
    let workers = running.workers
    #expect(!workers.isEmpty)
    for worker in workers { kill(worker, SIGSTOP) }
    running.send(SIGINT)
    #expect(eventually { running.errorsSoFar.contains("^C again kills them") })
    running.send(SIGINT)
    let run = running.wait()
    #expect(run.ending == .signalled(SIGINT), "\(run.errorText)")
    #expect(eventually { !workers.contains(where: Processes.isAlive) })
    #expect(try run.summary?.failed == 0, "\(run.errorText)")
    try checkRest(tree)
  }

  @Test func `SIGTERM doesn't wait for ever`() throws {
    let tree = makeTree()
    let running = start(tree)
    waitForRecords(running)
    let workers = running.workers
    for worker in workers { kill(worker, SIGSTOP) }
    running.send(SIGTERM)
    let run = running.wait()
    #expect(run.ending == .signalled(SIGTERM), "\(run.errorText)")
    #expect(eventually { !workers.contains(where: Processes.isAlive) })
    try checkRest(tree)
  }

  @Test func `who has been told to ignore a signal ignores it`() throws {
    let tree = makeTree()
    let running = Command(
      arguments: ["nohup", farmPath] + Self.arguments(tree)
    ).start()
    waitForRecords(running)
    running.send(SIGHUP)
    let run = running.wait()
    #expect(run.status == 0, "\(run.errorText)")
    #expect(tree.files(in: "out").count == Self.count)
  }

  @Test func `a signal while the walk looks for a first picture ends it`() throws {
    let tree = Tree()
    for number in 0..<20_000 { tree.write(BytePath("in/\(number % 60)/\(number).txt"), [0]) }
    // A walk may end before the signal comes, but hardly five times.
    let endings = (0..<5).map { _ in
      let running = start(tree)
      #expect(eventually { tree.exists("out") || running.hasEnded })
      running.send(SIGTERM)
      let run = running.wait()
      #expect(!tree.exists("out"))
      return run.ending
    }
    #expect(endings.contains(.signalled(SIGTERM)), "\(endings)")
  }
}
