import Glibc
import WorkerFarm

/// What a worker makes of jobs that can't be done, and of its input's end.
extension Check {
  static func declare(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    // Any number will do, and it can be given to another type.
    conversation.declare(subject.type, as: 65_535)
    conversation.declare(Subject.unknownType, as: 7)
    conversation.ask(subject.input(3), type: 65_535)
    let served = try conversation.answer()
    conversation.ask(subject.input(3), type: 7)
    try expectUnknown(conversation.answer())
    conversation.declare(subject.type, as: 7)
    conversation.ask(subject.input(3), type: 7)
    let again = try conversation.answer()
    if case .output = served, case .failure = again {
      throw Violation(
        expected: "an output, now that the number stands for another type", got: again.description)
    }
    try conversation.finish()
  }

  private static func expectUnknown(_ answer: Conversation.Answer) throws {
    guard case .failure(let message) = answer, message.reason == .unknownJobType else {
      throw Violation(
        expected: "a failure of reason 4 (the type is unknown)", got: answer.description)
    }
  }

  static func unknown(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.declare(Subject.unknownType, as: 1)
    conversation.ask([1, 2, 3], type: 1)
    try expectUnknown(conversation.answer())
    try conversation.finish()
  }

  static func garbage(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.declare(subject.type, as: 0)
    let inputs: [[UInt8]] = [
      [], [0], [0xFF], Subject.pattern(7), Subject.pattern(1000),
      Array(repeating: 0xFF, count: 4096),
      Array("{\"\u{0}".utf8),
    ]
    for input in inputs {
      conversation.ask(input)
      _ = try conversation.answer()
    }
    try conversation.finish()
  }

  static func goesOn(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.declare(subject.type, as: 0)
    conversation.declare(Subject.unknownType, as: 1)
    for number in 0..<20 {
      conversation.ask(subject.input(number), type: UInt16(number % 2))
    }
    _ = try conversation.allAnswers()
    try conversation.finish()
  }

  static func memory(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.declare(subject.type, as: 0)
    conversation.limitMemory(to: 1 << 40)
    conversation.ask(subject.input(1))
    _ = try conversation.answer()
    // With so little a job may ask for more, with a failure of reason 5; then it may have it.
    conversation.limitMemory(to: 1)
    conversation.ask(subject.input(1))
    _ = try conversation.answer()
    conversation.limitMemory(to: 1 << 40, nextJobOnly: true)
    conversation.ask(subject.input(1))
    _ = try conversation.answer()
    try conversation.finish()
  }

  static func page(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    guard conversation.session.hello?.keepsProgressPage == true else {
      throw NotChecked(reason: "its hello doesn't say that it keeps the page")
    }
    conversation.declare(subject.type, as: 0)
    let watch = PageWatch(conversation.session.page)
    defer { watch.stop() }
    let deadline = ContinuousClock.now + subject.patience
    var sent: Set<UInt64> = []
    // A short job's id is there for a moment only; among many it's met.
    repeat {
      for number in 0..<500 { sent.insert(conversation.ask(subject.input(number))) }
      _ = try conversation.allAnswers()
      if let id = watch.seen.first(where: { !sent.contains($0) }) {
        throw Violation(expected: "the id of a job that was sent, or 0, on the page", got: "\(id)")
      }
    } while watch.seen.isEmpty && ContinuousClock.now < deadline
    guard !watch.seen.isEmpty else {
      throw Violation(
        expected: "each job's id on the page before the job begins", got: "0 all the time")
    }
    try conversation.finish()
    let last = conversation.session.page.runningJob
    guard last == 0 else { throw Violation(expected: "0 on the page after a job", got: "\(last)") }
  }

  static func end(_ subject: Subject) throws {
    try Conversation(subject).finish()
  }

  static func endAfterJobs(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.declare(subject.type, as: 0)
    for number in 0..<5 { conversation.ask(subject.input(number)) }
    try conversation.session.endInput()
    _ = try conversation.allAnswers()
    try conversation.finish()
  }

  static func endInFrame(_ subject: Subject) throws {
    for part in [1, 3, Frame.headerSize - 1, Frame.headerSize + 2] {
      let conversation = try Conversation(subject)
      conversation.declare(subject.type, as: 0)
      var frame = ByteWriter()
      frame.writeFrame(.job, id: 99) { $0.write(UInt64(1)) }
      conversation.session.say(Array(frame.bytes.prefix(part)))
      try conversation.session.endInput()
      if let message = try conversation.session.next("its end, as its input ended within a frame") {
        throw Violation(
          expected: "no answer to a job of which \(part) bytes came",
          got: "a frame of kind \(message.frame.kind.rawValue)")
      }
      if case .signalled = try conversation.session.waitForEnd() {
        throw Violation(expected: "an exit", got: try conversation.session.farewell())
      }
    }
  }
}
