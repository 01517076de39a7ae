import CPosix
import Glibc
import Testing
import Thumbnails

/// `farm map` as part of a pipeline, and how it's ended from outside.
@Suite struct MapStreamTests {
  @Test(arguments: ["", "--unordered"])
  func `each result of a slow input comes at once`(option: BytePath) {
    let feed = Feed()
    let options: [BytePath] = option.bytes.isEmpty ? [] : [option]
    let running = Command(
      arguments: [farmPath, "map", "-j2"] + options + ["--", "echo"], input: feed.reader
    ).start()
    for word in ["a", "b", "c"] {
      feed.say(word + "\n")
      // The input is open and silent meanwhile.
      #expect(eventually { running.outputSoFar.hasSuffix(word + "\n") })
    }
    feed.end()
    #expect(running.wait().outputText == "a\nb\nc\n")
  }

  @Test func `a slow input has a record begun while an earlier one runs`() {
    let tree = Tree()
    let feed = Feed()
    // The first waits for what the second makes.
    let script =
      "if [ $1 = a ]; then until [ -e flag ]; do sleep 0.05; done; else : > flag; fi; echo $1"
    let running = Command(
      arguments: [
        "env", "-C", tree.path, farmPath, "map", "-j2", "--", "sh", "-c", BytePath(script), "sh",
      ], input: feed.reader
    ).start()
    feed.say("a\n")
    usleep(300_000)
    feed.say("b\n")
    #expect(eventually { running.outputSoFar == "a\nb\n" })
    feed.end()
    #expect(running.wait().status == 0)
  }

  @Test func `an endless input ends quietly with its reader`() {
    let script = #"yes | "$0" map -- echo | head -n3; echo "${PIPESTATUS[*]}""#
    let run = Command(arguments: ["bash", "-c", BytePath(script), farmPath]).run()
    #expect(run.outputText == "y\ny\ny\n141 141 0\n", "\(run)")
    #expect(run.errors.isEmpty, "\(run)")
  }

  @Test func `an endless input runs in flat memory, whoever takes the results`() throws {
    guard let worker = Workers.squareInC else { return }
    var ends: [Int32] = [0, 0]
    #expect(farm_pipe2(&ends, O_CLOEXEC) == 0)
    let script = BytePath(#"yes 0123456789 | "$0" map -j2 --worker "$1" --job-type echo"#)
    let running = Command(
      arguments: ["bash", "-c", script, farmPath, worker], output: ends[1]
    ).start()
    close(ends[1])
    func read(_ megabytes: Int) {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      var left = megabytes << 20
      while left > 0 {
        let count = Glibc.read(ends[0], &buffer, min(buffer.count, left))
        guard count > 0 else { return }
        left -= count
      }
    }
    let farm = { running.workers.first { Processes.isNamed("farm", $0) } }
    read(1)
    let pid = try #require(farm())
    // Nobody reads for a while: then as well it must stop.
    usleep(1_500_000)
    read(3)
    // 350,000 records by then; and nobody reads again.
    usleep(1_000_000)
    let memory = try #require(Processes.proportionalMemory(of: pid))
    #expect(memory < 110 << 20)
    close(ends[0])
    _ = running.wait()
  }

  @Test func `the first ^C lets what runs be finished`() throws {
    let feed = Feed()
    let tree = Tree()
    let script = "echo $1; until [ -e flag ]; do sleep 0.05; done; echo $1 done"
    let running = Command(
      arguments: [
        "env", "-C", tree.path, farmPath, "map", "-j1", "--", "sh", "-c", BytePath(script), "sh",
      ], input: feed.reader
    ).start()
    feed.say("a\nb\nc\n")
    #expect(eventually { !running.workers.isEmpty })
    usleep(200_000)
    running.send(SIGINT)
    #expect(eventually { running.errorsSoFar.contains("finishing the records under way") })
    tree.write("flag", [])
    let run = running.wait()
    #expect(run.ending == .signalled(SIGINT), "\(run)")
    #expect(run.outputText == "a\na done\n", "\(run)")
    #expect(run.errorLines.last?.hasPrefix("1 done, 0 failed") == true, "\(run)")
  }

  @Test func `a second ^C kills what runs, programs as well`() {
    let mark = "41536\(getpid() % 1000)"
    let feed = Feed()
    let running = Command(
      arguments: [farmPath, "map", "-j2", "--", "sleep", "{}"], input: feed.reader
    ).start()
    feed.say("\(mark)\n\(mark)\n")
    #expect(eventually { Processes.withArgument(mark).count == 2 })
    running.send(SIGINT)
    #expect(eventually { running.errorsSoFar.contains("^C again kills them") })
    running.send(SIGINT)
    let run = running.wait()
    #expect(run.ending == .signalled(SIGINT), "\(run)")
    #expect(eventually { Processes.withArgument(mark).isEmpty })
  }

  @Test func `when farm is killed its programs go with it`() {
    let mark = "51536\(getpid() % 1000)"
    let feed = Feed()
    let running = Command(
      arguments: [farmPath, "map", "-j2", "--", "sleep", "{}"], input: feed.reader
    ).start()
    feed.say("\(mark)\n\(mark)\n")
    #expect(eventually { Processes.withArgument(mark).count == 2 })
    running.send(SIGKILL)
    _ = running.wait()
    #expect(eventually { Processes.withArgument(mark).isEmpty })
  }

  @Test func `when a worker is killed its program goes with it, and the record is tried again`() {
    let tree = Tree()
    let mark = "61536\(getpid() % 1000)"
    let feed = Feed()
    let script = "if [ -e seen ]; then echo again; else : > seen; exec sleep \(mark); fi"
    let running = Command(
      arguments: [
        "env", "-C", tree.path, farmPath, "map", "-j1", "--", "sh", "-c", BytePath(script), "sh",
      ], input: feed.reader
    ).start()
    feed.say("a\n")
    feed.end()
    #expect(eventually { Processes.withArgument(mark).count == 1 })
    for worker in running.workers { kill(worker, SIGKILL) }
    let run = running.wait()
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "again\n")
    #expect(Processes.withArgument(mark).isEmpty)
  }

  @Test func `a full device is status 3 and said`() {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(full) }
    let script = BytePath(#"seq 1000 | "$0" map -- echo"#)
    let run = Command(arguments: ["bash", "-o", "pipefail", "-c", script, farmPath], output: full)
      .run()
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("farm: can't write to standard output: No space left"), "\(run)")
  }

  @Test func `an input that can't be read is status 3 and said`() {
    let directory = open("/tmp", O_RDONLY | O_CLOEXEC)
    defer { close(directory) }
    let run = Command(arguments: [farmPath, "map", "--", "echo"], input: directory).run()
    #expect(run.status == 3, "\(run)")
    #expect(run.errorText.contains("can't read standard input: Is a directory"), "\(run)")
  }
}
