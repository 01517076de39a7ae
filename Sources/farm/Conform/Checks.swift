import Glibc
import WorkerFarm

/// One rule of the wire format, and how to see whether a worker keeps it.
struct Check: Sendable {
  let name: String
  /// In the words of WireFormat.md.
  let rule: String
  let body: @Sendable (Subject) throws -> Void

  static let all: [Check] = [
    Check(name: "hello", rule: "says hello before anything else", body: hello),
    Check(name: "answers", rule: "answers each job with one output or one failure", body: answers),
    Check(name: "order", rule: "answers in the order in which the jobs came", body: order),
    Check(name: "bytewise", rule: "reads frames in whatever pieces they come", body: bytewise),
    Check(name: "echo", rule: "gives back what it got, at all sizes", body: echo),
    Check(name: "limit", rule: "keeps to the payload that the pool's hello allows", body: limit),
    Check(name: "declare", rule: "heeds the latest declaration of a type's number", body: declare),
    Check(
      name: "unknown-type", rule: "answers a job of an unknown type with reason 4", body: unknown),
    Check(
      name: "garbage", rule: "answers an input that makes no sense with a failure", body: garbage),
    Check(name: "goes-on", rule: "keeps serving after a failure", body: goesOn),
    Check(name: "memory", rule: "obeys or ignores kind 6", body: memory),
    Check(name: "page", rule: "notes the running job's id on the progress page", body: page),
    Check(name: "hello-tail", rule: "ignores what follows the known fields of a hello", body: tail),
    Check(name: "end", rule: "exits with status 0 at the end of its input", body: end),
    Check(name: "end-after-jobs", rule: "answers what came before the end", body: endAfterJobs),
    Check(
      name: "end-in-frame", rule: "ends at once when its input ends within a frame",
      body: endInFrame),
  ]

  /// Jobs of one `write`.
  private static let many = 200

  private static func start(_ subject: Subject, frameLimit: Int = Frame.defaultLimit) throws
    -> Conversation
  {
    let conversation = try Conversation(subject, frameLimit: frameLimit)
    conversation.declare(subject.type, as: 0)
    return conversation
  }

  private static func hello(_ subject: Subject) throws {
    _ = try Conversation(subject)
  }

  private static func tail(_ subject: Subject) throws {
    let conversation = try Conversation(subject, tail: Array("later".utf8))
    conversation.declare(subject.type, as: 0)
    conversation.ask(subject.input(1))
    _ = try conversation.answer()
    try conversation.finish()
  }

  private static func answers(_ subject: Subject) throws {
    let conversation = try start(subject)
    for number in 0..<3 {
      conversation.ask(subject.input(number))
      let answer = try conversation.answer()
      if subject.isNamed, case .failure(let message) = answer, message.reason == .unknownJobType {
        throw Violation(expected: "a worker that serves '\(subject.type)'", got: answer.description)
      }
    }
    try conversation.finish()
  }

  private static func order(_ subject: Subject) throws {
    let conversation = try start(subject)
    let inputs = (0..<many).map(subject.input)
    for input in inputs { conversation.ask(input) }
    if subject.isEcho {
      try conversation.answers(inputs)
    } else {
      _ = try conversation.allAnswers()
    }
    try conversation.finish()
  }

  private static func bytewise(_ subject: Subject) throws {
    let conversation = try Conversation(subject)
    conversation.session.isBytewise = true
    conversation.declare(subject.type, as: 0)
    let inputs = (0..<3).map(subject.input)
    guard inputs.allSatisfy({ $0.count <= 4096 }) else {
      throw NotChecked(reason: "the inputs are too long to be written byte by byte")
    }
    for input in inputs { conversation.ask(input) }
    _ = try conversation.allAnswers()
    try conversation.finish()
  }

  /// What the worker itself says it takes, at most.
  private static func largest(_ conversation: Conversation) -> Int {
    min(Int(conversation.session.hello?.frameLimit ?? 0), Frame.defaultLimit)
  }

  private static func echo(_ subject: Subject) throws {
    guard subject.isEcho else { throw NotChecked(reason: "serves no type 'echo'") }
    let conversation = try start(subject)
    let largest = largest(conversation)
    var sizes = Set(0...64)
    var power = 128
    while power <= largest {
      sizes.insert(power)
      if power <= 1 << 20 { sizes.formUnion([power - 1, power + 1]) }
      power *= 2
    }
    sizes.insert(largest)
    // Above a pipe's room one by one: both ends would hold what isn't read yet.
    for size in sizes.sorted() where size <= largest {
      let input = Subject.pattern(size)
      conversation.ask(input)
      try conversation.answers([input])
    }
    try conversation.finish()
  }

  private static func limit(_ subject: Subject) throws {
    let input = subject.isEcho ? Subject.pattern(1000) : subject.inputs[0]
    let first = try start(subject)
    first.ask(input)
    guard case .output(let output) = try first.answer(), !output.isEmpty else {
      throw NotChecked(reason: "there's no output; name a type and an input that have one")
    }
    try first.finish()
    let second = try start(subject, frameLimit: output.count - 1)
    second.ask(input)
    if case .output = try second.answer() {
      throw Violation(
        expected: "a failure where an output has more than the \(output.count - 1) bytes allowed",
        got: "an output")
    }
    try second.finish()
  }
}
