import ArgumentParser

/// What the first failure means for the rest.
enum Halt: String, ExpressibleByArgument, CaseIterable {
  case never, soon, now
}

/// `--retries`: how often a failed record is begun again.
struct RetryCount: ExpressibleByArgument {
  let value: Int

  init?(argument: String) {
    // The pool counts attempts in sixteen bits.
    guard let value = Int(argument), (0..<Int(UInt16.max)).contains(value) else { return nil }
    self.value = value
  }
}
