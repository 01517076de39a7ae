/// The first frame in each direction.
package struct Hello: Hashable, Sendable {
  /// "FARM" in ASCII, read as a little-endian number.
  package static let magic: UInt32 = 0x4D52_4146
  package static let currentVersion: UInt16 = 1

  package var version: UInt16 = currentVersion
  /// From a worker: it notes the running job on the page it was given, and may therefore answer
  /// several jobs with one write.
  package var keepsProgressPage = false
  package var isFromCoordinator = false
  /// From a worker: it takes several jobs in one frame.
  package var takesSeveralJobs = false
  package var pid: Int32
  /// The largest payload that the sender of this hello accepts, in bytes.
  package var frameLimit: UInt32
  /// From a pool: what its workers have to give up.
  var sandbox: SandboxPolicy?
  /// From a worker: what it gave up.
  var sandboxReport: SandboxReport?

  package func write(to writer: inout ByteWriter) {
    writer.writeFrame(.hello) { payload in
      payload.write(Self.magic)
      payload.write(version)
      payload.write(flags)
      payload.write(pid)
      payload.write(frameLimit)
      if let sandbox { payload.writeField(Field.sandboxPolicy) { sandbox.write(to: &$0) } }
      if let sandboxReport {
        payload.writeField(Field.sandboxReport) { sandboxReport.write(to: &$0) }
      }
    }
  }

  /// - Parameter bytes: the payload; what follows the known fields is left for later versions.
  package init(parsing bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = ByteReader(bytes)
    do {
      guard try reader.read(UInt32.self) == Self.magic else { throw WireError.notAHello }
      version = try reader.read()
      guard version == Self.currentVersion else { throw WireError.version(version) }
      let flags = try reader.read(UInt16.self)
      keepsProgressPage = flags & Self.keepsProgressPageFlag != 0
      isFromCoordinator = flags & Self.isFromCoordinatorFlag != 0
      takesSeveralJobs = flags & Self.takesSeveralJobsFlag != 0
      pid = try reader.read()
      frameLimit = try reader.read()
    } catch let error as WireError {
      throw error
    } catch {
      throw .malformedPayload("hello")
    }
    readFields(&reader)
  }

  private static let keepsProgressPageFlag: UInt16 = 1
  private static let isFromCoordinatorFlag: UInt16 = 2
  private static let takesSeveralJobsFlag: UInt16 = 4

  private var flags: UInt16 {
    (keepsProgressPage ? Self.keepsProgressPageFlag : 0)
      | (isFromCoordinator ? Self.isFromCoordinatorFlag : 0)
      | (takesSeveralJobs ? Self.takesSeveralJobsFlag : 0)
  }

  package init(
    pid: Int32, frameLimit: Int, keepsProgressPage: Bool = false, isFromCoordinator: Bool = false,
    takesSeveralJobs: Bool = false, sandbox: SandboxPolicy? = nil,
    sandboxReport: SandboxReport? = nil
  ) {
    self.sandbox = sandbox
    self.sandboxReport = sandboxReport
    self.pid = pid
    self.keepsProgressPage = keepsProgressPage
    self.isFromCoordinator = isFromCoordinator
    self.takesSeveralJobs = takesSeveralJobs
    self.frameLimit = UInt32(clamping: frameLimit)
  }
}

/// Why a worker that is well says that a job failed.
package struct FailureMessage: Hashable, Sendable {
  package enum Reason: UInt8, Sendable {
    /// The job threw an error.
    case thrown = 1
    /// The input couldn't be decoded.
    case undecodableInput = 2
    /// The output couldn't be encoded, or is larger than a frame may be.
    case unencodableOutput = 3
    /// The worker knows no job type of that name.
    case unknownJobType = 4
    /// The job needs more memory than it may use: as many bytes as the description says in decimal digits.
    case needsMemory = 5
  }

  package var reason: Reason
  /// The error's type, for example `MyModule.ParseError`; may be empty.
  package var type: String
  package var description: String

  /// Longer texts are cut: a failure must fit into a frame and be readable.
  package static let longestText = 16 << 10
  /// The largest payload that a failure can have: a coordinator accepts it, however small its limit.
  package static let largestSize = 1 + 2 * (4 + longestText)

  func write(to writer: inout ByteWriter) {
    writer.write(reason.rawValue)
    writer.write(bytes: Array(type.utf8.prefix(Self.longestText)))
    writer.write(bytes: Array(description.utf8.prefix(Self.longestText)))
  }

  package init(reason: Reason, type: String = "", description: String) {
    self.reason = reason
    self.type = type
    self.description = description
  }

  package init(parsing bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = ByteReader(bytes)
    do {
      guard let reason = Reason(rawValue: try reader.read()) else {
        throw WireError.malformedPayload("failure")
      }
      self.reason = reason
      type = try reader.readString()
      description = try reader.readString()
    } catch {
      throw .malformedPayload("failure")
    }
  }
}
