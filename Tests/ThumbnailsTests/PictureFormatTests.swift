import Testing

@testable import Thumbnails

@Suite("A file's format")
struct PictureFormatTests {
  @Test(
    "is told by its first bytes",
    arguments: [
      ("GIF89a", "GIF"), ("RIFF\0\0\0\0WAVE", "WAV"), ("RIFF\0\0\0\0AVI ", "AVI"),
      ("RIFF\0\0\0\0sfbk", "RIFF"), ("II*\0\u{10}\0\0\0CR", "Canon CR2"),
      ("IIRO\u{8}", "Olympus ORF"),
      ("IIU\0", "Panasonic RW2"), ("FUJIFILMCCD-RAW 0201", "Fujifilm RAF"), ("icns", "ICNS"),
      ("AT&TFORM", "DjVu"), ("SIMPLE  = ", "FITS"), ("/* XPM */", "XPM"), ("farbfeld", "farbfeld"),
      ("II*\0", "TIFF"), ("MM\0*", "TIFF"), ("BM\0\0", "BMP"), ("8BPS", "PSD"),
      ("\0\0\0\u{18}ftypheic", "HEIC"), ("\0\0\0\u{18}ftypmif1\0\0\0\0mif1heic", "HEIC"),
      ("\0\0\0\u{1C}ftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
      ("\0\0\0\u{10}ftypmif1\0\0\0\0avif", "HEIF"), ("\0\0\0\0ftypmsf1", "HEIF"),
      ("\0\0\0\u{14}ftypqt  ", "QuickTime"), ("\0\0\0\u{18}ftypcrx ", "Canon CR3"),
      ("\0\0\0\u{1C}ftypavif", "AVIF"), ("\0\0\0\u{1C}ftypisom", "MP4"),
      ("\0\0\0\u{C}JXL \r\n", "JPEG XL"), ("\0\0\0\u{C}jP  \r\n", "JPEG 2000"),
      ("\0\0\u{1}\0", "ICO"), ("%PDF-1.4", "PDF"), ("%!PS-Adobe", "PostScript"),
      ("<svg xmlns=", "SVG"), ("<?xml version=\"1.0\"?><svg>", "SVG"),
      ("<?xml version=\"1.0\"?>", "XML"),
      ("\u{FEFF} \n<SVG>", "SVG"), ("<!DOCTYPE html>", "HTML"), ("\n\n<html>", "HTML"),
      ("P6\n1 1", "Netpbm"), ("qoif", "QOI"),
    ])
  func otherFormats(head: String, name: String) {
    #expect(PictureFormat.sniff(Array(head.utf8)) == .other(name))
    #expect(throws: ThumbnailError.unsupported("\(name) isn't supported")) {
      try thumbnail(Array(head.utf8), .wholeAsPNG())
    }
  }

  @Test("of JPEG and PNG is known")
  func knownFormats() {
    #expect(PictureFormat.sniff([0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
    #expect(PictureFormat.sniff([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]) == .png)
    #expect(PictureFormat.sniff(Array("RIFF\0\0\0\0WEBPVP8 ".utf8)) == .webp)
    #expect(PictureFormat.sniff([0xFF, 0x4F, 0xFF, 0x51]) == .other("JPEG 2000"))
    #expect(PictureFormat.sniff([0xFF, 0x0A]) == .other("JPEG XL"))
  }

  @Test("of an empty file is none")
  func emptyFile() {
    #expect(PictureFormat.sniff([]) == .empty)
    #expect(throws: ThumbnailError.empty) { try thumbnail([], .wholeAsPNG()) }
  }

  @Test("that nobody knows is shown by its first bytes, escaped")
  func unknownFormats() {
    let bytes = Array("push\"\u{1B}[31m".utf8)
    #expect(throws: ThumbnailError.notAPicture(#"begins with "push\x22\x1b[3""#)) {
      try thumbnail(bytes, .wholeAsPNG())
    }
  }

  @Test("is found in any bytes without harm", arguments: UInt64(0)..<20)
  func anyBytes(seed: UInt64) {
    var random = SeededRandom(seed)
    let heads = ["", "RIFF", "\0\0\0\u{18}ftyp", "P", "<?xml", "\u{FEFF}", "\u{89}PNG", "GIF"]
    for head in heads {
      for length in 0..<16 {
        let bytes = Array(head.utf8) + random.bytes(length)
        // Short or random as they are, none is a picture.
        #expect(throws: ThumbnailError.self) { try thumbnail(bytes, .wholeAsPNG()) }
      }
    }
  }
}
