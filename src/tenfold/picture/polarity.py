"""Which is the ink: what is lighter, or what is darker."""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey

__all__ = ["Counts", "has_light_ink", "histogram"]

Counts: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
"""`float64 (n,)`: how many pixels there are of each level."""

LEVELS: Counts = np.arange(256, dtype=np.float64)

TWO_TONES = 0.86
"""Split in two as Otsu did, a page of one ink on evenly lit paper keeps less than the rest of its variance."""

SHADED = (1.0, -0.5, 1.5, 0.0)
CLEAN = (1.0, 1.0, 1.0, 1.5)
"""What each sign of the ink's side counts, on pages in uneven light and on pages of two tones: the skews with the
surroundings of half the page, mirrored and drawn out, of a quarter, and the edge's own side. Fitted to drawn papers."""

EDGE = 0.04
"""The page's edge is so much of its longer side wide."""

LEAST_SPREAD = 2.0
"""Grey that spreads by less, of 255, tells nothing."""


def has_light_ink(page: Grey) -> bool:
    """Say whether a page has light ink on dark paper.

    Ink is rarer than paper, so what stands out from its surroundings stands out to the ink's side. Surroundings of
    half the page are true for thick strokes, of a quarter for uneven light; beyond the page they are guessed once as
    more of the edge, which is true for strokes that fill the page, and once as its mirror, for lines along the edge.
    Where the page has two tones and no shade between, the one along its edge is more likely the paper.

    Args:
        page: `uint8 (height, width)`, at most about 64 pixels a side.
    """
    surroundings = ((2, cv2.BORDER_REFLECT_101), (2, cv2.BORDER_REPLICATE), (4, cv2.BORDER_REPLICATE))
    signs = [*(_skew(page, share, border) for share, border in surroundings), _inner_side(page)]
    counts = CLEAN if _two_tones(page) >= TWO_TONES else SHADED
    skew = sum(count * sign for count, sign in zip(counts, signs, strict=True))
    return skew > 0 or (skew == 0 and float(page.mean()) < 128)


def _skew(page: Grey, share: int, border: int) -> float:
    """Give by how much what differs from its surroundings is lighter, above 0, or darker, below."""
    reach = max(3, max(page.shape) // share) | 1
    detail = page.astype(np.float32)
    detail -= np.asarray(cv2.blur(detail, (reach, reach), borderType=border), np.float32)
    square = detail * detail
    spread = max(float(np.sqrt(cv2.mean(square)[0])), 1.0)
    return float(square.ravel() @ detail.ravel()) / detail.size / spread**3


def _inner_side(page: Grey) -> float:
    """Give by how many spreads the page is lighter than its edge; 0 where the edge is another tone than next to it."""
    wide = max(1, round(EDGE * max(page.shape)))
    mean, spread = (value.item() for value in cv2.meanStdDev(page))
    edge, inner = _ring(page, 0, wide), _ring(page, wide, 2 * wide)
    differ = sorted((mean - edge, mean - inner), key=abs)[0] if (mean - edge) * (mean - inner) > 0 else 0.0
    return differ / (spread + LEAST_SPREAD)


def _ring(page: Grey, start: int, stop: int) -> float:
    """Give the mean of the four strips that lie so far from the page's edges; of the edge itself in a narrow page."""
    if 2 * stop > min(page.shape):
        start, stop = 0, 1
    height, width = page.shape
    level = page[start:stop], page[height - stop : height - start]
    strips = (*level, page[:, start:stop], page[:, width - stop : width - start])
    return sum(cv2.sumElems(strip)[0] for strip in strips) / sum(strip.size for strip in strips)


def _two_tones(page: Grey) -> float:
    """Give the share of the variance that lies between the two halves that Otsu's threshold makes."""
    counts = histogram(page) / page.size
    below, mass = np.cumsum(counts), np.cumsum(counts * LEVELS)
    between = (mass[-1] * below - mass) ** 2 / np.maximum(below * (1 - below), 1e-9)
    spread = float(counts @ LEVELS**2 - mass[-1] ** 2)
    return float(between[:-1].max()) / max(spread, 1e-9)


def histogram(page: Grey) -> Counts:
    """Count a page's pixels of each level."""
    return np.asarray(cv2.calcHist([page], [0], None, [256], [0, 256]), np.float64).ravel()
