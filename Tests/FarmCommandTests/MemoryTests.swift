import Glibc
import TestJobs
import Testing
import Thumbnails

/// `--memory`: what all workers together may take.
@Suite struct MemoryTests {
  /// Of these, two workers and the coordinator have 30 for themselves.
  private static let limit = 110 << 20

  @Test(.disabled(if: Sanitizer.isOn, "its own memory is measured as well"))
  func `giants wait until there is room, and order, memory and the others don't suffer`()
    throws
  {
    let tree = Tree()
    for seed in 0..<60 { tree.write(BytePath("in/\(seed + 20).jpg"), Pictures.jpeg(seed: seed)) }
    // Progressive: three bytes a pixel are held. More than a worker's share, and more than all.
    tree.write("in/30-giant.jpg", Pictures.jpeg(4000, 3600, isProgressive: true))
    tree.write("in/31-hopeless.jpg", Pictures.jpeg(6400, 5200, isProgressive: true))
    tree.write("in/50-giant.png", Pictures.png(4000, 3600, isInterlaced: true))
    // An ordinary user can't look into a sandboxed worker, so as one this measures others.
    let sandbox: BytePath = geteuid() == 0 ? "try" : "off"
    let running = Command(
      arguments: [
        farmPath, "thumbs", "-j2", "--memory", "110M", "--json", "-s64", "--sandbox", sandbox,
        tree["in"],
      ]
    ).start()
    var most = 0
    while !running.hasEnded {
      let processes = running.workers + [running.pid]
      most = max(most, processes.reduce(0) { $0 + (Processes.proportionalMemory(of: $1) ?? 0) })
      usleep(2000)
    }
    let run = running.wait()
    #expect(run.status == 1, "\(run)")
    let sources = try run.pictures.compactMap(\.source)
    #expect(sources == sources.sorted())
    let failed = try run.pictures.filter { $0.status == "failed" }
    #expect(failed.compactMap(\.source) == ["\(tree["in/31-hopeless.jpg"])"])
    #expect(failed.first?.error?.kind == "memoryLimit")
    #expect(
      run.errorText.contains(
        "31-hopeless.jpg: needs 1") && run.errorText.contains("more than the 80M that --memory"),
      "\(run.errorText)")
    #expect(try run.summary?.made == 62)
    #expect(try run.pictures.allSatisfy { $0.attempts == 1 })
    #expect(most > 30 << 20 && most <= Self.limit, "\(most)")
  }

  @Test func `too little memory for the workers is refused with what they need`() throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let run = farm("thumbs", "-j8", "--memory", "100M", tree.path)
    #expect(run.status == 2, "\(run)")
    #expect(
      run.errorText.contains("--memory 100M is too little for 8 workers, which need 330M"), "\(run)"
    )
    #expect(!tree.exists("thumbs"))
  }

  @Test(arguments: ["1%", "100%", "5G", "3000M", "9999999K"])
  func `a share, or an amount, is enough for one picture`(memory: String) {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    #expect(farm("thumbs", "-j2", "--memory", BytePath(memory), tree.path).status == 0)
  }
}
