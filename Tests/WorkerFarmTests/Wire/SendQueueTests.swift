import Testing

@testable import WorkerFarm

@Suite struct SendQueueTests {
  /// What a queue and its reader should have in common.
  private struct Traffic: ~Copyable {
    var queue = SendQueue()
    var expected = ByteWriter()
    private var nextID: UInt64 = 1

    /// One job in a frame of its own.
    mutating func send(_ layout: Layout) throws {
      let records = try records([layout])
      queue.append(records, type: 3, id: JobID(rawValue: nextID))
      expected.writeFrame(.job, type: 3, id: nextID) { $0.copy(all: layout.arrays()) }
      nextID += 1
    }

    /// Several in one frame.
    mutating func send(several layouts: [Layout]) throws {
      queue.append(try records(layouts), type: 4, firstID: JobID(rawValue: nextID))
      expected.writeFrame(.jobs, type: 4, id: nextID) { payload in
        for layout in layouts {
          payload.write(UInt32(layout.sizes.reduce(0, +)))
          payload.copy(all: layout.arrays())
        }
      }
      nextID += UInt64(layouts.count)
    }

    /// What isn't a job.
    mutating func sendOther() {
      queue.writer.writeFrame(.memory) { $0.write(UInt64(1)) }
      expected.writeFrame(.memory) { $0.write(UInt64(1)) }
    }

    private func records(_ layouts: [Layout]) throws -> Records {
      var writer = RecordWriter()
      for layout in layouts {
        writer.open()
        writer.writer.write(all: layout.arrays())
        writer.close()
      }
      let taken = writer.take()
      return try #require(taken)
    }
  }

  /// However little the reader takes, a piece goes on where it was left.
  @Test(arguments: [4096, 256 << 10] as [Int32], [977, 70_000, 1 << 20])
  func
    `the frames are those that would be without kept arrays`(capacity: Int32, chunk: Int) throws
  {
    var traffic = Traffic()
    for layout in Layout.all {
      try traffic.send(layout)
      traffic.sendOther()
      try traffic.send(several: [Layout(sizes: [1]), Layout(sizes: [0]), layout])
      try traffic.send(Layout(sizes: [8]))
    }
    let expected = traffic.expected.bytes

    let pipe = try Pipe(capacity: capacity)
    try pipe.writer.makeNonblocking()
    try pipe.reader.makeNonblocking()
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 1)
    defer { space.deallocate() }
    var read: [UInt8] = []
    var isOpen = true
    while read.count < expected.count && isOpen {
      isOpen = try traffic.queue.flush(to: pipe.writer)
      if case .bytes(let count) = try pipe.reader.read(into: space) { read += space[..<count] }
    }
    #expect(isOpen && read == expected)
    #expect(traffic.queue.isEmpty && traffic.queue.bytesWritten == expected.count)
  }

  @Test func `a reader who goes within a kept array is noticed`() throws {
    var traffic = Traffic()
    try traffic.send(Layout(sizes: [3, 1 << 20, 4]))
    let pipe = try Pipe(capacity: 4096)
    try pipe.writer.makeNonblocking()
    let ends = pipe.ends()
    let writer = Descriptor(owning: ends.writer)
    let isOpenAtFirst = try traffic.queue.flush(to: writer)
    _ = Descriptor(owning: ends.reader)
    let isOpenAtLast = try traffic.queue.flush(to: writer)
    #expect(isOpenAtFirst && !isOpenAtLast && !traffic.queue.isEmpty)
  }
}
