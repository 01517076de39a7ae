import Glibc
import Testing

@testable import Thumbnails

/// SHA-256 against the examples of FIPS 180 and the sums that everybody's tools give.
@Suite("Digest")
struct ContentDigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `is SHA-256`(text: String, expected: String) {
    let digest = ContentDigest(of: Array(text.utf8))
    #expect("\(digest)" == expected)
    #expect(ContentDigest(hexadecimal: expected) == digest)
  }

  @Test(arguments: [0, 1, 1 << 20, 3 << 20 + 17])
  func `of a file is that of its bytes, read in pieces`(count: Int) throws {
    let path = BytePath("/tmp/farm-digest-\(getpid())-\(count)")
    let contents = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 11) }
    defer { OutputFile.remove(path) }
    try OutputFile.write(contents, to: path)
    let late = FileTime(timespec(tv_sec: .max, tv_nsec: 0))
    let found = try ContentDigest.ofFile(at: path, unchangedSince: late)
    #expect(found?.byteCount == count)
    #expect(found?.digest == ContentDigest(of: contents))
    let early = FileTime(timespec(tv_sec: 0, tv_nsec: 0))
    #expect(try ContentDigest.ofFile(at: path, unchangedSince: early) == nil)
  }

  @Test(arguments: ["", "ab", String(repeating: "g", count: 64), String(repeating: "A", count: 64)])
  func `is read from 64 small digits only`(text: String) {
    #expect(ContentDigest(hexadecimal: text) == nil)
    #expect(ContentDigest(hexadecimal: text + String(repeating: "0", count: 66)) == nil)
  }
}
