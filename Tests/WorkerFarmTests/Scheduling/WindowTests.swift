import Testing

@testable import WorkerFarm

@Suite struct WindowTests {
  @Test func `room ends with the last job that fits`() {
    var window = Window(jobs: 3, bytes: 1000)
    for left in [2, 1, 0] {
      window.admit(jobs: 1, bytes: 10)
      #expect(window.room == left)
    }
    window.release(jobs: 1, bytes: 0)
    #expect(window.room == 1)
  }

  @Test func `one job may go over the bound in bytes, and no second one`() {
    var window = Window(jobs: 10, bytes: 100)
    window.admit(jobs: 1, bytes: 99)
    #expect(window.room == 9 && window.byteRoom == 1)
    window.admit(jobs: 1, bytes: 5000)
    #expect(window.room == 0 && window.byteRoom == 0)
  }

  @Test func `an empty window takes a job of any size`() {
    var window = Window(jobs: 4, bytes: 1)
    #expect(window.room == 4 && window.byteRoom == 1)
    window.admit(jobs: 1, bytes: 0)
    #expect(window.room == 3)
  }

  @Test func `only results make it overfull`() {
    var window = Window(jobs: 10, bytes: 100)
    window.admit(jobs: 1, bytes: 500)
    #expect(!window.isOverfull)
    window.replace(input: 500, byResult: 99)
    #expect(!window.isOverfull && window.liveBytes == 99)
    window.admit(jobs: 1, bytes: 0)
    window.replace(input: 0, byResult: 1)
    #expect(window.isOverfull && window.room == 0)
    window.release(jobs: 1, bytes: 1)
    #expect(!window.isOverfull && window.room == 9)
  }

  @Test(arguments: [0, -5]) func `there's no window without room for one job`(size: Int) {
    #expect(Window(jobs: size, bytes: size).room == 1)
  }
}

@Suite struct PaceTests {
  @Test func `before the first reply two jobs are kept in flight`() {
    #expect(Pace().depth == 2)
  }

  @Test(
    arguments: [
      (1_000_000_000, 2), (500_001, 2), (250_000, 4), (1000, 1000), (1, 4096), (0, 4096),
    ] as [(UInt64, Int)])
  func `the depth follows the length of a job`(jobTime: UInt64, depth: Int) {
    var pace = Pace()
    pace.note(count: 1, elapsed: jobTime)
    #expect(pace.depth == depth)
  }

  @Test func `a batch counts by its mean`() {
    var pace = Pace()
    pace.note(count: 100, elapsed: 1_000_000)
    #expect(pace.jobTime == 10_000)
  }

  @Test func `longer jobs count at once, shorter ones by and by`() {
    var pace = Pace()
    pace.note(count: 1, elapsed: 1000)
    pace.note(count: 1, elapsed: 9000)
    #expect(pace.jobTime == 5000)
    pace.note(count: 1, elapsed: 1000)
    #expect(pace.jobTime == 4500)
  }

  @Test func `an absurd time doesn't overflow`() {
    var pace = Pace()
    pace.note(count: 1, elapsed: .max)
    pace.note(count: 0, elapsed: .max)
    #expect(pace.depth == 2)
  }
}
