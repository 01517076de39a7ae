import ArgumentParser
import Glibc
import Thumbnails
import WorkerFarm

@main
enum Main {
  static func main() {
    // Before anything else: a worker's standard input and output belong to the coordinator.
    _ = ProgramProcess.parent
    WorkerProcess.serveIfRequested(
      ScannedPicture.self, IsolatedPicture.self, ProgramJob.self)
    Console.occupyStandardDescriptors()
    ignoreSignal(SIGPIPE)
    exit(run(ArgumentBytes.arguments()))
  }

  /// The exit status as in the README: 0 done, 1 some failed, 2 wrong usage, 3 can't go on.
  private static func run(_ arguments: [String]) -> Int32 {
    do {
      try Farm.refuseUnknownCommand(arguments)
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
        do throws(ExitCode) { try Console.printOrEnd(message + "\n") } catch {
          return error.rawValue
        }
        return 0
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
    subcommands: [
      ThumbsCommand.self, ReplayCommand.self, MapCommand.self, ConformCommand.self,
      DoctorCommand.self, WorkerCommandLine.self,
    ])

  /// The parser would call the word and all after it unexpected, not unknown.
  static func refuseUnknownCommand(_ arguments: [String]) throws {
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word = arguments.first, !word.hasPrefix("-"), !known.contains(word) else { return }
    let path = ArgumentBytes.path(word)
    let advice =
      path.withCString { access($0, F_OK) } == 0
      ? "for thumbnails of it: farm thumbs \(path)" : "see farm --help"
    throw UsageError(description: "there's no command '\(path)'; \(advice)")
  }
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

  func run() { WorkerProcess.serve([ScannedPicture.self, IsolatedPicture.self]) }
}

/// The command line asks for something that can't be done; nothing was begun.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}
