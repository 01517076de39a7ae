import Glibc
import Thumbnails

/// The JPEGs and PNGs below a directory, by their names, in the order of these.
enum PictureFiles {
  private static let suffixes = [".jpg", ".jpeg", ".png"]

  /// - Returns: paths that begin at the directory.
  static func below(_ directory: String) throws -> [String] {
    try list(directory, "").sorted()
  }

  private static func list(_ top: String, _ below: String) throws -> [String] {
    guard let directory = opendir(top + "/" + below) else {
      throw FileError("can't read \(top)/\(below)")
    }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      let path = below.isEmpty ? name : below + "/" + name
      switch Int(entry.pointee.d_type) {
      case Int(DT_DIR):
        if name != "." && name != ".." { found += try list(top, path) }
      case Int(DT_REG):
        if suffixes.contains(where: name.lowercased().hasSuffix) { found.append(path) }
      default: break
      }
    }
    return found
  }

  static func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rbe") else { throw FileError("can't read \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    var bytes = [UInt8](repeating: 0, count: size)
    guard fread(&bytes, 1, size, file) == size else { throw FileError("can't read \(path)") }
    return bytes
  }
}
