import CPosix
import Glibc
import Testing

@testable import WorkerFarm

@Suite struct ProcessorCountTests {
  @Test(
    arguments: [
      ("max 100000\n", nil), ("100000 100000\n", 1), ("150000 100000", 2), ("200000 100000", 2),
      ("1 100000", 1), ("800000 100000", 8), ("0 100000", nil), ("-5 100000", nil), ("", nil),
      ("100000", nil), ("100000 0", nil), ("a b", nil), ("1 2 3", nil),
      ("99999999999999999999 1", nil), ("9223372036854775807 1", .max),
    ] as [(String, Int?)])
  func `a quota is rounded up to whole processors`(text: String, count: Int?) {
    #expect(ProcessorCount.processors(inQuota: text) == count)
  }

  @Test func `there's at least one processor, and no more than the affinity mask has`() {
    let allowed = Int(farm_affinity_count())
    #expect((1...allowed).contains(ProcessorCount.available))
  }
}

@Suite struct DurationTests {
  @Test(
    arguments: [
      (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1500), 1_500_000_000), (.seconds(-1), 0),
      (.nanoseconds(-1), 0), (.seconds(18_446_744_073), 18_446_744_073_000_000_000),
      (.seconds(18_446_744_074), .max), (.seconds(Int64.max), .max),
      (
        Duration(secondsComponent: 18_446_744_073, attosecondsComponent: 709_551_615_000_000_000),
        .max
      ),
      (
        Duration(secondsComponent: 18_446_744_073, attosecondsComponent: 709_551_616_000_000_000),
        .max
      ),
      (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0),
    ] as [(Duration, UInt64)])
  func `a duration becomes nanoseconds, and never overflows`(duration: Duration, expected: UInt64) {
    #expect(duration.clampedNanoseconds == expected)
  }
}

@Suite struct TerminationTests {
  @Test(
    arguments: [
      (.exited(status: 0), "exited with status 0"), (.exited(status: 7), "exited with status 7"),
      (.signalled(number: SIGSEGV), "killed by SIGSEGV"),
      (.signalled(number: SIGKILL), "killed by SIGKILL"),
      (.signalled(number: 40), "killed by signal 40"),
    ] as [(Termination, String)])
  func `an end is told in words`(termination: Termination, text: String) {
    #expect("\(termination)" == text)
  }

  @Test func `every signal that ends a process by default has a name`() {
    let deadly = [
      SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV,
      SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ, SIGSYS, SIGVTALRM, SIGPROF, SIGPOLL,
      SIGPWR, SIGSTKFLT,
    ]
    for number in deadly {
      #expect(Termination.signalName(number).hasPrefix("SIG"), "\(number)")
    }
  }
}

@Suite struct LastWordsTests {
  @Test func `short words are kept, without white space around them`() {
    #expect(words([" \n  Fatal error: oops\n\n"]).text == "Fatal error: oops")
    #expect(words(["a", "b\n", "c\n"]).text == "ab\nc")
    #expect(words([]).text == "" && words(["\n \t"]).text == "")
  }

  @Test func `of a fatal error the message is kept, not the addresses`() {
    let trace = (0..<100).map { "\($0)   libc.so.6   0x00007f8fe0565280 <unavailable> + 133\n" }
    let all = words(["Fatal error: oops\nCurrent stack trace:\n"] + trace)
    #expect(all.text == "Fatal error: oops")
  }

  @Test func `of long words the end is kept, and the rest counted`() {
    let line = String(repeating: "x", count: 999) + "\n"
    let all = words((0..<1000).map { _ in line } + ["the end"])
    #expect(all.text.hasSuffix("x\nthe end"))
    let notice = "… \(1_000_007 - LastWords.excerpt) bytes before this\n"
    #expect(all.text.hasPrefix(notice))
    #expect(all.text.utf8.count <= notice.utf8.count + LastWords.excerpt)
    #expect(all.dropped > 0 && all.dropped <= 1_000_007 - LastWords.limit)
  }

  @Test func `one word far over the limit is cut, too`() {
    let all = words([String(repeating: "y", count: 3 * LastWords.limit)])
    #expect(all.dropped == 2 * LastWords.limit)
    #expect(all.text.hasSuffix("s\n" + String(repeating: "y", count: LastWords.excerpt)))
  }

  @Test func `bytes that aren't UTF-8 are replaced`() {
    var all = LastWords()
    ([0x41, 0xFF, 0x42] as [UInt8]).withUnsafeBytes { all.append($0) }
    #expect(all.text == "A\u{FFFD}B")
  }

  private func words(_ texts: [String]) -> LastWords {
    var all = LastWords()
    for text in texts { Array(text.utf8).withUnsafeBytes { all.append($0) } }
    return all
  }
}
