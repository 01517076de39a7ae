import Testing

@testable import WorkerFarm

@Suite struct ReplyBatchTests {
  /// What a worker said before it broke the format counts, and so has to be what it said.
  @Test(
    arguments: [
      [200, 0, 0, 0, 1, 2, 3],
      [200, 0],
      // A failure for no known reason.
      [1, 0, 0, 128, 99],
    ] as [[UInt8]])
  func `a result keeps its bytes, whatever follows it in a torn frame`(rest: [UInt8]) throws {
    var writer = ByteWriter()
    let first: [UInt8] = [3, 0, 0, 0, 7, 8, 9]
    writer.writeFrame(.results, id: 5) { writer in
      (first + rest).withUnsafeBytes { writer.write(raw: $0) }
    }
    var decoder = FrameDecoder()
    _ = decoder.fill { space in
      space.copyBytes(from: writer.bytes)
      return writer.bytes.count
    }
    let frame = try #require(try decoder.next())
    var batch = ReplyBatch()
    var breach: WireError?
    do { try batch.append(frame, from: decoder) } catch { breach = error }
    #expect(breach != nil)

    #expect(batch.count == 1 && batch.runs.count == 1 && batch.runs.first?.first.rawValue == 5)
    let records = Records(chunk: batch.sealed(), range: 0..<1)
    #expect(records.withRecord(0) { Array($0) } == [7, 8, 9])
  }
}
