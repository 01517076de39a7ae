/// How a call reaches whatever runs its jobs: the engine on its thread, or nobody but the caller himself.
@usableFromInline
protocol CallChannel: AnyObject, Sendable {
  /// How many inputs may be handed over before the first word comes back, and how many bytes they may have.
  var firstRoom: (jobs: Int, bytes: Int) { get }

  /// Hands over inputs and receipts, and takes what has come.
  ///
  /// - Parameter inputBytes: the size of the encoded inputs.
  func exchange(
    inputs: [StreamChannel.Input], inputBytes: Int, inputEnded: Bool,
    consumedJobs: Int, consumedBytes: Int
  ) -> StreamChannel.Delivery

  /// Asks for an early end; outcomes of what was accepted still come, then the stream finishes.
  func request(_ request: StreamChannel.Request)

  /// Nobody wants the outcomes any more.
  func leave()

  /// Returns when there's an outcome, the end, or (if `forRoom`) room for an input. When the task is cancelled, it
  /// returns at once, and ends the call.
  func waitInterruptibly(forRoom: Bool) async

  /// As ``waitInterruptibly(forRoom:)``, for a thread that may block.
  ///
  /// - Parameter isLone: one outcome is awaited, and no input will follow.
  func wait(forRoom: Bool, isLone: Bool, parker: ThreadParker)

  /// From now on exchanges aren't announced before ``wait(forRoom:isLone:parker:)`` or ``speakUp()``.
  func becomeQuiet()

  /// Announces what was exchanged.
  func speakUp()

  /// Lets whoever waits look again, or whoever waits next.
  func nudge()
}
