import CPosix
import Glibc
import Testing
import Thumbnails

/// Row C5: a standard output or error that takes nothing.
@Suite struct StreamTests {
  private func makeTree() -> Tree {
    let tree = Tree()
    for seed in 0..<300 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(30, 30, seed: seed)) }
    return tree
  }

  @Test func `C5 a reader who has had enough ends the run quietly`() throws {
    let tree = makeTree()
    var ends: [Int32] = [0, 0]
    #expect(farm_pipe2(&ends, O_CLOEXEC) == 0)
    let running = Command(
      arguments: [farmPath, "thumbs", "-s16", "--json", tree.path], output: ends[1]
    ).start()
    close(ends[1])
    var line = [UInt8](repeating: 0, count: 10)
    #expect(read(ends[0], &line, line.count) == line.count)
    close(ends[0])
    let run = running.wait()
    #expect(run.ending == .signalled(SIGPIPE), "\(run)")
    #expect(run.errors.isEmpty, "\(run)")
    #expect(tree.contents(of: "thumbs").values.allSatisfy { ImageHeader($0) != nil })
  }

  @Test func `C5 head -1 sees one record, the shell a broken pipe`() throws {
    let tree = makeTree()
    let script = #""$0" thumbs -s16 --json "$1" | head -n1; echo "${PIPESTATUS[0]}""#
    let run = Command(arguments: ["bash", "-c", BytePath(script), farmPath, tree.path]).run()
    #expect(run.status == 0)
    #expect(run.outputLines.count == 2, "\(run)")
    #expect(run.outputLines.last == "141", "\(run)")
    #expect(run.errors.isEmpty, "\(run)")
  }

  @Test(arguments: [["thumbs", "--json"], ["thumbs", "--dry-run"], ["--help"], ["--version"]])
  func `C5 a full device is status 3 and said`(arguments: [String]) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    defer { close(full) }
    let paths = arguments[0] == "thumbs" ? [tree.path] : []
    let run = Command(
      arguments: [farmPath] + arguments.map { BytePath($0) } + paths, output: full
    ).run()
    #expect(run.status == 3, "\(run)")
    let message = "farm: can't write to standard output: No space left on device"
    #expect(run.errorText.contains(message), "\(run)")
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func `C5 a closed descriptor is not taken for something else`(redirection: String) throws {
    let tree = Tree()
    tree.write("a.jpg", Pictures.jpeg())
    let script = BytePath(#"exec "$0" thumbs "$1" "# + redirection)
    let run = Command(arguments: ["sh", "-c", script, farmPath, tree.path]).run()
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "thumbs") == ["a.jpg.jpg"])
    #expect(ImageHeader(tree.bytes("thumbs/a.jpg.jpg")) != nil)
  }
}
