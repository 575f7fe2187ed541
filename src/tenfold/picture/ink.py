"""From a picture in grey to ink on clean paper: light divided out, faint and strong pens made equal.

Thresholds without another source were chosen on the pictures that `tests/picture/papers.py` draws.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.light import beside_paper, shrunk
from tenfold.picture.polarity import Counts, has_light_ink, histogram

__all__ = [
    "THUMBNAIL",
    "Components",
    "InkLayer",
    "Mask",
    "Window",
    "connected_components",
    "mask_of",
    "quantile",
    "runs_of",
    "separate_ink",
    "stroke_width",
    "window",
]

Mask: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: 1 ink, 0 paper."""

Components: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""`int32 (height, width)`: for each pixel the number of its piece of ink from 1 on, 0 where there is none."""

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns of a picture."""

Shares: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: light or ink, 0…255, not rounded."""

FASTEST = cv2.CCL_GRANA
"""OpenCV's fastest way to label pieces with their boxes and areas; the numbers are those of its default. Measured:
docs/log.md, "Speed of the server"."""

ENLARGED = 96
"""Longest side, in pixels, that smaller pictures are enlarged to: where strokes are a few pixels wide, edges and gaps
cannot be told apart."""

THUMBNAIL = 64
"""Longest side, in pixels, of the copy that light, polarity and ruling lines are first found on: light changes
slowly, and lines are long."""

WIDEST_STROKE = 0.4
"""Widest stroke, as a share of the picture's longer side, that the light is still seen around."""

FAINTEST = 0.03
"""Least darkness of ink on evenly lit paper, as a share of the paper's light."""

SHADE = 0.06
"""Darkness, as a share of the light, from which on a place is ink or shadow and not used to measure the light; twice as
much on unevenly lit paper, whose shadows are darker."""

NOISE = 4
"""Most darkness that the paper's roughness reaches, in its standard deviations; half of it is taken off the ink."""

CLEARLY = 1.5
"""Least darkness of the ink, as a multiple of the most that rough paper reaches; below it the picture is blank."""

REMAINS = 0.12
"""Share of the light's unevenness that may be left after it was divided out."""

PAPER = 200
"""Level of paper after the light was divided out, of 255: what is lighter than its surroundings has room above."""

OVER_MEDIAN = 1.4826
"""Standard deviation of normal noise over the median of its size: 1 over `picture.light.MEDIAN_NOISE`, rounded by
itself, for thresholds were chosen with this number."""

STROKE_EDGE = 0.45
"""Darkness of a stroke's edge, as a share of the ink's: about half."""

SEEN = 0.2
"""Share of paper among the pixels nearby from which on the light is taken from it."""

NEARBY = 5
"""Side of the square of thumbnail pixels that light is averaged over."""

RIDGE = 1e-5
"""Ridge of the fit of the light, for each pixel: keeps it solvable where little paper is seen."""

UNEVEN = 0.05
"""Variation of the light, as a share of its most, from which on lamps and lenses are modelled and it is told as a
step."""


@dataclass(frozen=True)
class InkLayer:
    """The ink of a picture, apart from its paper.

    Attributes:
        ink: `uint8 (height, width)`, 0 paper, 255 the pen's usual darkness.
        mask: Where the ink is darker than the edge of a stroke.
        grain: The most that the paper's roughness reaches in `ink`, 0…255.
        steps: What was done to the picture.
    """

    ink: Ink
    mask: Mask
    grain: float
    steps: tuple[str, ...]


