import CPosix
import Glibc
import WorkerFarm

/// What goes through the pipes.
extension WorkerSession {
  /// Waits for something to happen, and does what can be done without waiting. False at the deadline.
  func pump(until deadline: ContinuousClock.Instant) -> Bool {
    let left = (deadline - ContinuousClock.now).milliseconds
    guard left > 0 else { return false }
    var entries = [pollfd(fd: child.handle.number, events: Int16(POLLIN), revents: 0)]
    func watch(_ end: SharedDescriptor, _ event: Int32) {
      entries.append(pollfd(fd: end.descriptor.number, events: Int16(event), revents: 0))
    }
    if outputIsOpen && breach == nil { watch(output, POLLIN) }
    if errorsAreOpen { watch(errors, POLLIN) }
    if let input, written < outgoing.count, !isBytewise { watch(input, POLLOUT) }
    // That a byte was read nobody tells.
    let pause = isBytewise && written < outgoing.count ? 1 : Int(left) + 1
    _ = poll(&entries, nfds_t(entries.count), Int32(clamping: pause))
    write()
    read()
    drainErrors()
    return true
  }

  private func write() {
    guard let input, written < outgoing.count else { return }
    // Bytes that lie in the pipe would be read together.
    if isBytewise && farm_unread_bytes(input.descriptor.number) > 0 { return }
    let end = isBytewise ? written + 1 : outgoing.count
    let transfer = outgoing.withUnsafeBytes {
      try? input.descriptor.write(UnsafeRawBufferPointer(rebasing: $0[written..<end]))
    }
    switch transfer {
    case .bytes(let count): written += count
    case .wouldBlock: break
    case .closed, nil: self.input = nil
    }
    if written == outgoing.count {
      outgoing = []
      written = 0
    }
  }

  private func read() {
    guard outputIsOpen, breach == nil else { return }
    var transfer = Transfer.wouldBlock
    _ = decoder.fill { space in
      transfer = (try? output.descriptor.read(into: space)) ?? .closed
      if case .bytes(let count) = transfer { return count }
      return 0
    }
    do throws(WireError) {
      while let frame = try decoder.next() {
        let payload = decoder.withPayload(of: frame) { Array($0) }
        inbox.append(Message(frame: frame, payload: payload))
      }
    } catch {
      breach = "\(error): \(Bytes.shown(decoder.pendingHead))"
    }
    guard case .closed = transfer else { return }
    outputIsOpen = false
    if decoder.missingAtEnd > 0 && breach == nil {
      breach = "its output's end within a frame: \(Bytes.shown(decoder.pendingHead))"
    }
  }

  func drainErrors() {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
      while errorsAreOpen {
        switch try? errors.descriptor.read(into: buffer) {
        case .bytes(let count): lastWords = (lastWords + buffer[..<count]).suffix(4096)
        case .wouldBlock: return
        case .closed, nil: errorsAreOpen = false
        }
      }
    }
  }
}
