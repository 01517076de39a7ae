import Glibc

/// The program that a pool's workers run.
public struct WorkerCommand: Hashable, Sendable {
  /// The path of the program.
  public var executable: String

  /// Its arguments, without its own name.
  public var arguments: [String]

  /// Variables to add to the coordinator's environment; a nil value removes one.
  public var environment: [String: String?]

  /// Where it's started; nil for the coordinator's working directory at that time. A relative ``executable`` is
  /// looked up from there.
  public var directory: String?

  /// A program with its arguments and surroundings.
  ///
  /// - Parameters:
  ///   - executable: a path; no search along `PATH` takes place.
  ///   - arguments: without the program's own name.
  ///   - environment: variables to add; a nil value removes one.
  ///   - directory: where it's started; nil for the coordinator's working directory.
  public init(
    executable: String, arguments: [String] = [], environment: [String: String?] = [:],
    directory: String? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// This very program, started again.
  ///
  /// Its `main` must begin with ``WorkerProcess/serveIfRequested(_:)``.
  public static var currentExecutable: WorkerCommand {
    WorkerCommand(executable: currentPath ?? CommandLine.arguments.first ?? "")
  }

  /// What is started: of this very program the file that it runs from, even if that was replaced or removed
  /// since, or lies where this user may no longer look.
  var program: String { executable == Self.currentPath ? Self.currentLink : executable }

  private static let currentLink = "/proc/self/exe"

  /// nil without `/proc`.
  private static let currentPath: String? = {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
      guard let start = buffer.baseAddress,
        case let length = readlink(currentLink, start, Int(PATH_MAX)), length > 0
      else { return nil }
      return String(
        decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<length]),
        as: UTF8.self)
    }
  }()

  /// The whole environment of a worker, `NAME=value` each.
  package func completeEnvironment(coordinator: Int32) -> [[UInt8]] {
    var changes = environment
    changes[WorkerProcess.requestVariable] = "\(coordinator)"
    // A crash would otherwise start another program that prints a register dump: 29 ms against 4.
    changes["SWIFT_BACKTRACE"] = "enable=no"
    var result = ChildProcess.inheritedEnvironment().filter { entry in
      changes[String(decoding: entry.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)] == nil
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { result.append(Array("\(name)=\(value)".utf8)) }
    }
    return result
  }
}
