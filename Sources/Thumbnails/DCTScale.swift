/// How far a JPEG decoder may reduce a picture before the resizer gets it.
enum DCTScale {
  /// The reduced picture has at least so many times the target's pixels in each direction.
  ///
  /// A reduction by DCT blurs and aliases a little; the resizer hides that, the better the more pixels it gets.
  /// 3 is the smallest whole factor that is better than Pillow with its best filter and vipsthumbnail, in mean
  /// and worst PSNR and SSIM, on photographs and on test patterns at 75, 256 and 1024 pixels; 4 gains another
  /// 1 to 5 dB for a third more time on small pictures.
  static let oversampling = 3

  /// The smallest of 1, 2, 4 and 8 eighths that leaves ``oversampling`` times `target`. The scales in between
  /// are no faster and look worse: their transforms are no plain averages of pixels.
  static func eighths(from size: PixelSize, to target: PixelSize) -> Int {
    for eighths in [1, 2, 4] {
      let wide = size.width * eighths >= 8 * oversampling * target.width
      let high = size.height * eighths >= 8 * oversampling * target.height
      if wide && high { return eighths }
    }
    return 8
  }
}
