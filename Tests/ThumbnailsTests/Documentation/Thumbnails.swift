import Testing
import Thumbnails
import WorkerFarm

/// The code of the catalogue's landing page; run on threads, since the tests have no worker that serves its job.
@Suite struct ThumbnailsArticleTests {
  @Test func `a thumbnail`() throws {
    let upload = JPEGFixture(width: 640, height: 320).encoded()
    let thumbnailer = Thumbnailer(options: ThumbnailOptions(size: .standard))
    let thumbnail = try thumbnailer.thumbnail(of: upload)
    #expect([thumbnail.width, thumbnail.height] == [256, 128])
  }

  @Test func `a server's job`() async throws {
    let upload = JPEGFixture(width: 640, height: 320).encoded()
    try await withWorkerPool(.threads(count: 1)) { pool in
      let thumbnail = try await pool.run(UploadThumbnail(upload))
      #expect(thumbnail == (try UploadThumbnail(upload).run()))
      await #expect(throws: FailedJob<UploadThumbnail>.self) {
        try await pool.run(UploadThumbnail(Array(upload.prefix(500))))
      }
    }
  }
}

struct UploadThumbnail: Job {
  var upload: [UInt8]

  /// One for all jobs of a worker: it knows the colour profiles seen last.
  static let thumbnailer = Thumbnailer(options: ThumbnailOptions(size: .standard))

  func run() throws -> [UInt8] {
    try Self.thumbnailer.thumbnail(of: upload).bytes
  }

  init(_ upload: [UInt8]) { self.upload = upload }

  func encode(into writer: inout ByteWriter) { writer.write(bytes: upload) }
  init(decoding reader: inout ByteReader) throws { upload = try reader.readBytes() }
  static func encode(_ output: [UInt8], into writer: inout ByteWriter) {
    writer.write(bytes: output)
  }
  static func decodeOutput(_ reader: inout ByteReader) throws -> [UInt8] {
    try reader.readBytes()
  }
}
