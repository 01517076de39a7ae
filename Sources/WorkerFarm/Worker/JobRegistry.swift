/// The job types a worker serves, by name.
struct JobRegistry: Sendable {
  private var types: [String: any Job.Type] = [:]

  init(_ types: [any Job.Type]) {
    for type in types {
      precondition(self.types[type.jobName] == nil, "two job types are called \(type.jobName)")
      self.types[type.jobName] = type
    }
  }

  /// A server that reports every job as unknown if no type of that name is served.
  func makeServer(named name: String) -> JobServer {
    types[name]?.makeServer() ?? .unknown(name)
  }
}
