/// What workers give up after their start and before their first job, so that a job which a hostile input
/// takes over can do little more than waste time.
///
/// ```swift
/// var configuration = PoolConfiguration()
/// configuration.sandbox = .files(read: ["/srv/uploads"], write: ["/srv/thumbs"])
/// ```
///
/// Under every policy but ``none`` a worker can start no process, open no socket, signal nobody but itself, trace
/// nobody, make no memory executable, and gain no rights; it leaves no core, and limits can't be raised again.
/// What it tries all the same fails with an error (`EPERM`, or `EACCES` for a file), so that a library which
/// tries something that it can do without goes on. Threads are possible; Dispatch and Swift concurrency aren't, as
/// they need more of the system than this.
///
/// The kernel's means are Landlock (files), a seccomp filter (everything else), limits, and `no_new_privs`.
/// ``Enforcement`` says what is to happen where some of them aren't there. A worker of another program is
/// told the policy in the pool's hello; see the wire format.
///
/// Not kept from a worker: to learn of a file it may not read that it's there, how large and how old it is
/// (under ``files(read:write:)``), and to set the times of files that it may read and that are its user's.
public struct SandboxPolicy: Hashable, Sendable {
  /// How much depends on it.
  public enum Enforcement: String, Hashable, Sendable, CaseIterable {
    /// There is no sandbox.
    case off
    /// What the kernel offers is used; what is missing the pool's logger says once, and
    /// ``WorkerPool/sandboxReport`` always.
    case `try`
    /// A worker whose sandbox isn't complete does no job. When all are such, the pool gives up
    /// (``PoolError/workersKeepDying(deaths:last:)``).
    case require
  }

  /// Which files a worker can open.
  public enum Access: Hashable, Sendable {
    /// Those below `read` to read, and those below `write` also to make, write, rename and remove; directories
    /// are made, but not removed. A path can be a file or a directory, and is followed once if it's a link; one that
    /// isn't there gives nothing.
    case files(read: [Path], write: [Path])
    /// None: bytes come with jobs and go with outputs. Nor does a worker learn which files there are.
    case bytesOnly
  }

  /// A path as Linux knows it: bytes without a zero, which need not be UTF-8. Relative ones begin where the
  /// coordinator is when the worker is started.
  public struct Path: Hashable, Sendable, ExpressibleByStringLiteral {
    /// As the system has them, without a zero at the end.
    public var bytes: [UInt8]

    /// A path of any bytes.
    ///
    /// - Parameter bytes: without a zero.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    /// A path that is text.
    ///
    /// - Parameter text: becomes UTF-8.
    public init(_ text: String) { bytes = Array(text.utf8) }
    /// A path that stands in the source.
    ///
    /// - Parameter text: becomes UTF-8.
    public init(stringLiteral text: String) { self.init(text) }
  }

  /// The kernel's limits for each worker; nil leaves what the coordinator has. None is ever raised.
  public struct Limits: Hashable, Sendable {
    /// Private writable memory in bytes, used or not. A pool with ``PoolConfiguration/memory`` sets a limit of
    /// its own; the lower one counts.
    public var memory: Int?
    /// Seconds of processor time for the worker's whole life, all its jobs; SIGXCPU ends it.
    public var processorSeconds: Int?
    /// The largest file that a worker can write, in bytes; SIGXFSZ ends it.
    public var fileSize: Int?
    /// Descriptors; a worker holds five itself, with numbers below 16.
    public var descriptors: Int?

    /// Limits; what isn't given stays as the coordinator has it.
    ///
    /// - Parameters:
    ///   - memory: see ``memory``.
    ///   - processorSeconds: see ``processorSeconds``.
    ///   - fileSize: see ``fileSize``.
    ///   - descriptors: see ``descriptors``.
    public init(
      memory: Int? = nil, processorSeconds: Int? = nil, fileSize: Int? = nil,
      descriptors: Int? = nil
    ) {
      self.memory = memory
      self.processorSeconds = processorSeconds
      self.fileSize = fileSize
      self.descriptors = descriptors
    }
  }

  /// How much depends on it.
  public var enforcement: Enforcement
  /// Which files a worker can open.
  public var access: Access
  /// What the kernel refuses beyond.
  public var limits: Limits

  /// A policy of these parts.
  ///
  /// - Parameters:
  ///   - access: which files workers may reach.
  ///   - enforcement: what becomes of a worker that can't give up all of it.
  ///   - limits: by default 64 descriptors, and no file written where there's no access to files.
  public init(_ access: Access, enforcement: Enforcement = .require, limits: Limits? = nil) {
    self.access = access
    self.enforcement = enforcement
    self.limits =
      limits
      ?? Limits(fileSize: access == .bytesOnly ? 0 : nil, descriptors: Self.usualDescriptors)
  }

  /// A job that needs more open files at once is rare; one that opens them without end isn't.
  private static let usualDescriptors = 64

  /// No sandbox: workers can do what their user can.
  public static let none = SandboxPolicy(.bytesOnly, enforcement: .off)

  /// See ``Access/files(read:write:)``. Required; see ``enforced(_:)``.
  public static func files(read: [Path], write: [Path]) -> SandboxPolicy {
    SandboxPolicy(.files(read: read, write: write))
  }

  /// See ``Access/bytesOnly``. Required; see ``enforced(_:)``.
  public static let bytesOnly = SandboxPolicy(.bytesOnly)

  /// The same with this enforcement.
  public func enforced(_ enforcement: Enforcement) -> SandboxPolicy {
    var policy = self
    policy.enforcement = enforcement
    return policy
  }

  /// Whether there's a sandbox in which no file can be opened.
  public var isolates: Bool { enforcement != .off && access == .bytesOnly }

  /// What has to be in force for the policy to be kept. Signals aren't among it: the filter refuses them too.
  var measures: Set<SandboxReport.Measure> {
    enforcement == .off ? [] : Set(SandboxReport.Measure.allCases).subtracting([.signals])
  }
}
