import CImageCodecs
import Synchronization

/// The transforms of the profiles seen last, for any number of threads.
///
/// A camera's pictures all have the same profile, and a transform takes 1 ms to make (a printing profile's
/// 80 ms), which is a good part of a small picture's time.
final class ColorTransformCache: Sendable {
  /// Printing profiles of different papers come to a megabyte each with their transform.
  static let capacity = 8

  private struct Entry: Sendable {
    let profile: ColorProfile
    let samples: codec_layout
    /// `nil` for a profile that can't be used.
    let transform: ColorTransform?
  }

  /// The one used last at the end.
  private let entries = Mutex<[Entry]>([])

  /// The transform of a profile, or `nil` when it is broken or not for such samples.
  ///
  /// - Throws: that there is no memory.
  func transform(
    from profile: ColorProfile, samples: codec_layout
  ) throws(ThumbnailError) -> ColorTransform? {
    if let entry = recall(profile, samples) { return entry.transform }
    // Not under the lock: other threads' profiles needn't wait. Two may make the same one.
    let transform = try Self.make(profile, samples)
    let entry = Entry(profile: profile, samples: samples, transform: transform)
    entries.withLock { entries in
      if entries.count == Self.capacity { entries.removeFirst() }
      entries.append(entry)
    }
    return transform
  }

  var count: Int { entries.withLock(\.count) }

  private func recall(_ profile: ColorProfile, _ samples: codec_layout) -> Entry? {
    entries.withLock { entries in
      guard
        let index = entries.lastIndex(where: { $0.samples == samples && $0.profile == profile })
      else { return nil }
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry
    }
  }

  private static func make(
    _ profile: ColorProfile, _ samples: codec_layout
  ) throws(ThumbnailError) -> ColorTransform? {
    do {
      return try ColorTransform(
        icc: try profile.iccBytes(isGrey: samples == CODEC_GREY), samples: samples)
    } catch .outOfMemory(let what) {
      throw .outOfMemory(what)
    } catch {
      return nil
    }
  }
}
