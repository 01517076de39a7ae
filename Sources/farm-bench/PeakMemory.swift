import Glibc

enum PeakMemory {
  struct Unknown: Error, CustomStringConvertible {
    let description = "/proc/self/status doesn't tell the peak of the resident memory"
  }

  /// The most memory that this process had resident. Not `ru_maxrss`: that begins with what the
  /// process had which started this one.
  static func residentBytes() throws -> Int {
    guard let file = fopen("/proc/self/status", "re") else { throw Unknown() }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let fields = line.prefix { $0 != 0 }.split { $0 == 32 || $0 == 9 || $0 == 10 }
        .map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }
      if fields.first == "VmHWM:", fields.count > 1, let kibibytes = Int(fields[1]) {
        return kibibytes * 1024
      }
    }
    throw Unknown()
  }
}
