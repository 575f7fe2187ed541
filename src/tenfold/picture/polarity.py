"""Whether the ink of a picture is lighter or darker than its paper."""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey

__all__ = ["Counts", "has_light_ink", "histogram"]

Counts: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (n,)`: the number of pixels of each level."""

LEVELS: Counts = np.arange(256, dtype=np.float64)

TWO_TONES = 0.86
"""Share of the variance that lies between the halves of Otsu's threshold, from which on a picture has two tones, ink
and evenly lit paper, and no shade between. Fitted like the weights below to the papers that `tests/picture/papers.py`
draws."""

SHADED = (1.0, -0.5, 1.5, 0.0)
"""Weights of four signs of light ink on a picture with shadows. Three are skews of the difference from a blurred
picture: blurred over half of it with mirrored borders, the same with repeated borders, and over a quarter. The fourth:
how much darker the border is than the rest."""

CLEAN = (1.0, 1.0, 1.0, 1.5)
"""The same weights on a picture of two tones."""

EDGE = 0.04
"""Width of the picture's edge, as a share of its longer side."""

LEAST_SPREAD = 2.0
"""Standard deviation, of 255, that is added to a picture's own: grey that varies by less tells nothing."""


def has_light_ink(grey: Grey) -> bool:
    """Say whether a picture has light ink on dark paper.

    Ink is rarer than paper, so the pixels that differ most from their surroundings are ink: the skew of the differences
    tells which way. Surroundings of half the picture are right for thick strokes, of a quarter for uneven light. Beyond
    the picture they are guessed twice: as its edge drawn out, which is right where strokes fill the picture, and as its
    mirror image, for lines along the edge. On a picture of two tones the tone of its edge is more likely the paper.

    Args:
        grey: `uint8 (height, width)`, at most about 64 pixels a side.
    """
    surroundings = ((2, cv2.BORDER_REFLECT_101), (2, cv2.BORDER_REPLICATE), (4, cv2.BORDER_REPLICATE))
    signs = [*(_skew(grey, share, border) for share, border in surroundings), _inner_side(grey)]
    weights = CLEAN if _two_tones(grey) >= TWO_TONES else SHADED
    skew = sum(weight * sign for weight, sign in zip(weights, signs, strict=True))
    return skew > 0 or (skew == 0 and float(grey.mean()) < 128)


def _skew(grey: Grey, share: int, border: int) -> float:
    """Give the skewness of the differences from the surroundings: above 0 where those that stand out are lighter.

    Args:
        grey: The picture.
        share: The surroundings are the picture's longer side over this.
        border: How the picture goes on beyond its edge, as OpenCV names it.
    """
    reach = max(3, max(grey.shape) // share) | 1
    detail = grey.astype(np.float32)
    detail -= np.asarray(cv2.blur(detail, (reach, reach), borderType=border), np.float32)
    square = detail * detail
    spread = max(float(np.sqrt(cv2.mean(square)[0])), 1.0)
    return float(square.ravel() @ detail.ravel()) / detail.size / spread**3


def _inner_side(grey: Grey) -> float:
    """Give by how many standard deviations the picture is lighter than its edge.

    0 where the edge and the ring inside it are on two sides of the picture's mean: then the edge is a line or a shadow.
    """
    wide = max(1, round(EDGE * max(grey.shape)))
    mean, spread = (value.item() for value in cv2.meanStdDev(grey))
    edge, inner = _ring(grey, 0, wide), _ring(grey, wide, 2 * wide)
    differ = sorted((mean - edge, mean - inner), key=abs)[0] if (mean - edge) * (mean - inner) > 0 else 0.0
    return differ / (spread + LEAST_SPREAD)


def _ring(grey: Grey, start: int, stop: int) -> float:
    """Give the mean of a ring from `start` to `stop` pixels inside the edge; in a narrow picture of the edge itself."""
    if 2 * stop > min(grey.shape):
        start, stop = 0, 1
    height, width = grey.shape
    level = grey[start:stop], grey[height - stop : height - start]
    strips = (*level, grey[:, start:stop], grey[:, width - stop : width - start])
    return sum(cv2.sumElems(strip)[0] for strip in strips) / sum(strip.size for strip in strips)


def _two_tones(grey: Grey) -> float:
    """Give the share of the variance that lies between the two halves that Otsu's threshold makes.

    Source:
        Otsu 1979, "A threshold selection method from gray-level histograms": the criterion η.
    """
    counts = histogram(grey) / grey.size
    below, mass = np.cumsum(counts), np.cumsum(counts * LEVELS)
    between = (mass[-1] * below - mass) ** 2 / np.maximum(below * (1 - below), 1e-9)
    spread = float(counts @ LEVELS**2 - mass[-1] ** 2)
    return float(between[:-1].max()) / max(spread, 1e-9)


def histogram(grey: Grey) -> Counts:
    """Count a picture's pixels of each level."""
    return np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]), np.float64).ravel()
