"""From a page in grey to ink on clean paper: light divided out, faint and strong pens made equal."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink
from tenfold.picture.polarity import Counts, has_light_ink, histogram

__all__ = [
    "HALF",
    "Components",
    "Mask",
    "Sheet",
    "Window",
    "connected_components",
    "lay_out",
    "quantile",
    "stroke_width",
    "window",
]

Mask: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: 1 ink, 0 paper."""

Components: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int32]]
"""`int32 (height, width)`: which piece each pixel is of, 0 none."""

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns of a page."""

Shares: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: numbers of 0…255 that are not whole."""

FASTEST = cv2.CCL_GRANA
"""OpenCV's way of labelling pieces that finds their boxes and areas soonest; they come out in the same order."""

ROOM = 96
"""Pictures smaller than this are enlarged: with strokes of a few pixels, edges and gaps cannot be told apart."""

THUMBNAIL = 64
"""The longest side of the copy that light and polarity are found on; light changes slowly."""

WIDEST_STROKE = 0.4
"""Paper is seen past anything narrower than this share of the picture's longer side."""

FAINTEST = 0.03
"""The least contrast with evenly lit paper that is ink."""

SHADY = 0.06
"""While light is being measured, what is darker than it by this, or twice this, is ink or shadow."""

NOISE = 4
"""So many times its spread the paper's own roughness may reach."""

CLEARLY = 1.5
"""Ink is so many times as dark as the darkest that paper may be; grain hardly passes it."""

GRAIN = 2
"""So many times its spread the paper's roughness is taken off the ink."""

REMAINS = 0.12
"""Of light that is uneven, so much may remain after it was divided out."""

PAPER = 200
"""The shade of paper, where 0 is black; what is lighter than its surroundings has room above."""

QUARTILE = 1.4826
"""The spread of normal noise over its median size."""

HALF = 0.45
"""A stroke's edge is where it is about half as dark as the ink."""

SEEN = 0.2
"""The light of a place is known from its paper where so much of what is nearby is paper."""

NEARBY = 5
"""The light of a place is averaged over so many thumbnail pixels each way."""

RIDGE = 1e-5
"""Keeps the fit of the light solvable where little paper is seen."""

UNEVEN = 0.05
"""Light that varies by more than this share has been divided out; less is not worth a word."""


@dataclass(frozen=True)
class Sheet:
    """Ink on even paper.

    Attributes:
        ink: `uint8 (height, width)`, 0 paper, 255 the pen's usual darkness.
        mask: Where ink is at least about half as dark as usual.
        grain: The ink that the paper's roughness reaches, 0…255.
        steps: What was done to the page.
    """

    ink: Ink
    mask: Mask
    grain: float
    steps: tuple[str, ...]


def lay_out(page: Grey) -> Sheet | None:
    """Separate ink from paper.

    Args:
        page: `uint8 (height, width)`, in any light, dark on light or light on dark.

    Returns:
        The ink, at the page's size or, for small ones, a whole multiple of it; None where there is none.
    """
    enlarge = -(-ROOM // max(page.shape))
    if enlarge > 1:
        page = np.asarray(cv2.resize(page, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC), np.uint8)
    small = _thumbnail(page)
    inverted = has_light_ink(small)
    if inverted:
        page, small = 255 - page, 255 - small
    light = _light(small)
    shade = _shade(page, light)
    uneven = _unevenness(light)
    level = _level(shade, uneven)
    if level is None:
        return None
    floor, full, rough = level
    darkness = (PAPER - np.arange(256) - floor) / (full - floor)
    ink = np.asarray(cv2.LUT(shade, np.clip(255 * darkness, 0, 255).astype(np.uint8)), np.uint8)
    mask = np.asarray(cv2.threshold(ink, HALF * 255, 1, cv2.THRESH_BINARY)[1], np.uint8)
    steps = ("inverted",) if inverted else ()
    if uneven > UNEVEN:
        steps = ("background divided out", *steps)
    return Sheet(ink, mask, max(0.0, 255 * (rough - floor) / (full - floor)), steps)


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
        How many there are, the paper counted; which one each pixel is of; for each its left, top, width, height and
        area, `int32 (n, 5)`; and its centre, `float64 (n, 2)`.
    """
    count, labels, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, FASTEST)
    return count, np.asarray(labels, np.int32), stats, centres


def quantile(values: "np.ndarray", share: float) -> float:
    """Give the number that this share of some numbers does not pass; of few, in a fifth of `np.quantile`'s time."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    before = int(place)
    low, high = float(ordered[before]), float(ordered[min(before + 1, len(ordered) - 1)])
    past = place - before
    return high - (high - low) * (1 - past) if past >= 0.5 else low + (high - low) * past


def window(mask: Mask, around: int = 0) -> Window:
    """Give the part of a page that holds all of its ink, and so many pixels around it: what is looked at is less."""
    left, top, width, height = cv2.boundingRect(mask)
    rows = slice(max(0, top - around), top + height + around)
    return rows, slice(max(0, left - around), left + width + around)


def _thumbnail(page: Grey) -> Grey:
    shrink = max(page.shape) / THUMBNAIL
    if shrink <= 1:
        return page
    height, width = (max(1, round(side / shrink)) for side in page.shape)
    return np.asarray(cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA))


