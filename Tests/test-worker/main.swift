import TestJobs
import WorkerFarm

WorkerProcess.serveIfRequested(Square.self, Echo.self, Misbehave.self, Work.self)
print("test-worker is started by the tests")
