/// How far a JPEG decoder may reduce a picture before the resizer gets it.
///
/// A reduction to 1, 2 or 4 eighths makes pixels that are means of 8, 4 or 2 in each direction. The blur of that
/// the resizer takes away again (``FilterAxis``); what finer detail folds into it stays, and is the more the fewer
/// pixels are left for each of the target's. Against a full decode and Lanczos3, 260 photographs and drawings to 75
/// pixels, 128 to 256 (mean PSNR in dB / mean SSIM; worst PSNR / worst SSIM):
///
/// | | 75 | 256 |
/// |---|---|---|
/// | 3 times the target, without sharpening | 57.0 / .9993; 45.2 / .9913 | 57.6 / .9992; 47.9 / .9979 |
/// | 3 times | 57.5 / .9994; 45.8 / .9914 | 58.2 / .9992; 48.6 / .9979 |
/// | **2.5 times** | 56.8 / .9992; 41.3 / .9914 | 57.3 / .9990; 46.6 / .9977 |
/// | 2 times | 54.9 / .9988; 39.9 / .9845 | 56.0 / .9987; 45.0 / .9960 |
/// | 1.7 times | 54.3 / .9985; 39.0 / .9624 | 54.3 / .9983; 43.2 / .9918 |
/// | Pillow, Lanczos | 51.8 / .9985; 40.1 / .9912 | 54.0 / .9984; 43.2 / .9957 |
/// | vipsthumbnail | 46.3 / .9966; 26.5 / .9749 | 49.9 / .9975; 30.9 / .9919 |
///
/// 2.25 is about the smallest that is nowhere below the better of the two others; 2.5 leaves a margin. Gratings that
/// are hardly coarser than the reduced pixels become coarse ones of a fifth of their contrast, at 3 times as at 2.5.
enum DCTScale {
  /// The reduced picture has at least so many times the target's pixels in each direction.
  static let oversampling = 2.5
  /// The same at half the size. Where that would do, Pillow decodes at full size, and a lower bound would be worse
  /// than that in the worst case (47.4 dB against 50.3, 5,000 pixels to 1,024).
  static let oversamplingAtHalf = 3.0

  /// The smallest of 1, 2, 4 and 8 eighths that leaves enough pixels. The scales in between are slower.
  static func eighths(from size: PixelSize, to target: PixelSize) -> Int {
    for eighths in [1, 2, 4] {
      let needed = 8 * (eighths == 4 ? oversamplingAtHalf : oversampling)
      let wide = Double(size.width * eighths) >= needed * Double(target.width)
      let high = Double(size.height * eighths) >= needed * Double(target.height)
      if wide && high { return eighths }
    }
    return 8
  }
}
