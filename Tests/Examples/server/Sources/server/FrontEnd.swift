import Foundation
import Logging
import ServiceLifecycle
import WorkerFarm

/// Takes requests and answers each by a job. Here a request is a number on a line of standard input, and the answer a
/// line of standard output; in your server it's what the HTTP library calls.
struct FrontEnd: Service {
  let pool: WorkerPool
  let logger: Logger

  func run() async throws {
    await withDiscardingTaskGroup { group in
      // At a graceful shutdown the requests end; the group waits for those that were taken.
      for await limit in requests().cancelOnGracefulShutdown() {
        logger.info("taken: \(limit)")
        group.addTask {
          FileHandle.standardOutput.write(Data("\(await answer(to: limit))\n".utf8))
        }
      }
    }
  }

  private func answer(to limit: Int) async -> String {
    do {
      return "\(limit): \(try await pool.run(CountPrimes(limit: limit)))"
    } catch let failed as FailedJob<CountPrimes> {
      return "\(limit) can't be done: \(failed.failure)"
    } catch {
      return "\(limit) isn't done: \(error)"
    }
  }

  /// Reads on a thread of its own, since `readLine` blocks.
  private func requests() -> AsyncStream<Int> {
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
    Thread.detachNewThread {
      while let line = readLine() {
        if let limit = Int(line) { continuation.yield(limit) }
      }
      continuation.finish()
    }
    return stream
  }
}
