import Glibc
import Thumbnails

/// Says what would be run.
struct DryRun {
  let work: MapRun.Work
  let source: RecordSource
  let skipping: Skipping

  func execute() throws {
    var source = source
    var code: Int32 = 0
    var problem: String?
    do throws(UnreadableInput) {
      while code == 0, let records = try source.next() {
        var text: [UInt8] = []
        for record in skipping.rest(of: records) { text += line(record) + [UInt8(ascii: "\n")] }
        code = text.withUnsafeBytes { Console.errorWriting($0, to: STDOUT_FILENO) }
      }
    } catch {
      problem = "\(error)"
    }
    if code != 0 && code != EPIPE { problem = Reporter.cannotWrite(code) }
    if let problem { Console.write("farm: \(problem)\n", to: STDERR_FILENO) }
    try RunEnd(signal: nil, outputError: code, hasProblem: problem != nil, hasFailures: false)
      .conclude()
  }

  /// The words as a shell would take them, or the record.
  private func line(_ record: Record) -> [UInt8] {
    guard case .program(let template, _, let isPiped) = work else { return record.bytes }
    let words = template.filled(with: record).map(Self.quoted)
    let line = Array(words.joined(separator: [UInt8(ascii: " ")]))
    return isPiped ? line + Array(" < ".utf8) + Array(record.name.utf8) : line
  }

  /// In single quotes unless each byte means itself in a shell.
  private static func quoted(_ word: [UInt8]) -> [UInt8] {
    let plain = Set("+-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz,%".utf8)
    if !word.isEmpty && word.allSatisfy(plain.contains) { return word }
    var result = [UInt8(ascii: "'")]
    for byte in word {
      result += byte == UInt8(ascii: "'") ? Array("'\\''".utf8) : [byte]
    }
    return result + [UInt8(ascii: "'")]
  }
}
