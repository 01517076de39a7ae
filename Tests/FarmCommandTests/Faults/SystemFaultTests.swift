import Glibc
import Testing
import Thumbnails

/// Rows C6 to C8 and C11: calls that the system refuses, in the coordinator and in its workers. Each call in its
/// turn is made to fail, until there is none left.
@Suite struct SystemFaultTests {
  @Test(
    .needsStrace,
    arguments: [
      Injection("linkat", "error=ENOSPC"), Injection("linkat", "error=EDQUOT"),
      Injection("linkat", "error=EIO"),
      Injection("utimensat", "error=EIO"), Injection("mkdir", "error=ENOSPC"),
      Injection("openat", "error=ENOSPC", about: "out"),
      Injection("openat", "error=EIO", about: "out"),
    ])
  func `C8 an output that can't be written is its picture's failure, a full disk the run's end`(
    injection: Injection
  ) throws {
    let tree = FaultTree(4, options: ["-j1"])
    let runs = try tree.sweep(injection)
    #expect(!runs.isEmpty)
    let isFull = injection.fault.contains("ENOSPC") || injection.fault.contains("EDQUOT")
    for run in runs where try run.failures.values.contains(where: { $0.error?.kind == "diskFull" })
    {
      #expect(isFull && run.status == 3, "\(run)")
      #expect(run.errorText.contains("can't write "), "\(run)")
    }
  }

  /// A file that is there is replaced: another way through the calls.
  @Test(
    .needsStrace,
    arguments: [
      Injection("linkat", "error=EIO"), Injection("rename", "error=ENOSPC"),
      Injection("rename", "error=EIO"),
    ])
  func `C8 an output that can't be replaced stays as it was`(injection: Injection) throws {
    let tree = FaultTree(4, options: ["-j1"])
    let runs = try tree.sweep(injection, ["--force"]) {
      let old = tree.run()
      #expect(old.status == 0, "\(old)")
    }
    #expect(!runs.isEmpty)
    #expect(tree.tree.files(in: "out").count == 4)
  }

  @Test(.needsShim)
  func `W1 a worker that is killed while it replaces a file leaves no other beside it`() throws {
    let tree = FaultTree(2)
    #expect(tree.run().status == 0)
    let run = tree.run(["--force"], environment: Shim.environment(["FAULT_RENAME": "1"]))
    try tree.check(run)
    let reasons = try run.failures.values.map { $0.error?.message }
    #expect(reasons == ["worker killed by SIGKILL", "worker killed by SIGKILL"], "\(run)")
    #expect(tree.tree.files(in: "out").count == 2)
  }

  /// As on file systems that have no nameless files.
  @Test(
    .needsStrace, .needsShim,
    arguments: [Injection("utimensat", "error=EIO"), Injection("rename", "error=EDQUOT")])
  func `C8 a temporary file goes away with the write that fails`(injection: Injection) throws {
    let tree = FaultTree(3, options: ["-j1"])
    let environment = Shim.environment(["FAULT_NAMED": "1"])
    #expect(try !tree.sweep(injection, environment: environment).isEmpty)
  }

  @Test(.needsShim, arguments: [ENOSPC, EDQUOT, EIO], [[], ["FAULT_NAMED"], ["FAULT_SHORT"]])
  func `C8 a write that fails, early or late, leaves no piece of a file`(
    error: Int32, ways: [String]
  ) throws {
    let tree = FaultTree(3, options: ["-j1"])
    // A short write makes some 70 of one: one in the middle will do.
    for turn in ways == ["FAULT_SHORT"] ? [1, 2, 40, 150] : [1, 2, 3, 4] {
      tree.clear()
      var variables = ["FAULT_WRITE": "\(turn)", "FAULT_ERROR": "\(error)"]
      for way in ways { variables[way] = "1" }
      let run = tree.run(environment: Shim.environment(variables))
      try tree.check(run)
      let isHit = turn != 4
      #expect(run.status == (isHit ? (error == EIO ? 1 : 3) : 0), "\(run)")
      let kinds = try run.failures.values.map { $0.error?.kind }
      #expect(kinds == (isHit ? [error == EIO ? "unwritable" : "diskFull"] : []), "\(run)")
    }
  }

