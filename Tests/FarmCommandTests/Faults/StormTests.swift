import Glibc
import Testing
import Thumbnails

/// Row W1 at its worst.
@Suite struct StormTests {
  @Test func `W1 a storm of kills loses nothing, changes no byte and leaks no descriptor`() throws {
    let tree = FaultTree(1500, side: 60, options: ["-j4"])
    let running = tree.start()
    var random = SeededRandom(state: 5)
    var (victims, size, descriptors) = (0, 0, 0)
    while !running.hasEnded {
      usleep(20_000)
      descriptors = max(descriptors, Processes.descriptorCount(of: running.pid) ?? 0)
      // As long as pictures are finished meanwhile: else no farm could go on.
      guard running.outputSize > size, let victim = running.workers.randomElement(using: &random)
      else { continue }
      size = running.outputSize
      kill(victim, SIGKILL)
      victims += 1
    }
    let run = running.wait()
    try tree.check(run)
    #expect(run.isComplete, "\(run.errorText)")
    for record in try run.failures.values {
      #expect(record.error?.message == "worker killed by SIGKILL")
      #expect(record.attempts == 2)
    }
    // (f) Four workers have four each, and one that is being started nine.
    #expect(victims > 4 && descriptors < 40, "\(victims) victims, \(descriptors) descriptors")
  }
}
