/// How a policy travels in the pool's hello; see the wire format.
extension SandboxPolicy {
  func write(to writer: inout ByteWriter) {
    writer.write(enforcement == .require ? UInt8(2) : 1)
    let (kind, read, write): (UInt8, [Path], [Path]) =
      switch access {
      case .bytesOnly: (0, [], [])
      case .files(let read, let write): (1, read, write)
      }
    writer.write(kind)
    for limit in [limits.memory, limits.processorSeconds, limits.fileSize, limits.descriptors] {
      writer.write(limit.map { UInt64(clamping: $0) } ?? .max)
    }
    for paths in [read, write] {
      writer.write(UInt32(clamping: paths.count))
      for path in paths { writer.write(bytes: path.bytes) }
    }
  }

  init(parsing reader: inout ByteReader) throws {
    switch try reader.read(UInt8.self) {
    case 1: enforcement = .try
    case 2: enforcement = .require
    default: throw WireError.malformedPayload("sandbox policy")
    }
    let kind = try reader.read(UInt8.self)
    limits = Limits(
      memory: try reader.readLimit(), processorSeconds: try reader.readLimit(),
      fileSize: try reader.readLimit(), descriptors: try reader.readLimit())
    let (read, write) = (try reader.readPaths(), try reader.readPaths())
    switch kind {
    case 0: access = .bytesOnly
    case 1: access = .files(read: read, write: write)
    default: throw WireError.malformedPayload("sandbox policy")
    }
  }
}

extension ByteReader {
  fileprivate mutating func readLimit() throws -> Int? {
    let number = try read(UInt64.self)
    return number == .max ? nil : Int(clamping: number)
  }

  fileprivate mutating func readPaths() throws -> [SandboxPolicy.Path] {
    var paths: [SandboxPolicy.Path] = []
    for _ in 0..<(try read(UInt32.self)) { paths.append(SandboxPolicy.Path(try readBytes())) }
    return paths
  }
}
