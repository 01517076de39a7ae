import Glibc
import TestJobs
import WorkerFarm
import WorkerFarmTesting

// A program that ought to serve first of all, and doesn't.
if CommandLine.arguments.dropFirst().first == "forgetful" { openPoolAndComplain() }

Chaos.serveIfRequested(Square.self, Countdown.self)
WorkerProcess.serveIfRequested(
  Square.self, Echo.self, Misbehave.self, Work.self, Faulty.self, Swell.self, Complain.self,
  Hungry.self, Escape.self, Speak.self, Deed.self, Linger.self, Counted.self, Flaky.self,
  Remember.self, SlowStarter.self, LookAround.self, Leak.self, Gobble.self, Nest.self,
  Bulky.self, Parcel.self)

let arguments = Array(CommandLine.arguments.dropFirst())
if let name = arguments.first, let scenario = Scenario(rawValue: name) {
  do {
    try scenario.run(Array(arguments.dropFirst()))
  } catch {
    print("\(name): \(error)")
    exit(1)
  }
} else {
  print("test-worker is started by the tests")
}
