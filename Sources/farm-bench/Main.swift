import ArgumentParser
import WorkerFarm

@main
enum Main {
  static func main() {
    WorkerProcess.serveIfRequested(PictureJob.self, Tiny.self, TinyCodable.self, Weigh.self)
    Bench.main()
  }
}

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "farm-bench",
    abstract: "Makes pictures to measure with, and measures the pool itself.",
    subcommands: [
      PicturesCommand.self, PoolCommand.self, LatencyCommand.self, PayloadCommand.self,
      LoopCommand.self, StageCommand.self, PipesCommand.self, PipePeerCommand.self,
    ])
}
