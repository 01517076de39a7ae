import Glibc
import Testing
import Thumbnails

/// Rows I7 and C9: what the system refuses. Root is refused nothing, so as root these run the command as nobody.
@Suite(.enabled(if: Unprivileged.isPossible)) struct PermissionTests {
  @Test func `I7 a directory or file that can't be read is named, the rest is done`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.write("in/locked/b.jpg", Pictures.jpeg())
    tree.write("in/z.jpg", Pictures.jpeg())
    tree.write("in/secret.jpg", Pictures.jpeg())
    tree.chmod(tree.directory("out"), 0o777)
    tree.chmod(tree["in/locked"], 0o000)
    tree.chmod(tree["in/secret.jpg"], 0o000)
    let run = Unprivileged.farm("thumbs", "--json", tree["in"], "-o", tree["out"])
    #expect(run.status == 1, "\(run)")
    #expect(run.errorText.contains("\(tree["in/locked"]): Permission denied\n"), "\(run)")
    #expect(run.errorText.contains("\(tree["in/secret.jpg"]): Permission denied\n"), "\(run)")
    #expect(try run.pictures.map(\.status) == ["made", "failed", "failed", "made"])
    #expect(tree.names(in: "out") == ["a.jpg.jpg", "z.jpg.jpg"])
  }

  @Test func `C9 an output that can't be written to is found before a worker starts`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.chmod(tree.directory("out"), 0o555)
    for arguments: [BytePath] in [[], ["-o", tree["out"]], ["-o", tree["out/below/it"]]] {
      tree.chmod(tree["in"], 0o555)
      let run = Unprivileged.run(["thumbs", tree["in"]] + arguments)
      #expect(run.status == 2, "\(run)")
      #expect(run.errorText.hasPrefix("farm: can't write thumbnails to \(tree.path)/"), "\(run)")
      #expect(run.errorText.contains("Permission denied"), "\(run)")
      #expect(run.errorText.contains("--output"), "\(run)")
    }
    #expect(tree.names() == ["in/a.jpg"])
  }

  /// As when an upgrade replaces the program of a run that goes on for hours.
  @Test func `W1 workers are started though the program is gone by then`() throws {
    let tree = Tree()
    for seed in 0..<40 { tree.write(BytePath("\(seed).jpg"), Pictures.jpeg(seed: seed)) }
    let program = tree.write("farm", readBytes(farmPath))
    tree.chmod(program, 0o755)
    // Workers die of it, and their successors have to be started.
    let running = Command(
      arguments: [program, "thumbs", "-j2", "-o", tree["out"], tree.path]
    ).start()
    #expect(eventually { !running.workers.isEmpty })
    program.withCString { _ = unlink($0) }
    for worker in running.workers { kill(worker, SIGKILL) }
    let run = running.wait()
    #expect(run.status == 0, "\(run)")
    #expect(tree.names(in: "out").count == 40)
  }

  @Test func `C9 a dry run needs no right to write`() throws {
    let tree = Tree()
    tree.write("in/a.jpg", Pictures.jpeg())
    tree.chmod(tree["in"], 0o555)
    let run = Unprivileged.farm("thumbs", "-n", tree["in"])
    #expect(run.status == 0, "\(run)")
    #expect(run.outputText == "\(tree["in/a.jpg"])\n")
  }
}

enum Unprivileged {
  static var isPossible: Bool {
    geteuid() != 0 || (access("/usr/bin/setpriv", X_OK) == 0 && run(["--version"]).status == 0)
  }

  static func farm(_ arguments: BytePath...) -> Finished { run(arguments) }

  static func run(_ arguments: [BytePath]) -> Finished {
    let change: [BytePath] =
      geteuid() == 0
      ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : []
    return Command(arguments: change + [farmPath] + arguments).run()
  }
}