def separate_ink(grey: Grey) -> InkLayer | None:
    """Separate ink from paper.

    Args:
        grey: `uint8 (height, width)`, in any light, dark on light or light on dark.

    Returns:
        The ink, at the picture's size or, for small ones, a whole multiple of it; None where there is none.
    """
    enlarge = -(-ENLARGED // max(grey.shape))
    if enlarge > 1:
        grey = np.asarray(cv2.resize(grey, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC), np.uint8)
    small = shrunk(grey, THUMBNAIL)
    inverted = has_light_ink(small)
    if inverted:
        grey, small = 255 - grey, 255 - small
    light = _light(small)
    shade = beside_paper(grey, light, PAPER)
    uneven = _unevenness(light)
    darkness = _darkness(shade, uneven)
    if darkness is None:
        return None
    floor, full, paper = darkness
    share = (PAPER - np.arange(256) - floor) / (full - floor)
    ink = np.asarray(cv2.LUT(shade, np.clip(255 * share, 0, 255).astype(np.uint8)), np.uint8)
    steps = ("inverted",) if inverted else ()
    if uneven > UNEVEN:
        steps = ("background divided out", *steps)
    return InkLayer(ink, mask_of(ink), max(0.0, 255 * (paper - floor) / (full - floor)), steps)


def mask_of(ink: Ink, level: float = STROKE_EDGE * 255) -> Mask:
    """Mark the ink that is darker than a level, 0…255; by default that of a stroke's edge."""
    return np.asarray(cv2.threshold(ink, level, 1, cv2.THRESH_BINARY)[1], np.uint8)


def runs_of(flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "np.ndarray[tuple[int, int], np.dtype[np.intp]]":
    """Give where each run of True begins, and the place behind its end: `intp (n, 2)`."""
    return np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)


def stroke_width(mask: Mask) -> float:
    """Give the mean width of strokes, in pixels: their area over half their outline."""
    area = cv2.countNonZero(mask)
    if not area:
        return 0.0
    inked = mask[window(mask)]
    outline = area - cv2.countNonZero(
        cv2.erode(inked, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    )
    return 2 * area / max(outline, 1)


def connected_components(mask: Mask) -> tuple[int, Components, "np.ndarray", "np.ndarray"]:
    """Label the connected pieces of ink.

    Returns:
        How many there are, the paper counted as one; the number of each pixel's piece; left, top, width, height and
        area of each piece, `int32 (n, 5)`; its centre, `float64 (n, 2)`.
    """
    count, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, FASTEST)
    return count, np.asarray(labels, np.int32), stats, centres


def quantile(values: "np.ndarray", share: float) -> float:
    """Give the number that this share of some numbers does not pass, as `np.quantile` does, sooner for few numbers."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    before = int(place)
    low, high = float(ordered[before]), float(ordered[min(before + 1, len(ordered) - 1)])
    past = place - before
    return high - (high - low) * (1 - past) if past >= 0.5 else low + (high - low) * past


def window(mask: Mask, around: int = 0) -> Window:
    """Give the part of a picture that holds all of its ink, with a margin of `around` pixels, to look at less."""
    left, top, width, height = cv2.boundingRect(mask)
    rows = slice(max(0, top - around), top + height + around)
    return rows, slice(max(0, left - around), left + width + around)


def _light(small: Grey) -> Grey:
    """Give how light the paper is at each place of a thumbnail: seen around the strokes, and smooth.

    Shadows have edges, lenses darken corners. The light is found with and without a model of the latter; the one that
    leaves less of the picture to be ink is taken.
    """
    light = _around_strokes(small, np.full(small.shape, 255, np.float32))
    if _unevenness(light) > UNEVEN:
        darkened = _around_strokes(small, _fall_of_light(small))
        light = min(light, darkened, key=lambda tried: np.count_nonzero(small < tried * (1 - 2 * SHADE)))
    return np.clip(light, 1, 255).astype(np.uint8)


def _around_strokes(small: Grey, model: Shares) -> Shares:
    """Give the light of the paper around and under strokes, after dividing out a model of it."""
    even = np.asarray(cv2.divide(small.astype(np.float32), model, scale=255), np.float32)
    reach = round(WIDEST_STROKE * max(small.shape)) | 1
    above = np.asarray(cv2.morphologyEx(even, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8)), np.float32)
    contrast = np.clip(_unevenness(above * model) / 3, FAINTEST, 2 * SHADE)  # shadows are not to be taken for ink
    ink = np.asarray(cv2.dilate((even < above * (1 - contrast)).astype(np.uint8), np.ones((3, 3), np.uint8)))
    paper = (1 - ink).astype(np.float32)
    share, level, beyond = (
        np.asarray(cv2.blur(each, (NEARBY, NEARBY), borderType=cv2.BORDER_REPLICATE), np.float32)
        for each in (paper, paper * even, above)
    )
    even_light = np.where(share > SEEN, level / np.maximum(share, SEEN), beyond)
    return np.asarray(even_light * model / 255, np.float32)


def _unevenness(light: Grey | Shares) -> float:
    """Give the range of the light as a share of its most."""
    return float(np.ptp(light)) / max(float(light.max()), 1.0)


def _fall_of_light(small: Grey) -> Shares:
    """Fit the smooth part of the light, as a lamp or a lens makes it: a quadratic polynomial of the place.

    What is darker than the fit is ink or shadow, and is left out of the next one; three fits settle it.
    """
    terms, products = _quadratic_terms(*small.shape)
    values = small.ravel().astype(np.float32)
    paper = np.ones(len(values), np.float32)
    normal, upper = np.empty((len(terms), len(terms)), np.float32), np.triu_indices(len(terms))
    fit = values
    for _ in range(3):
        normal[upper] = normal.T[upper] = products @ paper
        weights = np.linalg.solve(normal + RIDGE * len(values) * np.eye(len(terms)), terms @ (paper * values))
        fit = weights.astype(np.float32) @ terms
        paper = (values > fit * (1 - SHADE)).astype(np.float32)
    return np.clip(fit, 16, 255).reshape(small.shape)  # a polynomial may fall below 0 in a corner


@lru_cache(maxsize=64)
def _quadratic_terms(height: int, width: int) -> tuple[Shares, Shares]:
    """Give each place's terms of a quadratic polynomial `(6, n)`, and the products of any two of them `(21, n)`."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32).reshape(2, -1)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    one, other = np.triu_indices(len(terms))
    return terms, terms[one] * terms[other]


def _darkness(shade: Grey, uneven: float) -> tuple[float, float, float] | None:
    """Find what to take off the darkness of a picture, how dark its ink usually is, and how dark its paper may be.

    Only paper is lighter than paper: its roughness is measured there, where ink cannot disturb.

    Args:
        shade: A picture with its light divided out.
        uneven: How uneven the light was, as a share of its most.

    Returns:
        Three darknesses in levels below `PAPER`; None where nothing stands out from paper.
    """
    counts = histogram(shade)
    darker, lighter = counts[PAPER::-1], counts[PAPER:]
    roughness = OVER_MEDIAN * float(np.searchsorted(np.cumsum(lighter), lighter.sum() / 2))
    remains = REMAINS * uneven * PAPER
    paper = NOISE * roughness + remains
    least = max(FAINTEST * PAPER, NOISE * roughness, remains)
    start = int(least) + 1
    if start > PAPER or not darker[start:].any():
        return None
    full = _upper_mean(darker[start:]) + start
    if full < CLEARLY * least:
        return None
    return min(NOISE / 2 * roughness + remains, full / 3), full, paper


def _upper_mean(counts: Counts) -> float:
    """Split a histogram in two by Otsu's threshold and give the mean of the upper part."""
    levels = np.arange(len(counts))
    below, mass = np.cumsum(counts), np.cumsum(counts * levels)
    above = below[-1] - below
    apart = (mass[-1] * below - mass * below[-1]) ** 2 / np.maximum(below * above, 1e-9)
    cut = int(apart[:-1].argmax()) if len(counts) > 1 else 0
    upper = counts[cut + 1 :]
    return float((upper * levels[cut + 1 :]).sum() / upper.sum()) if upper.sum() else float(levels[counts > 0].mean())
