"""Whether the ink of a page is lighter or darker than its paper."""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey

__all__ = ["Counts", "has_light_ink", "histogram"]

Counts: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (n,)`: the number of pixels of each level."""

LEVELS: Counts = np.arange(256, dtype=np.float64)

TWO_TONES = 0.86
"""Share of the variance that lies between the halves of Otsu's threshold, from which on a page has two tones, ink and
evenly lit paper, and no shade between. Fitted like the weights below to the papers that `tests/picture/papers.py`
draws."""

SHADED = (1.0, -0.5, 1.5, 0.0)
"""Weights of four signs of light ink on a picture with shadows. Three are skews of the difference from a blurred
picture: blurred over half of it with mirrored borders, the same with repeated borders, and over a quarter. The fourth:
how much darker the border is than the rest."""

CLEAN = (1.0, 1.0, 1.0, 1.5)
"""The same weights on a page of two tones."""

EDGE = 0.04
"""Width of the page's edge, as a share of its longer side."""

LEAST_SPREAD = 2.0
"""Standard deviation, of 255, that is added to a page's own: grey that varies by less tells nothing."""


def has_light_ink(page: Grey) -> bool:
    """Say whether a page has light ink on dark paper.

    Ink is rarer than paper, so the pixels that differ most from their surroundings are ink: the skew of the differences
    tells which way. Surroundings of half the page are right for thick strokes, of a quarter for uneven light. Beyond
    the page they are guessed twice: as its edge drawn out, which is right where strokes fill the page, and as its
    mirror image, for lines along the edge. On a page of two tones the tone of its edge is more likely the paper.

    Args:
        page: `uint8 (height, width)`, at most about 64 pixels a side.
    """
    surroundings = ((2, cv2.BORDER_REFLECT_101), (2, cv2.BORDER_REPLICATE), (4, cv2.BORDER_REPLICATE))
    signs = [*(_skew(page, share, border) for share, border in surroundings), _inner_side(page)]
    weights = CLEAN if _two_tones(page) >= TWO_TONES else SHADED
    skew = sum(weight * sign for weight, sign in zip(weights, signs, strict=True))
    return skew > 0 or (skew == 0 and float(page.mean()) < 128)


def _skew(page: Grey, share: int, border: int) -> float:
    """Give the skewness of the differences from the surroundings: above 0 where those that stand out are lighter.

    Args:
        page: The page.
        share: The surroundings are the page's longer side over this.
        border: How the page goes on beyond its edge, as OpenCV names it.
    """
    reach = max(3, max(page.shape) // share) | 1
    detail = page.astype(np.float32)
    detail -= np.asarray(cv2.blur(detail, (reach, reach), borderType=border), np.float32)
    square = detail * detail
    spread = max(float(np.sqrt(cv2.mean(square)[0])), 1.0)
    return float(square.ravel() @ detail.ravel()) / detail.size / spread**3


def _inner_side(page: Grey) -> float:
    """Give by how many standard deviations the page is lighter than its edge.

    0 where the edge and the ring inside it are on two sides of the page's mean: then the edge is a line or a shadow.
    """
    wide = max(1, round(EDGE * max(page.shape)))
    mean, spread = (value.item() for value in cv2.meanStdDev(page))
    edge, inner = _ring(page, 0, wide), _ring(page, wide, 2 * wide)
    differ = sorted((mean - edge, mean - inner), key=abs)[0] if (mean - edge) * (mean - inner) > 0 else 0.0
    return differ / (spread + LEAST_SPREAD)


def _ring(page: Grey, start: int, stop: int) -> float:
    """Give the mean of a ring from `start` to `stop` pixels inside the edge; in a narrow page of the edge itself."""
    if 2 * stop > min(page.shape):
        start, stop = 0, 1
    height, width = page.shape
    level = page[start:stop], page[height - stop : height - start]
    strips = (*level, page[:, start:stop], page[:, width - stop : width - start])
    return sum(cv2.sumElems(strip)[0] for strip in strips) / sum(strip.size for strip in strips)


def _two_tones(page: Grey) -> float:
    """Give the share of the variance that lies between the two halves that Otsu's threshold makes.

    Source:
        Otsu 1979, "A threshold selection method from gray-level histograms": the criterion η.
    """
    counts = histogram(page) / page.size
    below, mass = np.cumsum(counts), np.cumsum(counts * LEVELS)
    between = (mass[-1] * below - mass) ** 2 / np.maximum(below * (1 - below), 1e-9)
    spread = float(counts @ LEVELS**2 - mass[-1] ** 2)
    return float(between[:-1].max()) / max(spread, 1e-9)


def histogram(page: Grey) -> Counts:
    """Count a page's pixels of each level."""
    return np.asarray(cv2.calcHist([page], [0], None, [256], [0, 256]), np.float64).ravel()
