/// What becomes of the colours that a picture's ICC profile, or PNG's chunks for colours, describe.
public enum ICCHandling: String, Sendable, Hashable, Codable, CaseIterable {
  /// Pixels are converted to sRGB (relative colorimetric with black-point compensation), which is what a
  /// picture without a profile is shown as.
  case convert
  /// Pixels stay as they are, and the profile is embedded in the thumbnail. Ink (CMYK) is converted all the
  /// same, since no thumbnail is ink.
  case keep
  /// Pixels stay as they are, without a profile: colours may change. Ink becomes light by a rule of
  /// thumb.
  case strip
}
