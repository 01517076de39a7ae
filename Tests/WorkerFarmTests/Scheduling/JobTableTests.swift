import Testing

@testable import WorkerFarm

@Suite struct JobTableTests {
  @Test func `an id finds its job until the job is removed`() {
    var table = JobTable()
    let ids = (0..<100).map { table.insert(JobEntry(stream: 1, index: $0, size: $0)) }
    for (index, id) in ids.enumerated() { #expect(table[id].index == index) }
    #expect(table.count == 100)
    table.remove(ids[50])
    #expect(!table.contains(ids[50]) && table.contains(ids[49]) && table.count == 99)
  }

  @Test func `a slot is used again only once the actions were taken, and under another id`() {
    var table = JobTable()
    let first = table.insert(JobEntry(stream: 1, index: 0, size: 0))
    table.remove(first)
    let second = table.insert(JobEntry(stream: 1, index: 1, size: 0))
    #expect(second.slot != first.slot)
    table.reuseReleased()
    let third = table.insert(JobEntry(stream: 1, index: 2, size: 0))
    #expect(third.slot == first.slot && third != first)
    #expect(!table.contains(first) && table[third].index == 2)
  }

  @Test func `no job is called zero`() {
    var table = JobTable()
    #expect(table.insert(JobEntry(stream: 1, index: 0, size: 0)).rawValue != 0)
    #expect(!table.contains(JobID(rawValue: 0)))
  }

  @Test(arguments: [(1, 0), (7, 12), (.max, 0), (.max, 4_294_967_295)] as [(UInt32, Int)])
  func `an id is made of a generation and a slot`(generation: UInt32, slot: Int) {
    let id = JobID(generation: generation, slot: slot)
    #expect(id.generation == generation && id.slot == slot)
  }
}