  @Test(.needsShim, arguments: [[], ["FAULT_NAMED"]])
  func `C8 a file whose close fails is no thumbnail`(ways: [String]) throws {
    for isOld in [false, true] {
      let tree = FaultTree(3, options: ["-j1"])
      if isOld { #expect(tree.run().status == 0) }
      var variables = ["FAULT_CLOSE": "1"]
      for way in ways { variables[way] = "1" }
      let run = tree.run(["--force"], environment: Shim.environment(variables))
      try tree.check(run)
      #expect(try run.failures.keys.sorted() == ["00.jpg"], "\(run)")
      #expect(run.errorText.contains("close: Input/output error"), "\(run)")
      #expect(tree.tree.files(in: "out").count == (isOld ? 3 : 2))
    }
  }

  @Test(.needsShim) func `C8 writes and reads that do only a part are gone on with`() throws {
    let tree = FaultTree()
    let run = tree.run(environment: Shim.environment(["FAULT_SHORT": "1"]))
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
  }

  @Test(
    .needsStrace,
    arguments: [
      Injection("pipe2,eventfd2,memfd_create,pidfd_open", "error=EMFILE"),
      Injection("openat", "error=EMFILE", about: "out"),
      Injection("openat", "error=EMFILE", about: "in/00.jpg"),
    ])
  func `C6 a descriptor that can't be had costs at most workers, and says so`(
    injection: Injection
  ) throws {
    // Of a worker in the sandbox strace can't see the paths, unless it's root's.
    let tree = FaultTree(4, options: ["-j2", "--sandbox", "off"])
    let runs = try tree.sweep(injection)
    #expect(!runs.isEmpty)
    for run in runs where run.status != 0 {
      #expect(run.errorText.contains("Too many open files"), "\(run)")
    }
  }

  @Test(.needsStrace, arguments: ["EAGAIN", "ENOMEM"])
  func `C7 with fewer processes fewer workers do it, with none the run can't go on`(
    error: String
  ) throws {
    let tree = FaultTree(40, options: ["-j4"])
    let runs = try tree.sweep(Injection("clone3,clone,vfork", "error=\(error)"), suffix: "+")
    // As many as there are workers and threads of the coordinator's.
    #expect(runs.count >= 4)
    let fewer = runs.filter { $0.status == 0 && $0.errorText.contains("going on with fewer") }
    #expect(!fewer.isEmpty, "\(runs)")
    let none = runs.filter { $0.status == 3 }
    #expect(!none.isEmpty)
    #expect(Set(runs.map(\.status)) == [0, 3], "\(runs)")
    for run in none { #expect(run.errorText.contains("farm: "), "\(run)") }
  }

  @Test(.needsShim) func `C11 calls that signals interrupt are made again`() throws {
    let tree = FaultTree()
    for variables in [[:], ["FAULT_NAMED": "1"]] {
      tree.clear()
      let all = variables.merging(["FAULT_INTERRUPT": "1"]) { $1 }
      let run = tree.run(environment: Shim.environment(all))
      try tree.check(run)
      #expect(run.status == 0, "\(run)")
      #expect(try run.pictures.allSatisfy { $0.attempts == 1 }, "\(run)")
    }
  }

  @Test(
    .needsStrace,
    arguments: [
      "poll", "waitid", "write", "pwritev2", "linkat", "utimensat", "mkdir", "restart_syscall",
    ])
  func `C11 a call that strace interrupts every other time is made again`(call: String) throws {
    let tree = FaultTree(6)
    let injection = Injection(call, "error=EINTR")
    let run = tree.run(behind: injection.prefix(tree.tree, when: "1+2"))
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
  }

  @Test(.needsStrace) func `C4 a kernel that can't write without a signal has it blocked`() throws {
    let tree = FaultTree(6)
    let run = tree.run(
      behind: Injection("pwritev2", "error=EOPNOTSUPP").prefix(tree.tree, when: "1+"))
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
  }

  @Test func `C11 a storm of stops and continuations changes nothing`() throws {
    let tree = FaultTree(60)
    let running = tree.start()
    while !running.hasEnded {
      // Whoever waits in the kernel is woken up, coordinator and workers.
      for pid in running.workers + [running.pid] {
        kill(pid, SIGSTOP)
        kill(pid, SIGCONT)
      }
      usleep(2000)
    }
    let run = running.wait()
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
  }

  @Test(.needsShim) func `C10 the wall clock may jump by years`() throws {
    let tree = FaultTree()
    let run = tree.run(environment: Shim.environment(["FAULT_CLOCK": "realtime"]))
    try tree.check(run)
    #expect(run.status == 0, "\(run)")
    #expect(try run.pictures.allSatisfy { $0.attempts == 1 }, "\(run)")
    // The other clock does decide, so the library is heard.
    tree.clear()
    let jumping = tree.run(environment: Shim.environment(["FAULT_CLOCK": "monotonic"]))
    #expect(jumping.status != 0, "\(jumping)")
  }
}
