import CImageCodecs
import Testing

@testable import Thumbnails

@Suite("Transforms are made once for a profile")
struct ColorTransformCacheTests {
  @Test
  func `and found again, by all of its bytes and the kind of samples`() throws {
    let cache = ColorTransformCache()
    let first = try cache.transform(from: .icc(Profiles.p3), samples: CODEC_RGB)
    let again = try cache.transform(from: .icc(Profiles.p3), samples: CODEC_RGB)
    #expect(first != nil && first === again)
    #expect(try cache.transform(from: .icc(Profiles.gamma18), samples: CODEC_RGB) !== first)
    #expect(try cache.transform(from: .icc(Profiles.p3), samples: CODEC_GREY) == nil)
    #expect(try cache.transform(from: .icc(Profiles.p3), samples: CODEC_RGB) === first)
    #expect(cache.count == 3)
  }

  @Test
  func `and the one unused for longest goes when there are too many`() throws {
    let cache = ColorTransformCache()
    let kept = try cache.transform(from: .icc(Profiles.p3), samples: CODEC_RGB)
    for index in 0..<(3 * ColorTransformCache.capacity) {
      _ = try cache.transform(from: .icc([UInt8(index)]), samples: CODEC_RGB)
      #expect(try cache.transform(from: .icc(Profiles.p3), samples: CODEC_RGB) === kept)
    }
    #expect(cache.count == ColorTransformCache.capacity)
  }

  @Test
  func `by several threads at once too`() async throws {
    let thumbnailer = Thumbnailer(options: .wholeAsPNG())
    let pictures = [Profiles.p3, Profiles.swapped, Profiles.gamma18].map {
      ColorConversionTests.picture($0)
    }
    let expected = try pictures.map { try thumbnailer.thumbnail(of: $0) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<30 {
        group.addTask {
          let other = thumbnailer.with(.wholeAsPNG())
          return try other.thumbnail(of: pictures[index % 3]) == expected[index % 3]
        }
      }
      for try await same in group { #expect(same) }
    }
  }
}
