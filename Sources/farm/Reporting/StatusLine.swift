import Glibc
import Synchronization
import WorkerFarm

/// Standard error, shared by messages and the progress bar so that neither spoils the other.
final class StatusLine: Sendable {
  private struct State {
    var progress: RunProgress
    var isShown = false
    var isEnabled: Bool
  }

  private let state: Mutex<State>

  init(showsBar: Bool) {
    state = Mutex(State(progress: RunProgress(start: .now), isEnabled: showsBar))
  }

  var progress: RunProgress { state.withLock { $0.progress } }

  var showsBar: Bool { state.withLock { $0.isEnabled } }

  /// A line of text above the bar.
  func print(_ line: String) {
    state.withLock { state in
      Console.write(Self.erasing(state) + line + "\n", to: STDERR_FILENO)
      state.isShown = false
    }
  }

  /// Bytes above the bar, as they are.
  func write(_ bytes: [UInt8]) {
    state.withLock { state in
      Console.write(Self.erasing(state), to: STDERR_FILENO)
      _ = bytes.withUnsafeBytes { Console.errorWriting($0, to: STDERR_FILENO) }
      state.isShown = false
    }
  }

  /// Somebody typed, and the terminal showed it where the next line is going to be.
  func typedOver() {
    guard Console.canRedraw(STDERR_FILENO) else { return }
    state.withLock { $0.isShown = true }
  }

  func update(_ change: (inout RunProgress) -> Void) {
    state.withLock { change(&$0.progress) }
  }

  /// Draws the bar as it is now.
  func draw() {
    state.withLock { state in
      guard state.isEnabled else { return }
      let bar = ProgressBar(progress: state.progress, time: .now)
      let line = bar.line(width: Console.width(STDERR_FILENO))
      Console.write("\r" + line + Self.eraseRest, to: STDERR_FILENO)
      state.isShown = true
    }
  }

  /// Takes the bar away for good.
  func finish() {
    state.withLock { state in
      let erasing = Self.erasing(state)
      if !erasing.isEmpty { Console.write(erasing, to: STDERR_FILENO) }
      state.isShown = false
      state.isEnabled = false
    }
  }

  private static let eraseRest = "\u{1B}[K"

  private static func erasing(_ state: State) -> String {
    state.isShown ? "\r" + eraseRest : ""
  }
}
