"""How alike two pictures are: arrays of rows, columns and channels, 0 ... 255."""

import numpy

# Equal pictures have no PSNR; more than this nobody sees.
HIGHEST_PSNR = 99
# SSIM's window, and its constants for samples up to 255.
WINDOW = 7
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(a, b):
    error = ((a - b) ** 2).mean()
    return HIGHEST_PSNR if error == 0 else min(HIGHEST_PSNR, 10 * numpy.log10(255**2 / error))


def window_means(values, side):
    """Means of all `side` x `side` windows that lie within."""
    sums = numpy.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0), (0, 0)))
    inner = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return inner / side**2


def ssim(a, b):
    """Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment" (2004), with windows of 7 x 7 of
    equal weight, mean of the channels: what scikit-image's structural_similarity gives by default."""
    side = min(WINDOW, *a.shape[:2])
    sample = side**2 / max(1, side**2 - 1)
    mean_a, mean_b = window_means(a, side), window_means(b, side)
    variance_a = sample * (window_means(a * a, side) - mean_a**2)
    variance_b = sample * (window_means(b * b, side) - mean_b**2)
    covariance = sample * (window_means(a * b, side) - mean_a * mean_b)
    above = (2 * mean_a * mean_b + C1) * (2 * covariance + C2)
    return (above / ((mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2))).mean()
