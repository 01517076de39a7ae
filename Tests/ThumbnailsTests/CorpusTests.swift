import Foundation
import Testing

@testable import Thumbnails

/// Real and hostile pictures that aren't part of the project: in the directory FARM_CORPUS, else beside the
/// package. Without them these tests are skipped.
enum Corpus {
  static let directory: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["FARM_CORPUS"].map { URL(filePath: $0) }
    let directory = named ?? package.appending(path: "../shared/corpus")
    return FileManager.default.fileExists(atPath: directory.path) ? directory : nil
  }()

  /// The rows of a table: a file's name and the other columns.
  static func table(_ name: String) -> [[String]] {
    guard let directory,
      let text = try? String(contentsOf: directory.appending(path: name), encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    // Data(contentsOf:) leaks for an empty file, which would hide a leak of ours.
    let url = try #require(directory).appending(path: path)
    let file = try #require(fopen(url.path, "r"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}

@Suite("The corpus", .enabled(if: Corpus.directory != nil))
struct CorpusTests {
  static let options = ThumbnailOptions(size: ThumbnailSize("256")!)

  /// Classes of hostile files by what must become of them; classes of mixed content aren't listed.
  static let thumbnailed: Set = [
    "pngsuite-valid", "exif-orientation", "extreme-dims", "odd-valid", "cmyk",
  ]
  static let broken: Set = [
    "pngsuite-corrupt", "truncated-jpeg", "truncated-png", "zero-byte", "bad-header", "fuzz-jpeg",
  ]
  static let refused: Set = ["bomb"]

  @Test("of hostile files: each ends as its kind should", arguments: Corpus.table("hostile.tsv"))
  func hostile(row: [String]) throws {
    let bytes = try Corpus.bytes("hostile/" + row[0])
    do {
      let result = try Thumbnailer(options: Self.options).thumbnail(of: bytes)
      #expect((1...256).contains(result.width) && (1...256).contains(result.height))
      #expect(!Self.broken.union(Self.refused).contains(row[1]), "\(row[0]) is \(row[1])")
    } catch {
      #expect(!Self.thumbnailed.contains(row[1]), "\(row[0]) is \(row[1]), but \(error)")
      if Self.broken.contains(row[1]) { #expect(error.category == .brokenPicture, "\(row[0])") }
      if Self.refused.contains(row[1]) { #expect(error.category == .refused, "\(row[0])") }
    }
  }

  @Test("of photographs: each becomes a thumbnail", arguments: Corpus.table("photos.tsv"))
  func photographs(row: [String]) throws {
    let result = try Thumbnailer(options: Self.options).thumbnail(
      of: Corpus.bytes("photos/" + row[0]))
    #expect(max(result.width, result.height) == 256)
    let turned = ["5", "6", "7", "8"].contains(row[7])
    #expect("\(result.source.width)" == row[turned ? 3 : 2])
    #expect(result.format == .jpeg && result.warnings == 0)
  }

  @Test("of PNGs: each becomes a thumbnail", arguments: Corpus.table("png.tsv"))
  func pngs(row: [String]) throws {
    let result = try Thumbnailer(options: Self.options).thumbnail(of: Corpus.bytes("png/" + row[0]))
    #expect("\(result.source.width) \(result.source.height)" == "\(row[3]) \(row[4])")
    #expect(max(result.width, result.height) == 256 && result.warnings == 0)
  }
}
