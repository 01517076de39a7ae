/// What the engine has of the world: the time, and what workers run in. The simulation in the tests gives it another.
///
/// Closures, because they're seldom called: the clock once a turn, a letter and a read, whatever number of jobs that is
/// about; the other once a worker. Only what is decided by is asked here: events carry the machine's own time.
struct EngineSystem {
  let now: () -> Nanoseconds
  /// Starts what a worker runs in.
  let makeBody: (ProgressPage, WorkerEnds) throws(SystemError) -> any WorkerBody
}

extension EngineSystem {
  /// The one there is.
  init(_ configuration: PoolConfiguration, _ registry: JobRegistry) {
    now = MonotonicClock.now
    makeBody = { (page, ends) throws(SystemError) in
      switch configuration.backend {
      case .processes: try ProcessBody(configuration.command, configuration.traits, ends: ends)
      case .threads, .inline: try ThreadBody(registry, configuration.traits, page: page, ends: ends)
      }
    }
  }
}
