import Glibc

/// The coordinator's end of one worker: what it runs in, its pipes, and what's on the way.
final class WorkerLink {
  let body: any WorkerBody
  /// nil once it was asked to end.
  private var input: SharedDescriptor?
  let output: Descriptor
  let error: Descriptor
  private let page: ProgressPage

  var decoder: FrameDecoder
  private var outgoing = SendQueue()
  var lastWords = LastWords()
  /// Set if somebody wants the lines of its standard error.
  var lineCutter: LineCutter?

  /// Set by its hello.
  var hello: Hello?
  /// The numbers under which it knows job types.
  private var declared: [String: UInt16] = [:]
  /// The one that was asked for last, most likely the next one too.
  private var lastAsked: (type: String, number: UInt16)?
  /// What it did wrong; it's being killed for that.
  var violation: WireError?
  var outputIsOpen = true
  /// The last read of it took everything that was there.
  private(set) var isDrained = false
  var errorIsOpen = true

  /// Room for a window of small jobs, and for a megabyte in a few turns. Four pipes a worker of this size
  /// stay under the 64 MiB an ordinary user may have up to 64 workers.
  private static let pipeCapacity: Int32 = 256 << 10

  /// - Parameter makeBody: starts it. It's the last thing that can fail: a child without a link would be nobody's.
  init(
    frameLimit: Int, sandbox: SandboxPolicy?,
    makeBody: (ProgressPage, WorkerEnds) throws(SystemError) -> any WorkerBody
  ) throws(SystemError) {
    let requests = try Pipe(capacity: Self.pipeCapacity)
    let replies = try Pipe(capacity: Self.pipeCapacity)
    let errors = try Pipe()
    try requests.writer.makeNonblocking()
    try replies.reader.makeNonblocking()
    try errors.reader.makeNonblocking()
    let memory = try ProgressPage.makeMemory()
    let page = try ProgressPage(mapping: memory.number)
    let ends = WorkerEnds(
      requests: requests.reader.number, replies: replies.writer.number,
      errors: errors.writer.number, page: memory.number)
    let body = try makeBody(page, ends)
    let requestEnds = requests.ends()
    let replyEnds = replies.ends()
    let errorEnds = errors.ends()
    self.body = body
    self.page = page
    input = SharedDescriptor(owning: requestEnds.writer)
    output = Descriptor(owning: replyEnds.reader)
    error = Descriptor(owning: errorEnds.reader)
    // The worker's ends: with them open here, its death would leave the pipes without an end.
    _ = Descriptor(owning: requestEnds.reader)
    _ = Descriptor(owning: replyEnds.writer)
    _ = Descriptor(owning: errorEnds.writer)
    decoder = FrameDecoder(limit: max(frameLimit, FailureMessage.largestSize))
    Hello(pid: getpid(), frameLimit: frameLimit, isFromCoordinator: true, sandbox: sandbox)
      .write(to: &outgoing.writer)
  }

  /// What to poll while there's something to write.
  var inputNumber: Int32? { input?.descriptor.number }
  var hasOutgoing: Bool { !outgoing.isEmpty }

  /// How much was written since this was last asked, in bytes.
  func takeBytesWritten() -> Int {
    defer { outgoing.bytesWritten = 0 }
    return outgoing.bytesWritten
  }

  /// Ends the requests, which tells the worker to end.
  func closeInput() { input = nil }

  /// The job that the worker says it's running; nil if none. Only with a page is it known.
  var jobOnPage: JobID? {
    let id = page.runningJob
    return id == 0 ? nil : JobID(rawValue: id)
  }

  var keepsPage: Bool { hello?.keepsProgressPage ?? false }

  private func takesSeveralJobs(_ batch: JobBatch) -> Bool {
    guard let hello, hello.takesSeveralJobs else { return false }
    return batch.size + Records.lengthSize * batch.count <= hello.frameLimit
  }

  /// What a job may use of memory, in bytes, or every job from now on.
  func limitMemory(to bytes: Int, for job: JobID? = nil) {
    outgoing.writer.writeFrame(.memory, id: job?.rawValue ?? 0) { $0.write(UInt64(bytes)) }
  }

  /// Appends jobs, and first the name of their type if the worker hasn't heard it.
  func enqueue(_ batch: JobBatch, type: String, sharingFrames: Bool) {
    let number = number(of: type) ?? declare(type)
    if sharingFrames && batch.count > 1 && takesSeveralJobs(batch) {
      return outgoing.append(batch.inputs, type: number, firstID: batch.firstID)
    }
    var rest = batch.inputs
    for index in 0..<batch.count {
      let id = batch.firstID.advanced(by: index)
      outgoing.append(rest.splitOff(first: 1), type: number, id: id)
    }
  }

  private func number(of type: String) -> UInt16? {
    if let lastAsked, lastAsked.type == type { return lastAsked.number }
    guard let number = declared[type] else { return nil }
    lastAsked = (type, number)
    return number
  }

  private func declare(_ type: String) -> UInt16 {
    let number = UInt16(truncatingIfNeeded: declared.count)
    declared[type] = number
    outgoing.writer.writeFrame(.declare, type: number) { $0.write(raw: type) }
    return number
  }

  /// Writes what the pipe takes; false if the worker has closed its end.
  func flush() throws(SystemError) -> Bool {
    guard let input else { return false }
    return try outgoing.flush(to: input.descriptor)
  }

  /// Writes a small job all at once, or nothing: then it's to be sent as usual, which may take a while.
  func sendAtOnce(_ record: Records, type: String, id: JobID) -> Bool {
    guard outgoing.isEmpty, let input, let number = number(of: type) else { return false }
    return outgoing.writeAtOnce(record, type: number, id: id, to: input.descriptor)
  }

  /// One `read` of what it has written.
  func fill() -> Transfer {
    var transfer = Transfer.wouldBlock
    do {
      _ = try decoder.fill { (space) throws(SystemError) -> Int in
        transfer = try output.read(into: space)
        guard case .bytes(let count) = transfer else { return 0 }
        isDrained = count < space.count
        return count
      }
    } catch {
      return .closed
    }
    return transfer
  }

  /// The job's output, if that's all that was read and not taken.
  func takeOutput(of id: JobID) -> [UInt8]? {
    guard let frame = try? decoder.next() else { return nil }
    guard frame.kind == .output, frame.id == id.rawValue, decoder.pending == 0 else {
      decoder.putBack(frame)
      return nil
    }
    return decoder.withPayload(of: frame) { Array($0) }
  }

  /// Reads standard error, but not for ever: a worker may write faster than anybody reads.
  func drainError() {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
      for _ in 0..<8 where errorIsOpen {
        switch try? error.read(into: buffer) {
        case .bytes(let count):
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          lastWords.append(bytes)
          lineCutter?.append(bytes)
        case .wouldBlock: return
        case .closed, nil: errorIsOpen = false
        }
      }
    }
  }
}

extension ByteWriter {
  mutating func write(raw text: String) {
    storage.copied.append(contentsOf: text.utf8)
  }
}
