import Testing

@testable import WorkerFarm

/// The two ends of a call, with the test in the engine's place.
@Suite(.hangGuard) final class StreamChannelTests: Sendable {
  private let mailbox: Mailbox
  private let channel: StreamChannel

  init() throws {
    mailbox = try Mailbox()
    channel = StreamChannel(
      jobName: "J", isOrdered: true, timeout: nil, window: Window(jobs: 10, bytes: 100),
      mailbox: mailbox)
  }

  // As the engine's thread does at its end: letters nobody reads would keep the channel, and the channel the mailbox.
  deinit { mailbox.end() }

  @Test func `news is announced once, until it's collected`() {
    _ = channel.exchange(inputs: inputs(1), inputBytes: 5)
    _ = channel.exchange(inputs: inputs(2), inputBytes: 5, consumedJobs: 3, consumedBytes: 7)
    #expect(mailbox.collect().channels.count == 1)
    let news = channel.collect()
    #expect(news?.inputs.count == 3 && news?.consumedJobs == 3 && news?.consumedBytes == 7)
    _ = channel.exchange()
    #expect(mailbox.collect().channels.isEmpty)
    _ = channel.exchange(inputEnded: true)
    #expect(mailbox.collect().channels.count == 1)
    #expect(channel.collect()?.inputEnded == true)
  }

  @Test func `room shrinks with what is handed over, in jobs and in bytes`() {
    #expect(channel.exchange().room == 10)
    #expect(channel.exchange(inputs: inputs(4), inputBytes: 40).room == 6)
    let rest = channel.exchange(inputs: inputs(1), inputBytes: 70)
    #expect(rest.room == 0 && rest.byteRoom <= 0)
    // The engine tells of room before it has seen the fifth input.
    channel.post([], room: 6, byteRoom: 200)
    let now = channel.exchange()
    #expect(now.room == 1 && now.byteRoom == 90)
  }

  @Test func `after the end nothing is collected, and no second end changes the first`() {
    channel.postEnd([], error: nil)
    _ = channel.exchange(consumedJobs: 1)
    channel.request(.abort)
    #expect(mailbox.collect().channels.isEmpty)
    #expect(channel.collect() == nil)
    channel.postEnd(error: .closed)
    let delivery = channel.exchange()
    #expect(delivery.isFinished && delivery.error == nil && delivery.room == 0)
  }

  @Test func `an abort isn't softened by a later stop`() {
    channel.request(.abort)
    channel.request(.stop)
    guard case .abort = channel.collect()?.request else {
      Issue.record("the abort is lost")
      return
    }
  }

  @Test func `a waiter is woken by room, by the end, and when its task is cancelled`() async throws
  {
    await channel.wait(forRoom: true)
    _ = channel.exchange(inputs: inputs(10), inputBytes: 10)
    async let room: Void = channel.wait(forRoom: true)
    channel.post([], room: 12, byteRoom: 100)
    await room
    async let end: Void = channel.wait(forRoom: false)
    channel.postEnd(error: nil)
    await end
    let other = StreamChannel(
      jobName: "J", isOrdered: true, timeout: nil, window: Window(jobs: 1, bytes: 1),
      mailbox: mailbox)
    async let interrupted: Void = other.wait(forRoom: false)
    other.interrupt()
    await interrupted
    await other.wait(forRoom: false)
  }

  @Test func `who speaks to an engine that has ended is told so, and nobody leaks`() throws {
    weak var leaked: StreamChannel?
    weak var leakedMailbox: Mailbox?
    do {
      let mailbox = try Mailbox()
      let early = StreamChannel(
        jobName: "J", isOrdered: true, timeout: nil, window: Window(jobs: 1, bytes: 1),
        mailbox: mailbox)
      _ = early.exchange(inputs: inputs(1), inputBytes: 1)
      mailbox.end()
      #expect(early.exchange().error == .closed)
      leaked = early
      leakedMailbox = mailbox
    }
    #expect(leaked == nil && leakedMailbox == nil)
    mailbox.end()
    _ = channel.exchange(inputs: inputs(1), inputBytes: 1)
    let delivery = channel.exchange()
    #expect(delivery.isFinished && delivery.error == .closed)
  }

  private func inputs(_ count: Int) -> [StreamChannel.Input] {
    Array(repeating: .failed(.unencodableInput("nothing")), count: count)
  }
}

extension Mailbox {
  /// As an engine ends that did nothing.
  fileprivate func end() { end(WorkerLedger(places: 1, now: 1).snapshot(now: 1)) }
}
