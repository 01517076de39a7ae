/// Inputs on their way to the engine.
@usableFromInline
struct InputGatherer: Sendable {
  /// In the order in which they came.
  private var sealed: [StreamChannel.Input] = []
  @usableFromInline private(set) var count = 0
  /// Bytes of the encoded inputs.
  @usableFromInline private(set) var byteCount = 0
  @usableFromInline var records = RecordWriter()

  /// What a frame may carry.
  private let limit: Int
  @usableFromInline let quarantine: Quarantine?

  init(limit: Int, quarantine: Quarantine?) {
    self.limit = limit
    self.quarantine = quarantine
  }

  @inlinable
  mutating func append(_ job: some Job) {
    records.open()
    if quarantine != nil, isRefused(job) { return }
    do {
      try job.encode(into: &records.writer)
      took(bytes: records.close())
    } catch {
      refuse(.unencodableInput("\(error)"))
    }
  }

  @usableFromInline
  mutating func isRefused(_ job: some Job) -> Bool {
    guard let reason = quarantine?.reason(against: job) else { return false }
    refuse(.quarantined(reason))
    return true
  }

  @usableFromInline
  mutating func took(bytes: Int) {
    if bytes > limit {
      return refuse(.unencodableInput("\(bytes) bytes, over the limit of \(limit)"))
    }
    count += 1
    byteCount += bytes
    if records.mustBeTaken { seal() }
  }

  /// The last record doesn't go to a worker; it takes its turn as a failure.
  @usableFromInline
  mutating func refuse(_ failure: JobFailure) {
    records.dropLast()
    seal()
    sealed.append(.failed(failure))
    count += 1
  }

  private mutating func seal() {
    if let records = records.take() { sealed.append(.encoded(records)) }
  }

  /// The only input.
  @usableFromInline
  mutating func takeLone() -> StreamChannel.Input {
    precondition(count == 1, "a lone job among others")
    if let records = records.take() { return .encoded(records) }
    return take()[0]
  }

  @usableFromInline
  mutating func take() -> [StreamChannel.Input] {
    seal()
    defer {
      sealed = []
      count = 0
      byteCount = 0
    }
    return sealed
  }
}
