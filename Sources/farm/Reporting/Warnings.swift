import Logging
import Synchronization

/// Tells a person what the pool reports and no outcome says: that it goes on with fewer workers than asked for.
///
/// Each text comes once. What the pool says about the death of a worker (it has a pid), or about messages that it left
/// out, isn't shown: a picture that suffers from it is named, and one that doesn't is no news.
struct Warnings: LogHandler {
  private final class Seen: Sendable {
    let texts = Mutex<Set<String>>([])
  }

  private let status: StatusLine
  private let seen = Seen()
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]

  static func logger(_ status: StatusLine) -> Logger {
    Logger(label: "farm") { _ in Warnings(status: status) }
  }

  private init(status: StatusLine) { self.status = status }

  func log(event: LogEvent) {
    // The errors come from the pool itself at the end of the run.
    guard event.level == .warning, event.metadata?["pid"] == nil,
      event.metadata?["leftOut"] == nil
    else { return }
    let text = event.message.description
    if seen.texts.withLock({ $0.insert(text).inserted }) {
      status.print("farm: \(Console.escaped(text))")
    }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }
}
