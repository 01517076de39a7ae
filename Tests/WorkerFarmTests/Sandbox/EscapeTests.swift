import Glibc
import TestJobs
import Testing

@testable import WorkerFarm

/// Workers that try to get out.
@Suite(.hangGuard, .needsSandbox) struct EscapeTests {
  @Test(arguments: Preset.allCases)
  func
    `processes, signals, networks, code and the kernel are refused`(preset: Preset) async throws
  {
    let enclosure = Enclosure()
    var policy = preset.policy(enclosure)
    policy.limits.memory = 128 << 20
    let results = try await outcomes(of: Escape.others.map { Escape($0) }, under: policy)
    #expect(results.count == Escape.others.count && results.count > 40)
    // The kernel's limit on memory can't hold then.
    let all = results.filter { !Sanitizer.isOn || $0.key != "takeMemory" }
    for (attempt, result) in all {
      let code = try #require(result, "\(attempt) ended the worker")
      #expect([EPERM, ENOSYS, ENOMEM, EMFILE].contains(code), "\(attempt): \(code)")
    }
    #expect(Sanitizer.isOn || results["takeMemory"] == ENOMEM)
    #expect(results["takeDescriptors"] == EMFILE)
  }

  /// What an ordinary user can do on most machines: the attempts are such that can succeed.
  @Test func `without a sandbox they succeed`() async throws {
    let harmless = [
      "spawn", "fork", "clone", "signalParent", "signalThread", "signalQueue", "ownDescriptor",
      "socketUnix", "socketPair", "mapCode", "turnIntoCode", "memoryFile", "takeMemory",
      "takeDescriptors",
    ]
    let results = try await outcomes(of: harmless.map { Escape($0) }, under: .none)
    for attempt in harmless { #expect(results[attempt] == 0, "\(attempt)") }
  }

  @Test(arguments: Preset.allCases)
  func `a call of a foreign architecture ends the worker`(preset: Preset) async throws {
    let enclosure = Enclosure()
    let results = try await outcomes(
      of: [Escape("foreignCall")], under: preset.policy(enclosure))
    #expect(results == ["foreignCall": nil])
  }

  @Test(arguments: [
    "/etc/passwd", "/proc/PARENT/mem", "/proc/PARENT/environ", "/proc/self/mem", "/dev/null", "/",
    "HERE/secret", "HERE/in/../secret", "HERE/in/link", "HERE/out/up/etc/passwd",
    "HERE/out/../secret", "/proc/self/root/etc/passwd", "/proc/self/cwd/Package.swift",
  ])
  func `what lies elsewhere can't be opened, by whatever path`(path: String) async throws {
    let enclosure = Enclosure()
    let path = path.replacing("PARENT", with: "\(getpid())").replacing("HERE", with: enclosure.path)
    for preset in Preset.allCases {
      // Nothing that would do harm to what isn't the test's own if it succeeded.
      let isOwn = path.hasSuffix("secret") || path.hasSuffix("link")
      let attempts = ["read", "openNewly"] + (isOwn ? ["write", "truncate", "setMode"] : [])
      let results = try await outcomes(
        of: attempts.map { Escape($0, path: path) }, under: preset.policy(enclosure))
      for (attempt, result) in results {
        let code = try #require(result)
        #expect([EPERM, EACCES, ENOSYS].contains(code), "\(preset) \(attempt): \(code)")
      }
    }
    #expect(enclosure.exists("secret"))
  }

  @Test func `what may be read can't be changed`() async throws {
    let enclosure = Enclosure()
    let (a, taken) = (enclosure["in/a"], enclosure["out/taken"])
    let attempts = [
      Escape("write", path: a), Escape("truncate", path: a), Escape("remove", path: a),
      Escape("create", path: enclosure["in/new"]), Escape("rename", path: a, other: taken),
      Escape("exchange", path: a, other: enclosure["out/old"]),
      Escape("makeDirectory", path: enclosure["in/new"]), Escape("setMode", path: a),
      Escape("setOwner", path: a), Escape("setTimes", path: a), Escape("setAttribute", path: a),
      Escape("makeFIFO", path: enclosure["in/new"]),
      Escape("changeDirectory", path: enclosure.path),
      Escape("removeDirectory", path: enclosure["in/below"]),
      Escape("makeLink", path: enclosure["in/new"], other: "/etc/passwd"),
    ]
    let results = try await outcomes(of: attempts, under: enclosure.policy)
    #expect(results.count == attempts.count)
    for (attempt, result) in results {
      let code = try #require(result)
      #expect([EPERM, EACCES, EXDEV].contains(code), "\(attempt): \(code)")
    }
    #expect(enclosure.exists("in/a") && !enclosure.exists("in/new"))
    #expect(!enclosure.exists("out/taken"))
  }

  @Test func `a link or a special file can't be left in the output`() async throws {
    let enclosure = Enclosure()
    let attempts = [
      Escape("makeLink", path: enclosure["out/new"], other: "/etc/passwd"),
      Escape("makeFIFO", path: enclosure["out/new"]),
      Escape("link", path: enclosure["secret"], other: enclosure["out/new"]),
    ]
    for (attempt, result) in try await outcomes(of: attempts, under: enclosure.policy) {
      let code = try #require(result)
      #expect([EPERM, EACCES, EXDEV].contains(code), "\(attempt): \(code)")
    }
    #expect(!enclosure.exists("out/new"))
  }

  @Test func `the output can be written, and the input read`() async throws {
    let enclosure = Enclosure()
    let out = enclosure["out/new"]
    let attempts = [
      Escape("read", path: enclosure["in/a"]), Escape("list", path: enclosure["in/below"]),
      Escape("create", path: out), Escape("write", path: out), Escape("lookAt", path: out),
      Escape("makeDirectory", path: enclosure["out/deep"]),
      Escape("rename", path: out, other: enclosure["out/deep/new"]),
      Escape("link", path: enclosure["out/deep/new"], other: enclosure["out/again"]),
      Escape("remove", path: enclosure["out/old"]),
    ]
    let results = try await outcomes(of: attempts, under: enclosure.policy)
    for attempt in attempts { #expect(results[attempt.attempt] == 0, "\(attempt)") }
    #expect(enclosure.exists("out/deep/new") && enclosure.exists("out/again"))
    #expect(!enclosure.exists("out/old"))
  }

  @Test func `without files not even their names can be learnt`() async throws {
    let enclosure = Enclosure()
    let attempts = Escape.aboutFiles.map {
      Escape($0, path: enclosure["in/a"], other: enclosure["out/new"])
    }
    let results = try await outcomes(of: attempts, under: .bytesOnly)
    #expect(results.count == Escape.aboutFiles.count && results.count >= 20)
    for (attempt, result) in results {
      let code = try #require(result)
      #expect([EPERM, ENOSYS].contains(code), "\(attempt): \(code)")
    }
  }

  @Test func `one file can be given, and no other`() async throws {
    let enclosure = Enclosure()
    let policy = SandboxPolicy.files(
      read: [SandboxPolicy.Path(enclosure["in/a"]), "/no/such/path"], write: [])
    let given = try await outcomes(of: [Escape("read", path: enclosure["in/a"])], under: policy)
    #expect(given == ["read": 0])
    let other = try await outcomes(
      of: [Escape("read", path: enclosure["in/below/b"])], under: policy)
    #expect(other == ["read": EACCES])
  }
}
