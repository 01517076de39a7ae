import ArgumentParser
import Thumbnails
import WorkerFarm

struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Runs a program, or your own workers, over records from standard input.",
    usage: """
      farm map [options] -- program [argument ...] < records
      farm map [options] --worker command < records
      """,
    discussion: """
      Results come on standard output in the order of the records, each as soon as it's there and \
      its turn has come. A record is a line, unless --null or --json is given; it's bytes and need not be UTF-8. \
      Input is read as results are taken: it may be endless.

      With -- a program is run for each record, without a shell (for one, run sh -c). In its words \
      {} stands for the record, {.} for the record without its extension, {/} for what is behind its last slash, \
      {//} for what is before that, {/.} for {/} without its extension, {#} for the record's number. Where none \
      of these is, the record becomes the last argument. What the program writes to standard output and standard \
      error (28 MiB of each at most) is passed on when it has ended, never mixed with another's; a status other than 0 \
      is a failure of the record. What it leaves running in the background isn't waited for.

      With --worker the records go to programs that speak the wire format (see farm conform). The command is \
      split into words as a shell does and started directly; if something in it needs a shell ($, *, |, ...), \
      it's run by sh -c. A record's bytes are the job's input; its output is printed with the records' \
      separator behind it.

      Exit status: 0 everything done, 1 some records failed (each is named), 2 wrong usage, \
      3 the run couldn't go on.
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Run workers that speak the wire format.", valueName: "command"))
  var worker: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The job type that workers are asked for. (default: record)", valueName: "name"))
  var jobType: String?

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var input: RecordOptions
  @OptionGroup var policy: MapRunOptions
  @OptionGroup var reporting: ReportingOptions

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The program to run for each record, with its arguments."),
    transform: ArgumentBytes.path)
  var program: [BytePath] = []

  func validate() throws {
    if worker == nil && program.isEmpty {
      throw ValidationError("Say what to run: -- program {}, or --worker command.")
    }
    if worker != nil && !program.isEmpty {
      throw ValidationError("--worker and a program behind -- don't go together.")
    }
    if jobType != nil && worker == nil {
      throw ValidationError("--job-type goes with --worker.")
    }
    if input.pipe && worker != nil {
      throw ValidationError("--pipe goes with a program behind --.")
    }
    try input.validate()
    try policy.validate()
  }

  func run() throws {
    let reporter = MapReporter(
      format: input.format, runsPrograms: worker == nil, reporting: reporting)
    var pool = PoolConfiguration(workers: workers.count)
    pool.timeout = policy.timeout?.duration
    // Deaths are counted with the other failures then, in one place.
    if policy.retries != nil { pool.retry = .never }
    if !reporting.quiet { pool.logger = Warnings.logger(reporter.status) }
    let trace = try policy.dryRun ? nil : reporting.startTrace(of: &pool)
    defer { reporting.finish(trace, reporter.status) }
    try MapRun(
      work: try work(&pool), format: input.format, isOrdered: !input.unordered, options: policy,
      pool: pool, reporter: reporter
    ).execute()
  }

  private func work(_ pool: inout PoolConfiguration) throws(UsageError) -> MapRun.Work {
    guard let worker else {
      let template = ProgramTemplate(program.map(\.bytes), appends: !input.pipe)
      let found = try template.fixedProgram.map(ProgramSearch.find)
      return .program(template, found, isPiped: input.pipe)
    }
    pool.command = try WorkerCommand(text: worker)
    WorkerRecord.manner = .init(
      jobName: jobType ?? WorkerRecord.manner.jobName, answersInJSON: input.json)
    return .worker
  }
}
