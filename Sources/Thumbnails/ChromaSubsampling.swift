/// How many colour samples a JPEG keeps.
public enum ChromaSubsampling: String, Sendable, Hashable, Codable, CaseIterable {
  /// One colour for four pixels. Red text and thin coloured lines blur a little.
  case yuv420 = "4:2:0"
  /// One colour for each pixel. About a quarter more bytes.
  case yuv444 = "4:4:4"
}
