import Foundation
import Logging
import ServiceLifecycle
import WorkerFarm

@main struct Server {
  static func main() async {
    // A worker is this program, started again: it goes no further than this line.
    WorkerProcess.serveIfRequested(CountPrimes.self)
    let logger = Logger(label: "server")
    do {
      try await run(logger)
    } catch {
      logger.critical("\(error)")
      exit(1)
    }
  }

  private static func run(_ logger: Logger) async throws {
    var configuration = PoolConfiguration.processes(count: 2)
    configuration.timeout = .seconds(30)
    configuration.logger = logger
    let pool = try WorkerPool(configuration)

    // Services end in the opposite order: first no request is taken any more and those under way are answered, then
    // the pool ends.
    var services = ServiceGroupConfiguration(
      services: [
        .init(service: PoolService(pool: pool)),
        .init(
          service: FrontEnd(pool: pool, logger: logger),
          successTerminationBehavior: .gracefullyShutdownGroup),
      ],
      gracefulShutdownSignals: [.sigterm], cancellationSignals: [.sigint], logger: logger)
    services.maximumGracefulShutdownDuration = .seconds(60)
    try await ServiceGroup(configuration: services).run()
  }
}
