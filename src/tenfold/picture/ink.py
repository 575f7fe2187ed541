"""From a page in grey to ink on clean paper: light divided out, polarity found, faint and strong pens made equal."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey
from tenfold.picture.frame import Ink

__all__ = ["Mask", "Sheet", "has_light_ink", "lay_out", "stroke_width"]

Mask: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: 1 ink, 0 paper."""

Shares: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: numbers of 0…255 that are not whole."""

ROOM = 96
"""Pictures smaller than this are enlarged: with strokes of a few pixels, edges and gaps cannot be told apart."""

THUMBNAIL = 64
"""The longest side of the copy that light and polarity are found on; light changes slowly."""

WIDEST_STROKE = 0.4
"""Paper is seen past anything narrower than this share of the picture's longer side."""

FAINTEST = 0.06
"""The least contrast with the paper that is ink."""

NOISE = 4
"""So many times its spread the paper's own roughness may reach."""

PAPER = 200
"""The shade of paper, where 0 is black; what is lighter than its surroundings has room above."""

QUARTILE = 1.4826
"""The spread of normal noise over its median size."""

HALF = 0.45
"""A stroke's edge is where it is about half as dark as the ink."""

NEARBY = 5
"""The light of a place is averaged over so many thumbnail pixels each way."""

UNEVEN = 0.05
"""Light that varies by more than this share has been divided out; less is not worth a word."""


@dataclass(frozen=True)
class Sheet:
    """Ink on even paper.

    Attributes:
        ink: `uint8 (height, width)`, 0 paper, 255 the pen's usual darkness.
        mask: Where ink is at least about half as dark as usual.
        steps: What was done to the page.
    """

    ink: Ink
    mask: Mask
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
        page = np.asarray(cv2.resize(page, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC))
    small = _thumbnail(page)
    inverted = has_light_ink(small)
    if inverted:
        page, small = cv2.bitwise_not(page), cv2.bitwise_not(small)
    light = _light(small)
    shade = _shade(page, light)
    level = _level(shade)
    if level is None:
        return None
    floor, full = level
    darkness = (PAPER - np.arange(256) - floor) / (full - floor)
    ink = np.asarray(cv2.LUT(shade, np.clip(255 * darkness, 0, 255).astype(np.uint8)))
    mask = np.asarray(cv2.threshold(ink, HALF * 255, 1, cv2.THRESH_BINARY)[1])
    steps = ("inverted",) if inverted else ()
    if np.ptp(light) > UNEVEN * light.max():
        steps = ("background divided out", *steps)
    return Sheet(ink, mask, steps)


def stroke_width(mask: Mask) -> float:
    """Give the mean width of strokes, in pixels: their area over half their outline."""
    area = cv2.countNonZero(mask)
    outline = area - cv2.countNonZero(cv2.erode(mask, None, borderType=cv2.BORDER_CONSTANT, borderValue=0))
    return 2 * area / max(outline, 1)


def has_light_ink(page: Grey) -> bool:
    """Say whether a page has light ink on dark paper.

    Ink is rarer than paper, so what stands out from its surroundings stands out to the ink's side. Surroundings of
    half the page are true for thick strokes, of a quarter for uneven light; beyond the page they are guessed once as
    more of the edge, which is true for strokes that fill the page, and once as its mirror, for lines along the edge.
    """
    surroundings = ((2, cv2.BORDER_REFLECT_101), (2, cv2.BORDER_REPLICATE), (4, cv2.BORDER_REPLICATE))
    skew = sum(_skew(page, share, border) for share, border in surroundings)
    return skew > 0 or (skew == 0 and float(page.mean()) < 128)