def _light(small: Grey) -> Grey:
    """Give how light the paper is everywhere, on a thumbnail: past the strokes, and smooth.

    Shadows have edges and lenses darken corners; of the light with and without the latter, the one that leaves less
    to be ink is taken.
    """
    light = _past_strokes(small, np.full(small.shape, 255, np.float32))
    if _unevenness(light) > UNEVEN:
        darkened = _past_strokes(small, _fall_of_light(small))
        light = min(light, darkened, key=lambda tried: np.count_nonzero(small < tried * (1 - 2 * SHADY)))
    return np.clip(light, 1, 255).astype(np.uint8)


def _past_strokes(small: Grey, fall: Shares) -> Shares:
    """Give the light of the paper around and under strokes, where `fall` is known of it."""
    even = np.asarray(cv2.divide(small.astype(np.float32), fall, scale=255), np.float32)
    reach = round(WIDEST_STROKE * max(small.shape)) | 1
    above = np.asarray(cv2.morphologyEx(even, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8)), np.float32)
    contrast = np.clip(_unevenness(above * fall) / 3, FAINTEST, 2 * SHADY)  # shadows are not to be taken for ink
    ink = np.asarray(cv2.dilate((even < above * (1 - contrast)).astype(np.uint8), np.ones((3, 3), np.uint8)))
    paper = (1 - ink).astype(np.float32)
    share, level, beyond = (
        np.asarray(cv2.blur(each, (NEARBY, NEARBY), borderType=cv2.BORDER_REPLICATE), np.float32)
        for each in (paper, paper * even, above)
    )
    even_light = np.where(share > SEEN, level / np.maximum(share, SEEN), beyond)
    return np.asarray(even_light * fall / 255, np.float32)


def _unevenness(light: Grey | Shares) -> float:
    """Give by what share of its most the light varies."""
    return float(np.ptp(light)) / max(float(light.max()), 1.0)


def _fall_of_light(small: Grey) -> Shares:
    """Fit the smooth part of the light, as a lamp or a lens makes it: a square function of the place.

    What is darker than the fit is taken for ink or shadow and left out of the next one.
    """
    terms, products = _square_terms(*small.shape)
    values = small.ravel().astype(np.float32)
    paper = np.ones(len(values), np.float32)
    normal, upper = np.empty((len(terms), len(terms)), np.float32), np.triu_indices(len(terms))
    fit = values
    for _ in range(3):
        normal[upper] = normal.T[upper] = products @ paper
        weights = np.linalg.solve(normal + RIDGE * len(values) * np.eye(len(terms)), terms @ (paper * values))
        fit = weights.astype(np.float32) @ terms
        paper = (values > fit * (1 - SHADY)).astype(np.float32)
    return np.clip(fit, 16, 255).reshape(small.shape)


@lru_cache(maxsize=64)
def _square_terms(height: int, width: int) -> tuple[Shares, Shares]:
    """Give each place's terms of a square function `(6, n)` and the products of any two of them `(21, n)`."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32).reshape(2, -1)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    one, other = np.triu_indices(len(terms))
    return terms, terms[one] * terms[other]


def _shade(page: Grey, light: Grey) -> Grey:
    """Give each pixel's lightness beside its paper's: `PAPER` where they are the same."""
    height, width = page.shape
    everywhere = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.divide(page, everywhere, scale=PAPER), np.uint8)


def _level(shade: Grey, uneven: float) -> tuple[float, float, float] | None:
    """Find how much darker than paper its roughness is, ink usually is, and roughness may be; None: nothing stands out.

    Only paper is lighter than paper: its roughness is measured there, where ink cannot disturb.
    """
    counts = histogram(shade)
    darker, lighter = counts[PAPER::-1], counts[PAPER:]
    roughness = QUARTILE * float(np.searchsorted(np.cumsum(lighter), lighter.sum() / 2))
    remains = REMAINS * uneven * PAPER
    floor = max(FAINTEST * PAPER, NOISE * roughness, remains)
    start = int(floor) + 1
    if start > PAPER or not darker[start:].any():
        return None
    full = _upper_mean(darker[start:]) + start
    if full < CLEARLY * floor:
        return None
    return min(GRAIN * roughness + remains, full / 3), full, NOISE * roughness + remains


def _upper_mean(counts: Counts) -> float:
    """Split a histogram in two as Otsu did and give the mean of the upper part."""
    levels = np.arange(len(counts))
    below, mass = np.cumsum(counts), np.cumsum(counts * levels)
    above = below[-1] - below
    apart = (mass[-1] * below - mass * below[-1]) ** 2 / np.maximum(below * above, 1e-9)
    cut = int(apart[:-1].argmax()) if len(counts) > 1 else 0
    upper = counts[cut + 1 :]
    return float((upper * levels[cut + 1 :]).sum() / upper.sum()) if upper.sum() else float(levels[counts > 0].mean())
