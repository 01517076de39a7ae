import ArgumentParser
import Thumbnails

/// `farm-bench stage`: one part of the work, as often as asked, for who counts instructions: what a run of two rounds
/// takes more than a run of one is the part alone, whatever the functions in it are called.
struct StageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stage",
    abstract: "Does one part of making thumbnails, over and over.",
    discussion: "\(Stage.allCases.map { "\($0.rawValue): \($0.meaning)" }.joined(separator: "\n"))")

  @Option(help: "How often.")
  var rounds = 1

  @Flag(help: "Print the stages' names, and the codecs' versions, as JSON; do nothing.")
  var list = false

  @Option(help: "Where thumbnails go that are written.")
  var output = "/tmp"

  @Argument(help: "Which part.")
  var stage: Stage = .jpegTo256

  @Argument(help: "The directory of pictures.")
  var directory = "."

  func run() throws {
    if list { return Self.printList() }
    let names = try PictureFiles.below(directory)
    let work = try StageWork(stage, directory: directory, names: names, output: output)
    // Not a picture of the kind would be a fine result.
    guard work.isPossible else { throw ValidationError("no picture there for \(stage.rawValue)") }
    for round in 0..<rounds { try work.once(round) }
  }

  private static func printList() {
    let stages = Stage.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
    let codecs = CodecVersions.all.map { "\"\($0.name)\":\"\($0.version)\"" }
    print("{\"stages\":[\(stages)],\"codecs\":{\(codecs.joined(separator: ","))}}")
  }
}

/// The names are those of a file of counts, where they are looked up.
enum Stage: String, CaseIterable, ExpressibleByArgument {
  case jpegTo256 = "jpeg-to-256"
  case jpegTo75 = "jpeg-to-75"
  case progressiveTo256 = "progressive-to-256"
  case pngTo256 = "png-to-256"
  case decodeJPEG = "decode-jpeg"
  case decodeProgressive = "decode-progressive"
  case decodePNG = "decode-png"
  case resizeAcross = "resize-across"
  case resizeDown = "resize-down"
  case encodeJPEG = "encode-jpeg"
  case encodePNG = "encode-png"
  case file
  case record

  var meaning: String {
    switch self {
    case .jpegTo256, .jpegTo75, .progressiveTo256, .pngTo256: "from bytes to a thumbnail's bytes"
    case .decodeJPEG, .decodeProgressive, .decodePNG: "to rows for 256 pixels"
    case .resizeAcross, .resizeDown: "1600 to 256 pixels in one direction, the other stays"
    case .encodeJPEG, .encodePNG: "a thumbnail of 256 pixels"
    case .file: "from file to file: what there is to do besides, if the pictures are tiny"
    case .record: "a job's and its result's way through a pipe, without the pipe"
    }
  }
}
