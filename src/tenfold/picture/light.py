"""The light on paper: the small copy that it is found on, and how light each pixel is beside the paper around it.

Where the light is found there are two ways, one for a picture of one digit (`picture.ink`), one for a whole page
(`page.paper`). The strokes of one digit cover much of its picture, and shadows and dark corners are as large as they
are: there paper and strokes are told apart before the light is fitted to the paper alone. On a page everything written
is small, and the lightest of what is near is paper. What decides between ways is how much is read right:
`python -m benchmarks.reading` for digits, `python -m benchmarks.numbers` for pages.
"""

import cv2
import numpy as np

from tenfold.picture.decode import Grey

__all__ = ["beside_paper", "level_quantile", "roughness", "shrunk"]

MEDIAN_NOISE = 0.6745
"""Median size of normal noise over its standard deviation: the normal quantile of 3/4."""


def shrunk(grey: Grey, longest: int) -> Grey:
    """Average a picture down until its longer side has at most `longest` pixels; a smaller one stays as it is."""
    shrink = max(grey.shape) / longest
    if shrink <= 1:
        return grey
    height, width = (max(1, round(side / shrink)) for side in grey.shape)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def beside_paper(grey: Grey, light: Grey, paper: int) -> Grey:
    """Divide the light out of a picture.

    Args:
        grey: `uint8 (height, width)`, ink darker than paper.
        light: How light the paper is everywhere: `uint8`, a smaller copy.
        paper: The shade that pixels as light as their paper are given, 1…255; what is lighter goes up to 255.

    Returns:
        `uint8 (height, width)`: how light each pixel is beside its paper.
    """
    height, width = grey.shape
    everywhere = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.divide(grey, np.maximum(everywhere, 1), scale=paper), np.uint8)


def roughness(grey: Grey, light: float) -> float:
    """Give the spread of a picture's noise as darkness, 0…255, under paper as light as `light`.

    It is measured on pixels two apart, of which most are both paper.
    """
    if grey.shape[1] < 3:
        return 0.0
    some = grey[::4]
    apart = np.asarray(cv2.absdiff(some[:, 2:], some[:, :-2]), np.uint8)
    return level_quantile(apart, 0.5) / MEDIAN_NOISE / 2**0.5 * 255 / max(light, 1)


def level_quantile(grey: Grey, share: float) -> float:
    """Give what `np.quantile` does, in a tenth of the time: the pixels of each level are counted, not sorted."""
    upto = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().cumsum(dtype=np.float64)
    place = share * (grey.size - 1)
    low, high = np.searchsorted(upto, [int(place), min(int(place) + 1, grey.size - 1)], side="right")
    return float(low + (high - low) * (place - int(place)))
