public import ArgumentParser
import Glibc
public import Thumbnails

/// `farm-bench loop`: the same thumbnails by the same codecs without a pool, as the measure for what the farm adds.
///
/// The processes share one open file of paths, and each takes the next record whenever it has finished one: nobody hands
/// out anything, collects anything, or waits for anybody.
struct LoopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop",
    abstract: "Makes thumbnails in a plain loop, without pool, sandbox or report.")

  @Option(help: "Processes.")
  var procs = 1

  @Option(help: "The box in pixels.")
  var size = ThumbnailSize.standard

  @Option(help: "Where the thumbnails go.")
  var output: String

  @Option(help: "auto, jpeg, png or webp.")
  var format = ThumbnailFormat.auto

  /// Stands for the directory: the paths are the records on stdin.
  @Flag(help: .hidden)
  var takesRecords = false

  @Argument(help: "The directory of pictures.")
  var directory: String

  func validate() throws {
    guard procs >= 1 else { throw ValidationError("--procs must be at least 1") }
  }

  func run() throws {
    if takesRecords { return try takeRecords() }
    let records = try PathRecords(PictureFiles.below(directory))
    let words = [
      "loop", "--takes-records", "--size", "\(size)", "--output", output,
      "--format", format.rawValue, directory,
    ]
    let processes = try (0..<procs).map { _ in
      try ownProcess(words, input: records.descriptor, output: STDOUT_FILENO)
    }
    var hasFailed = false
    for process in processes {
      var status: Int32 = 0
      waitpid(process, &status, 0)
      if status != 0 { hasFailed = true }
    }
    if hasFailed { throw ExitCode(1) }
  }

  private func takeRecords() throws {
    var options = ThumbnailOptions(size: size)
    options.format = format
    var hasFailed = false
    while let path = PathRecords.next(from: STDIN_FILENO) {
      let job = ThumbnailJob(
        source: BytePath("\(directory)/\(path)"), stem: BytePath("\(output)/\(path)"),
        options: options, mode: .force)
      if case .failed(let failure) = try job.run() {
        let line = "\(path): \(failure.message)\n"
        _ = line.withCString { write(STDERR_FILENO, $0, line.utf8.count) }
        hasFailed = true
      }
    }
    if hasFailed { throw ExitCode(1) }
  }
}

extension ThumbnailFormat: ExpressibleByArgument {}

extension ThumbnailSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// Paths in records of equal length, in a file without a name: whoever reads one moves the offset for all.
private struct PathRecords {
  private static let length = Int(PATH_MAX)

  let descriptor: Int32

  init(_ paths: [String]) throws {
    guard let file = tmpfile() else { throw FileError("no temporary file") }
    for path in paths {
      let bytes = Array(path.utf8)
      let record = bytes + [UInt8](repeating: 0, count: max(0, Self.length - bytes.count))
      guard fwrite(record, Self.length, 1, file) == 1 else { throw FileError("can't keep paths") }
    }
    guard fflush(file) == 0 else { throw FileError("can't keep paths") }
    rewind(file)
    // It stays open for as long as this process runs.
    descriptor = fileno(file)
  }

  static func next(from descriptor: Int32) -> String? {
    withUnsafeTemporaryAllocation(byteCount: length, alignment: 1) { buffer in
      // A read of a file is whole, or the file is at its end; nothing interrupts it.
      guard read(descriptor, buffer.baseAddress, length) == length else { return nil }
      return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
