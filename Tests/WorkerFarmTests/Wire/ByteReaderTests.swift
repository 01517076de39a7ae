import Testing

@testable import WorkerFarm

@Suite struct ByteReaderTests {
  @Test func `what was written is read back in order`() throws {
    var writer = ByteWriter()
    writer.write(UInt8(200))
    writer.write(Int16.min)
    writer.write(UInt32(0x0102_0304))
    writer.write(Int64.min)
    writer.write(-0.0)
    writer.write(bytes: [7, 8, 9])
    writer.write(string: "Grüße 🚜")
    writer.write(bytes: [1, 2], withLength: false)
    try reading(writer.bytes) { reader throws in
      #expect(try reader.read(UInt8.self) == 200)
      #expect(try reader.read(Int16.self) == .min)
      #expect(try reader.read(UInt32.self) == 0x0102_0304)
      #expect(try reader.read(Int64.self) == .min)
      #expect(try reader.readDouble().bitPattern == (-0.0).bitPattern)
      #expect(try reader.readBytes() == [7, 8, 9])
      #expect(try reader.readString() == "Grüße 🚜")
      #expect(Array(reader.readRest()) == [1, 2])
      #expect(reader.count == 0)
      #expect(throws: ByteReader.Exhausted.self) { try reader.read(UInt8.self) }
    }
  }

  @Test func `integers are little-endian, lengths are four bytes`() {
    var writer = ByteWriter([0xFF])
    writer.write(UInt32(0x0A0B_0C0D))
    writer.write(string: "é")
    #expect(writer.bytes == [0xFF, 0x0D, 0x0C, 0x0B, 0x0A, 2, 0, 0, 0, 0xC3, 0xA9])
  }

  @Test(arguments: [[0, 0, 0], [4, 0, 0, 0, 1, 2, 3], [255, 255, 255, 255, 1]] as [[UInt8]])
  func `a length beyond the end throws and allocates nothing`(bytes: [UInt8]) {
    #expect(throws: ByteReader.Exhausted.self) { try reading(bytes) { try $0.readBytes() } }
    #expect(throws: ByteReader.Exhausted.self) { try reading(bytes) { try $0.readString() } }
  }

  @Test func `an exhausted reader says what it lacks`() {
    #expect(throws: ByteReader.Exhausted(needed: 8, available: 3)) {
      try reading([1, 2, 3]) { try $0.read(UInt64.self) }
    }
  }

  @Test func `bytes that aren't UTF-8 become replacement characters`() throws {
    #expect(try reading([2, 0, 0, 0, 0xFF, 0x41]) { try $0.readString() } == "\u{FFFD}A")
  }

  @Test func `a frame whose payload can't be written leaves nothing behind`() {
    struct Refusal: Error {}
    var writer = ByteWriter([1, 2, 3])
    #expect(throws: Refusal.self) {
      try writer.writeFrame(.job) { payload in
        payload.write(UInt64(0))
        throw Refusal()
      }
    }
    #expect(writer.bytes == [1, 2, 3])
  }

  private func reading<R>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws -> R
  ) throws -> R {
    try bytes.withUnsafeBytes {
      var reader = ByteReader($0)
      return try body(&reader)
    }
  }
}
