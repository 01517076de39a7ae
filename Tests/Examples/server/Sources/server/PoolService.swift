import ServiceLifecycle
import WorkerFarm

/// Holds a pool for the other services, and ends it with the server.
struct PoolService: Service {
  let pool: WorkerPool

  func run() async throws {
    do {
      try await gracefulShutdown()
    } catch {
      // The server is cancelled: nobody waits for an answer any more.
      await pool.shutdown(.cancel)
      throw error
    }
    await withTaskCancellationHandler {
      await pool.shutdown(.drain)
    } onCancel: {
      // The time for a graceful end is over.
      Task { await pool.shutdown(.cancel) }
    }
  }
}
