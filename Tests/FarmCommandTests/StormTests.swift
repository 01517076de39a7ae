import Glibc
import Testing
import Thumbnails

/// Thousands of pictures while processes are being killed: nothing is lost, no byte changes.
@Suite struct StormTests {
  private static let count = 6000

  private let tree = Tree()

  init() {
    for seed in 0..<Self.count {
      tree.write(BytePath("in/\(seed).jpg"), Pictures.jpeg(96, 72, seed: seed))
    }
  }

  @Test func `six thousand pictures survive whatever is killed`() throws {
    let calm = start(into: "calm").wait()
    #expect(calm.status == 0, "\(calm.errorText)")
    #expect(try calm.pictures.map(\.status) == Array(repeating: "made", count: Self.count))
    let reference = tree.contents(of: "calm")
    #expect(reference.count == Self.count)
    #expect(Set(reference.values).count == Self.count, "every picture has a thumbnail of its own")
    try killWorkers(reference)
    try killCoordinator(reference)
    try killCoordinatorThatReplaces(reference)
  }

  private func start(into output: BytePath, _ options: BytePath...) -> RunningCommand {
    Command(
      arguments: [farmPath, "thumbs", "-j4", "-s16", "--json", tree["in"], "-o", tree[output]]
        + options
    ).start()
  }

  /// Every 50 ms a random worker, as long as pictures are finished meanwhile.
  private func killWorkers(_ reference: [BytePath: [UInt8]]) throws {
    let running = start(into: "storm")
    var random = SeededRandom(state: 5)
    var (victims, size) = (0, 0)
    while !running.hasEnded {
      usleep(50_000)
      guard running.outputSize > size, let victim = running.workers.randomElement(using: &random)
      else { continue }
      size = running.outputSize
      kill(victim, SIGKILL)
      victims += 1
    }
    let run = running.wait()
    #expect(victims > 10)
    let failed = try run.pictures.filter { $0.status == "failed" }
    #expect(run.status == (failed.isEmpty ? 0 : 1), "\(run.errorText)")
    for record in failed {
      #expect(record.error?.message == "worker killed by SIGKILL")
      #expect(record.attempts == 2)
    }
    let lost = failed.compactMap { $0.source?.split(separator: "/").last }
    #expect(run.errorLines.filter { $0.contains("killed by SIGKILL") }.count == lost.count)
    // One that was killed twice may have been killed after its file was whole and in its place.
    var expected = reference
    let storm = tree.contents(of: "storm")
    for name in lost.map({ BytePath("\($0).jpg") }) where storm[name] == nil {
      expected[name] = nil
    }
    #expect(differences(storm, expected).isEmpty)
    #expect(try run.pictures.count == Self.count)
  }

  private func killCoordinator(_ reference: [BytePath: [UInt8]]) throws {
    let running = start(into: "cut")
    try killMidway(running, doomed: "cut")
    let before = tree.stamps(in: "cut")
    #expect(before.count < Self.count)
    let rest = start(into: "cut").wait()
    #expect(rest.status == 0, "\(rest.errorText)")
    #expect(try rest.summary?.upToDate == before.count)
    #expect(try rest.summary?.made == Self.count - before.count)
    let after = tree.stamps(in: "cut")
    #expect(before.allSatisfy { after[$0.key] == $0.value })
    #expect(differences(tree.contents(of: "cut"), reference).isEmpty)
  }

  /// The files are there already, so that each is written beside its place first.
  private func killCoordinatorThatReplaces(_ reference: [BytePath: [UInt8]]) throws {
    try killMidway(start(into: "calm", "--force"), doomed: "calm")
    #expect(differences(tree.contents(of: "calm"), reference).isEmpty)
  }

  private func killMidway(_ running: RunningCommand, doomed: BytePath) throws {
    #expect(eventually { running.outputSize > 20_000 })
    let workers = running.workers
    #expect(!workers.isEmpty)
    running.send(SIGKILL)
    #expect(running.wait().ending == .signalled(SIGKILL))
    #expect(eventually { !workers.contains(where: Processes.isAlive) })
    #expect(tree.names(in: doomed).filter { $0.contains(".farm-") }.isEmpty)
  }

  /// The names under which two directories differ.
  private func differences(
    _ first: [BytePath: [UInt8]], _ second: [BytePath: [UInt8]]
  ) -> [BytePath] {
    Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }
  }
}
