import Testing

@testable import WorkerFarm

/// Long arrays aren't copied, which nobody may notice.
@Suite struct KeptArrayTests {
  @Test(arguments: Layout.all) func `kept or copied, the bytes are the same`(layout: Layout) {
    let arrays = layout.arrays()
    var keeping = ByteWriter([9, 9])
    var copying = ByteWriter([9, 9])
    keeping.write(all: arrays)
    copying.copy(all: arrays)
    #expect(keeping.bytes == copying.bytes && keeping.count == copying.bytes.count)
    #expect(keeping.storage.kept.count == layout.keptCount && copying.storage.kept.isEmpty)
    keeping.write(UInt16(7))
    copying.write(UInt16(7))
    #expect(keeping.bytes == copying.bytes)
  }

  @Test(arguments: Layout.all) func `arrays with their lengths are read back`(layout: Layout) throws
  {
    let arrays = layout.arrays()
    var writer = ByteWriter()
    for array in arrays { writer.write(bytes: array) }
    #expect(writer.storage.kept.count == layout.keptCount)
    try writer.bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      for array in arrays {
        let read = try reader.readBytes()
        #expect(read == array)
      }
      #expect(reader.count == 0)
    }
  }

  @Test func `a change of the array afterwards isn't written`() {
    var array = [UInt8](repeating: 1, count: PiecedBytes.keptSize)
    var writer = ByteWriter()
    writer.write(raw: array)
    array[0] = 2
    array.append(3)
    #expect(writer.bytes == [UInt8](repeating: 1, count: PiecedBytes.keptSize))
  }

  @Test(arguments: Layout.all) func `a frame's length counts what is kept`(layout: Layout) {
    let arrays = layout.arrays()
    var keeping = ByteWriter()
    var copying = ByteWriter()
    // The second one begins where the first one's bytes end.
    for id in [1, 2] as [UInt64] {
      keeping.writeFrame(.job, id: id) { $0.write(all: arrays) }
      copying.writeFrame(.job, id: id) { $0.copy(all: arrays) }
    }
    #expect(keeping.bytes == copying.bytes)
  }

  @Test func `a frame whose payload can't be written takes along what it kept, and no more`() {
    struct Refusal: Error {}
    let array = [UInt8](repeating: 1, count: PiecedBytes.keptSize)
    var writer = ByteWriter()
    writer.write(raw: array)
    #expect(throws: Refusal.self) {
      try writer.writeFrame(.job) { payload in
        payload.write(raw: array)
        throw Refusal()
      }
    }
    #expect(writer.bytes == array)
  }
}
