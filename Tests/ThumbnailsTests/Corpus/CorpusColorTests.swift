import Testing

@testable import Thumbnails

@Suite("Pictures of the corpus with a profile", .enabled(if: Corpus.directory != nil))
struct CorpusColorTests {
  /// The larger ones take seconds each.
  static let mostPixels = 8_500_000
  static let photographs = Corpus.table("photos.tsv")
    .filter { row in
      // The reference isn't turned.
      row[8] == "1" && Int(row[2])! * Int(row[3])! <= mostPixels
        && ["", "1"].contains(row[7])
    }
    .map { "photos/" + $0[0] }

  @Test(arguments: photographs + ["hostile/icc_profile_big.jpg"], ["256", "75"])
  func `look as if lcms2 had converted them whole`(path: String, size: String) throws {
    try ColorDifferenceTests.check(Corpus.bytes(path), size)
  }
}
