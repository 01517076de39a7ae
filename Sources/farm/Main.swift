import ArgumentParser
import Glibc
import WorkerFarm

@main
enum Main {
  static func main() {
    // Before anything else: a worker's standard input and output belong to the coordinator.
    WorkerProcess.serveIfRequested(ScannedPicture.self)
    Console.occupyStandardDescriptors()
    ignoreSignal(SIGPIPE)
    exit(run(ArgumentBytes.arguments()))
  }

  /// The exit status as in the README: 0 done, 1 some failed, 2 wrong usage, 3 can't go on.
  private static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try Farm.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error as UsageError {
      Console.write("farm: \(error)\n", to: STDERR_FILENO)
      return 2
    } catch {
      let status = Farm.exitCode(for: error)
      let message = Farm.fullMessage(for: error)
      if status.isSuccess {
        // Help or version, asked for.
        return Console.write(message + "\n", to: STDOUT_FILENO) ? 0 : 3
      }
      Console.write(Console.escaped(message, keepingLines: true) + "\n", to: STDERR_FILENO)
      return 2
    }
  }
}

struct Farm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "farm",
    abstract: "Does CPU-bound work in many processes; a crash costs only the job that caused it.",
    version: FarmVersion.text,
    subcommands: [ThumbsCommand.self, WorkerCommandLine.self])
}

enum FarmVersion {
  static let text = "0.1.0"
}

/// `farm worker`: what the farm's own workers are, for coordinators other than the farm.
struct WorkerCommandLine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Serves thumbnail jobs on standard input and output.",
    shouldDisplay: false)

  func run() { WorkerProcess.serve([ScannedPicture.self]) }
}

/// The command line asks for something that can't be done; nothing was begun.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}
