import Synchronization

/// The job types that workers serve, by name.
final class JobRegistry: Sendable {
  private let types = Mutex<[String: any Job.Type]>([:])

  init(_ types: [any Job.Type] = []) {
    for type in types { register(type) }
  }

  /// - Precondition: no other type has its name.
  func register(_ type: any Job.Type) {
    let isTaken = types.withLock { types in
      let known = types.updateValue(type, forKey: type.jobName)
      return known != nil && known != type
    }
    precondition(!isTaken, "two job types are called \(type.jobName)")
  }

  /// A server that reports every job as unknown if no type of that name is served.
  func makeServer(named name: String) -> JobServer {
    types.withLock { $0[name] }?.makeServer() ?? .unknown(name)
  }
}
