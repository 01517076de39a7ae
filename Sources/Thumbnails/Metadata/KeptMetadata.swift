/// What of a picture's metadata a thumbnail keeps; by default nothing. The colour profile is
/// ``ThumbnailOptions/icc``'s matter, and the orientation is always applied and never kept.
public enum KeptMetadata: String, Sendable, Hashable, Codable, CaseIterable {
  /// Artist and copyright notice, from EXIF, and nothing else of it.
  case copyright
  /// EXIF as it is (camera, lens, exposure, date, the maker's notes), without its preview, without the
  /// orientation, which is applied, with the thumbnail's size in place of the picture's, and without the
  /// place: see ``gps``. What the maker's notes hold nobody knows.
  case exif
  /// With ``exif``, also where the picture was taken. By itself it keeps nothing: a place shall never get out by
  /// one word.
  case gps
}
