import Testing
import Thumbnails

/// Options that are right each, and make no sense together.
@Suite struct ContradictionTests {
  /// Arguments, and what the message names.
  static let rows: [[String]] = [
    ["--fit cover -s 100,320x", "--size 320x"],
    ["--fit exact -s x32", "--fit exact"],
    ["--gravity smart", "--gravity smart"],
    ["--gravity north --fit exact", "--gravity north"],
    ["--background #123456", "--background #123456"],
    ["--background red --format png", "--background #ff0000"],
    ["--progressive --format png", "--progressive"],
    ["--subsampling 4:4:4 --format png", "--subsampling 4:4:4"],
    ["--progressive --format webp", "--format webp"],
    ["--keep gps", "--keep gps"],
    ["--keep copyright,gps", "--keep gps"],
    ["--keep icc --icc strip", "--icc strip"],
    ["--keep exif,icc --icc convert", "--icc convert"],
    ["--placeholder color", "--placeholder"],
    ["--dpr 3 -s 30000", "30000x30000 times 3"],
    ["--dpr 1,1.5 -s 5x,256", ".5x@1.5x"],
    ["--dpr 1,2,3 -s 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22", "66 thumbnails"],
  ]

  @Test(arguments: rows) func `are refused by name, with nothing begun`(row: [String]) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg(8, 8))
    let options = row[0].split(separator: " ").map { BytePath(String($0)) }
    let run = Command(arguments: [farmPath, "thumbs", tree.path] + options).run()
    #expect(run.status == 2, "\(run)")
    #expect(run.output.isEmpty)
    #expect(run.errorLines.first?.contains(row[1]) == true, "\(run)")
    #expect(tree.names() == ["a.jpg"])
    #expect(!tree.exists("thumbs"))
  }
}
