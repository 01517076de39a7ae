import ArgumentParser
import Glibc
import WorkerFarm

/// `farm-bench pictures`: a directory of pictures to measure with, the same for the same options.
struct PicturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pictures",
    abstract: "Writes pictures that are as hard to decode as photographs.",
    discussion: """
      Mostly JPEGs of several kinds, about every twelfth a PNG. No two names differ in their \
      extension alone. Equal options give equal files.
      """)

  @Option(help: "How many.")
  var count = 600

  @Option(help: "Other seeds make other pictures.")
  var seed: UInt64 = 1

  @Option(help: "Their size: WxH, or WxH..WxH for any between.")
  var size = SizeRange.standard

  @Flag(help: "No PNGs.")
  var jpegOnly = false

  @Argument(help: "The directory to write to; made if it isn't there.")
  var directory: String

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count must be at least 1") }
  }

  func run() throws {
    guard mkdir(directory, 0o777) == 0 || errno == EEXIST else {
      throw FileError("can't make \(directory)")
    }
    let (directory, seed, size, jpegOnly) = (directory, seed, size, jpegOnly)
    let jobs = (1...count).lazy.map { number in
      PictureJob(
        recipe: PictureRecipe(number: number, seed: seed, sizes: size, jpegOnly: jpegOnly),
        directory: directory)
    }
    let pool = try WorkerPool()
    var outcomes = pool.outcomes(of: jobs).makeBlockingIterator()
    while let outcome = try outcomes.next() { try outcome.get() }
    pool.shutdownBlocking()
  }
}

struct FileError: Error, CustomStringConvertible {
  let description: String

  /// - Parameter what: went wrong just now, with `errno` set.
  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
