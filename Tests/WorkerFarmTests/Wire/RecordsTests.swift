import TestJobs
import Testing

@testable import WorkerFarm

@Suite struct RecordsTests {
  @Test(arguments: Layout.all, [0, 1, 3])
  func
    `a record is what was written, also behind small ones`(layout: Layout, before: Int) throws
  {
    let arrays = layout.arrays()
    var writer = RecordWriter()
    for size in 0..<before { writer.add([WholeFrame.pattern(size: size, start: 1)]) }
    let size = writer.add(arrays)
    #expect(writer.mustBeTaken == (layout.keptCount > 0))
    let taken = writer.take()
    var records = try #require(taken)

    let whole = Parcel(parts: arrays).whole
    #expect(size == whole.count && records.count == before + 1)
    #expect(records.bytes(of: before) == whole)
    #expect(records.byteCount == whole.count + (0..<before).reduce(0, +))
    #expect(records.wireSize == records.byteCount + 4 * records.count)
    let wire = records.wireBytes
    #expect(wire.count == records.wireSize && wire.suffix(whole.count) == whole[...])

    let small = records.splitOff(first: before)
    #expect(small.wireBytes + records.wireBytes == wire && small.byteCount < 4)
    for index in 0..<before { #expect(small.withRecord(index) { $0.count } == index) }
    #expect(records.bytes(of: 0) == whole && records.recordBytes == whole)
    // What is taken isn't there any more.
    let isEmpty = writer.take() == nil
    #expect(isEmpty && !writer.mustBeTaken)
  }

  @Test(arguments: Layout.all, [true, false])
  func
    `a forgotten record leaves nothing behind`(layout: Layout, isClosed: Bool) throws
  {
    var writer = RecordWriter()
    writer.add([[1, 2]])
    writer.open()
    writer.writer.write(all: layout.arrays())
    if isClosed { writer.close() }
    writer.dropLast()
    #expect(!writer.mustBeTaken)
    writer.add([[3]])
    let taken = writer.take()
    let records = try #require(taken)
    #expect(records.wireBytes == [2, 0, 0, 0, 1, 2, 1, 0, 0, 0, 3])
  }

  /// Batches end behind a record with kept arrays, and keep the order.
  @Test func `inputs are gathered whatever their arrays`() {
    var gatherer = InputGatherer(limit: 10 * PiecedBytes.keptSize, quarantine: nil)
    let jobs = (Layout.all + Layout.all.reversed()).enumerated().map { number, layout in
      Parcel(parts: layout.arrays(number))
    }
    for job in jobs { gatherer.append(job) }
    let size = jobs.reduce(0) { $0 + $1.whole.count }
    #expect(gatherer.count == jobs.count && gatherer.byteCount == size)
    var found: [[UInt8]] = []
    for input in gatherer.take() {
      guard case .encoded(let records) = input else { continue }
      found += (0..<records.count).map(records.bytes)
    }
    #expect(found == jobs.map(\.whole))
  }

  @Test func `an input over the limit is refused, kept or not`() {
    let limit = 2 * PiecedBytes.keptSize
    var gatherer = InputGatherer(limit: limit, quarantine: nil)
    let array = [UInt8](repeating: 1, count: limit)
    for extra in [[], [0], []] as [[UInt8]] { gatherer.append(Parcel(parts: [array, extra])) }
    let inputs = gatherer.take()
    #expect(inputs.map(\.size) == [limit, 0, limit] && gatherer.byteCount == 0)
    guard case .failed(let failure) = inputs[1] else {
      Issue.record("it's taken")
      return
    }
    #expect(failure == .unencodableInput("\(limit + 1) bytes, over the limit of \(limit)"))
  }
}

extension RecordWriter {
  /// - Returns: the record's size in bytes.
  @discardableResult
  fileprivate mutating func add(_ arrays: [[UInt8]]) -> Int {
    open()
    writer.write(all: arrays)
    return close()
  }
}

extension Records {
  fileprivate func bytes(of index: Int) -> [UInt8] {
    withRecord(index) { $0.withMemoryRebound(to: UInt8.self) { Array($0) } }
  }

  var wireBytes: [UInt8] {
    var all: [UInt8] = []
    forEachPiece { all += $0[$1] }
    return all
  }

  fileprivate var recordBytes: [UInt8] {
    var all: [UInt8] = []
    forEachPieceOfRecord { all += $0[$1] }
    return all
  }
}