def _skew(page: Grey, share: int, border: int) -> float:
    """Give by how much what differs from its surroundings is lighter, above 0, or darker, below."""
    reach = max(3, max(page.shape) // share) | 1
    detail = page.astype(np.float32)
    detail -= cv2.blur(detail, (reach, reach), borderType=border)
    square = detail * detail
    spread = float(square.mean()) ** 0.5
    return float((square * detail).mean()) / max(spread, 1.0) ** 3


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
    flat = np.full(small.shape, 255, np.float32)
    tried = [_past_strokes(small, fall) for fall in (flat, _fall_of_light(small))]
    dark = [np.count_nonzero(small < light * (1 - 2 * FAINTEST)) for light in tried]
    return np.clip(tried[int(np.argmin(dark))], 1, 255).astype(np.uint8)


def _past_strokes(small: Grey, fall: Shares) -> Shares:
    """Give the light of the paper around and under strokes, where `fall` is known of it."""
    even = np.asarray(cv2.divide(small.astype(np.float32), fall, scale=255))
    reach = round(WIDEST_STROKE * max(small.shape)) | 1
    above = cv2.morphologyEx(even, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    dark = (even < above * (1 - 2 * FAINTEST)).astype(np.uint8)
    paper = 1 - cv2.dilate(dark, np.ones((3, 3), np.uint8)).astype(np.float32)
    near = (NEARBY, NEARBY)
    weight = cv2.blur(paper, near, borderType=cv2.BORDER_REPLICATE)
    level = cv2.blur(paper * even, near, borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.blur(above, near, borderType=cv2.BORDER_REPLICATE)
    light: Shares = fall / 255 * np.where(weight > 0.2, level / np.maximum(weight, 0.2), smooth)
    return light


def _fall_of_light(small: Grey) -> Shares:
    """Fit the smooth part of the light, as a lamp or a lens makes it: a square function of the place.

    What is darker than the fit is taken for ink or shadow and left out of the next one.
    """
    shape = _square_terms(*small.shape)
    values = small.ravel().astype(np.float32)
    paper = np.ones(len(values), bool)
    fit = values
    for _ in range(3):
        terms = shape[paper]
        weights = np.linalg.lstsq(terms.T @ terms, terms.T @ values[paper], rcond=None)[0]
        fit = shape @ weights
        paper = values > fit * (1 - FAINTEST)
    return np.clip(fit, 16, 255).reshape(small.shape).astype(np.float32)


@lru_cache(maxsize=64)
def _square_terms(height: int, width: int) -> Shares:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32).reshape(2, -1)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _shade(page: Grey, light: Grey) -> Grey:
    """Give each pixel's lightness beside its paper's: `PAPER` where they are the same."""
    everywhere = cv2.resize(light, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(page, cv2.max(everywhere, 1), scale=PAPER))


def _level(shade: Grey) -> tuple[float, float] | None:
    """Find how much darker than paper its roughness is and ink usually is; None where nothing stands out.

    Only paper is lighter than paper: its roughness is measured there, where ink cannot disturb.
    """
    counts = np.bincount(shade.ravel(), minlength=256).astype(np.float64)
    darker, lighter = counts[PAPER::-1], counts[PAPER:]
    roughness = QUARTILE * float(np.searchsorted(np.cumsum(lighter), lighter.sum() / 2))
    floor = max(FAINTEST * PAPER, NOISE * roughness)
    start = int(floor) + 1
    if start > PAPER or not darker[start:].any():
        return None
    full = _upper_mean(darker[start:]) + start
    return min(floor, full / 3), full


def _upper_mean(counts: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Split a histogram in two as Otsu did and give the mean of the upper part."""
    levels = np.arange(len(counts))
    below, mass = np.cumsum(counts), np.cumsum(counts * levels)
    above = below[-1] - below
    apart = (mass[-1] * below - mass * below[-1]) ** 2 / np.maximum(below * above, 1e-9)
    cut = int(apart[:-1].argmax()) if len(counts) > 1 else 0
    upper = counts[cut + 1 :]
    return float((upper * levels[cut + 1 :]).sum() / upper.sum()) if upper.sum() else float(levels[counts > 0].mean())
