import ArgumentParser
import Thumbnails

/// What a record is, and how its result comes out.
struct RecordOptions: ParsableArguments {
  @Flag(help: "Records are lines. This is the default.")
  var lines = false

  @Flag(
    name: [.customShort("0"), .long],
    help: "Records end with a zero byte, as find -print0 writes them; results do as well.")
  var null = false

  @Flag(
    help: """
      Each line is a JSON value, and what is printed a JSON record for each, with index, input, output \
      or error, attempts, times and process; and one for the run. Workers have to answer in JSON.
      """)
  var json = false

  @Flag(help: "Print each result as soon as it's there.")
  var unordered = false

  @Flag(
    help: "Give the program the record on its standard input, with its newline, not as an argument."
  )
  var pipe = false

  var format: RecordFormat { json ? .json : null ? .nullSeparated : .lines }

  func validate() throws {
    let chosen = [("--lines", lines), ("--null", null), ("--json", json)].filter(\.1).map(\.0)
    if chosen.count > 1 {
      throw ValidationError("\(chosen.joined(separator: " and ")) don't go together.")
    }
  }
}

/// How a run treats failures, and what it remembers.
struct MapRunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Kill what takes longer, with all it has started; that record fails. (default: never)",
      valueName: "seconds"))
  var timeout: TimeLimit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Begin a failed record again up to so many times, whatever it failed of. Without this option only \
      a record whose worker died is tried once more.
      """,
      valueName: "n"))
  var retries: RetryCount?

  @Option(
    help: """
      After the first failure: go on, begin nothing more (soon), or kill what runs as well (now).
      """)
  var halt: Halt = .never

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Write a line with tabs for each finished record, after its result; on the disk within a second. \
      A record that is done in it has been printed, whatever ends the run.
      """,
      valueName: "file"),
    transform: ArgumentBytes.path)
  var joblog: BytePath?

  @Flag(
    help: """
      Skip the records that --joblog has, by their number and content; those that were under way when the \
      run ended are begun again.
      """)
  var resume = false

  @Flag(help: "As --resume, but run the failed ones again.")
  var resumeFailed = false

  @Flag(name: [.customShort("n"), .long], help: "Only print what would be run.")
  var dryRun = false

  func validate() throws {
    if joblog == nil && (resume || resumeFailed) {
      throw ValidationError("\(resume ? "--resume" : "--resume-failed") needs --joblog.")
    }
  }

  var logMode: JobLog.Mode { resumeFailed ? .resumeFailed : resume ? .resume : .new }
}
