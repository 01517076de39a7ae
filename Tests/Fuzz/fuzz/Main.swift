import CFuzz
import Glibc

/// `fuzz seeds TARGET DIRECTORY` writes a target's first inputs and its dictionary there, `fuzz TARGET …` runs
/// libFuzzer with the further arguments, and `fuzz` names the targets.
@main
enum Main {
  static func main() {
    var arguments = CommandLine.arguments.dropFirst()
    guard let name = arguments.popFirst() else {
      print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
      return
    }
    if name == "seeds", arguments.count == 2, let target = target(named: arguments.removeFirst()) {
      write(target, to: arguments.removeFirst())
    } else if let target = target(named: name) {
      current = target
      exit(runDriver(Array(arguments)))
    } else {
      let usage = "usage: fuzz [seeds TARGET DIRECTORY | TARGET LIBFUZZER-ARGUMENT…]\n"
      Glibc.write(2, usage, usage.utf8.count)
      exit(2)
    }
  }

  private static func target(named name: String) -> FuzzTarget? {
    FuzzTarget.all.first { $0.name == name }
  }

  /// libFuzzer's callback is a plain C function, so the target that it is to run lies here. Written once, before
  /// it is read.
  nonisolated(unsafe) private static var current: FuzzTarget?

  private static func runDriver(_ arguments: [String]) -> Int32 {
    let program = [CommandLine.arguments[0]] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) } + [nil]
    fuzz_memory_watch()
    return words.withUnsafeMutableBufferPointer { words in
      var count = Int32(program.count)
      var start = words.baseAddress
      return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        Main.current?.run(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      }
    }
  }

  private static func write(_ target: FuzzTarget, to directory: String) {
    for (index, seed) in target.seeds().enumerated() {
      write(seed, to: "\(directory)/seed-\(index)")
    }
    let entries = target.dictionary.map { word in
      "\"" + word.map { byte in "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        + "\"\n"
    }
    write(Array(entries.joined().utf8), to: "\(directory).dict")
  }

  private static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w"), fwrite(bytes, 1, bytes.count, file) == bytes.count,
      fclose(file) == 0
    else { fatalError("\(path): \(String(cString: strerror(errno)))") }
  }
}
