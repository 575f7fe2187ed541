"""The strokes that belong to the digit, detached ones too, and those that do not."""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.frame import BOX, Ink
from tenfold.picture.ink import HALF, Components, Mask, Window, connected_components, stroke_width, window

__all__ = ["keep_digit", "strengthen", "thicken"]

Pieces: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 5)`: left, top, width, height and area of each connected piece of ink."""

Centres: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 2)`: column and row of the middle of each piece."""

FAINT = 44
"""A stroke goes on where the pen is lighter, down to this ink, of 255."""

STRONGEST = 2.5
"""The most that faint ink is multiplied by."""

ALIKE = 0.2
"""Strokes within this share of the page are made equally dark."""

COARSE = 7
"""That share of the page is so many cells wide when the strokes' darkness is looked at."""

EVEN = 240
"""Where the strokes are this dark everywhere, of 255, there is nothing to even out."""

BRIDGE = 0.012
"""Gaps narrower than this share of the page are within a stroke: a fine pen skips on rough paper."""

SMALLEST = 0.05
"""A digit is at least so long beside the page; paper has grain and dust below."""

SPECK = 0.02
"""A piece smaller than this share of the largest is a speck."""

OVER = 0.3
"""A piece above or below the digit belongs to it up to a gap of so much of its height: the bar of a 5."""

OVER_CUT = 0.1
"""One that is cut off by the page's edge, up to this: in a tight crop the bar of a 5 is."""

BESIDE = 0.08
"""A piece beside the digit belongs to it up to a gap of so much of its height: the stem of a 4."""

WIDEST = 1.3
"""A digit is at most so many times as wide as high, pieces beside it included."""

HUGGING = 0.15
"""A piece that stays this near to an edge of the page is a remnant of what was cut there."""

THINNEST = 1.5 / BOX
"""Strokes thinner than this share of the digit's longer side would fade when it is averaged down."""

USUAL = 2.0 / BOX
"""How thick those are made: as in MNIST, where half the digits' strokes are between 2.0 and 2.7 of 20 pixels."""


def keep_digit(ink: Ink, mask: Mask) -> tuple[Ink, Mask]:
    """Keep the digit's strokes and drop specks, edges and parts of neighbours; of specks alone nothing stays.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        mask: Where the ink is.

    Returns:
        Ink and mask of the digit alone.
    """
    whole = np.asarray(cv2.threshold(ink, FAINT, 1, cv2.THRESH_BINARY)[1], np.uint8)
    digit = _digit(whole, mask) if whole.any() else whole
    return _soft_edges(ink, digit, whole), digit


def _digit(whole: Mask, mask: Mask) -> Mask:
    """Give what of all ink is the digit; nothing where there are only specks."""
    inside, labels, pieces, centres = _pieces(whole, mask)
    if pieces[:, 2:4].max() < SMALLEST * max(mask.shape):
        return np.zeros_like(whole)
    if len(pieces) == 1:
        return whole
    main = _main(pieces, centres, mask.shape)
    fitting, cut = _fitting(pieces, main, mask)
    kept, left = {main}, fitting - {main}
    while new := {
        each
        for each in left
        if _belongs(pieces[each], _bounds(pieces[sorted(kept)]), OVER_CUT if each in cut else OVER)
    }:
        kept |= new
        left -= new
    chosen = np.zeros(len(pieces) + 1, np.uint8)
    chosen[[each + 1 for each in kept]] = 1
    digit = np.zeros_like(whole)
    digit[inside] = chosen[labels] & whole[inside]
    return digit


def _pieces(whole: Mask, mask: Mask) -> tuple[Window, Components, Pieces, Centres]:
    """Label connected pieces of ink, small gaps within them bridged; only strong ink counts for their area.

    Returns:
        The part of the page that holds all of them, its labels from 1 on, and for each piece its box on the page, the
        area of its full ink, and its centre.
    """
    bridge = round(BRIDGE * max(mask.shape)) | 1
    rows, columns = inside = window(whole, bridge // 2)
    linked = cv2.dilate(whole[inside], np.ones((bridge, bridge), np.uint8))
    count, labels, stats, centres = connected_components(np.asarray(linked, np.uint8))
    corner = columns.start, rows.start
    pieces = stats[1:].astype(np.float64)
    pieces[:, :2] += corner
    pieces[:, :2] += bridge // 2 * (pieces[:, :2] > 0)
    pieces[:, 2:4] -= bridge - 1
    pieces[:, 4] = np.bincount(labels[mask[inside] > 0], minlength=count)[1:count]
    return inside, np.asarray(labels, np.int32), pieces, np.asarray(centres[1:] + corner, np.float64)


def thicken(ink: Ink, mask: Mask) -> tuple[Ink, Mask] | None:
    """Give strokes that are too fine to survive being averaged down a usual width; None where they are not."""
    _, _, width, height = cv2.boundingRect(mask)
    longest, pen = max(width, height), stroke_width(mask)
    if not longest or pen >= THINNEST * longest:
        return None
    side = max(2, round(USUAL * longest - pen) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    roomy = (np.pad(each, side) for each in (ink, mask))
    wide, thick = (np.asarray(cv2.dilate(each, kernel), np.uint8) for each in roomy)
    return wide, thick


def strengthen(ink: Ink, grain: float) -> tuple[Ink, Mask] | None:
    """Bring what the pen pressed lightly, beside lines or strokes that are darker, up to full ink.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        grain: The ink, 0…255, that the paper's roughness reaches; it is not made more than a faint stroke.

    Returns:
        Ink and mask; None where there is none, all of it is full, or the paper too rough.
    """
    most = min(STRONGEST, FAINT / max(grain, 1.0))
    left, top, wide, tall = cv2.boundingRect(ink)
    if most <= 1 or not wide:
        return None
    inside = ink[top : top + tall, left : left + wide]
    shrink = max(1, round(ALIKE * max(ink.shape) / COARSE))
    cells = cv2.dilate(inside, np.ones((shrink, shrink), np.uint8))[::shrink, ::shrink]
    local = np.asarray(cv2.dilate(cells, np.ones((COARSE, COARSE), np.uint8)), np.uint8)
    local = np.asarray(cv2.blur(local, (COARSE, COARSE), borderType=cv2.BORDER_REPLICATE), np.uint8)
    if local.min(initial=255) >= EVEN:
        return None
    full = cv2.resize(np.maximum(local, round(255 / most)), (wide, tall), interpolation=cv2.INTER_LINEAR)
    strong = np.zeros_like(ink)
    cv2.divide(inside, full, scale=255, dst=strong[top : top + tall, left : left + wide])
    return strong, np.asarray(cv2.threshold(strong, HALF * 255, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _soft_edges(ink: Ink, digit: Mask, mask: Mask) -> Ink:
    """Give the ink of a digit with its soft edges, and nothing of the other pieces."""
    reach = max(3, round(stroke_width(digit))) | 1
    inside = window(digit, reach // 2 + 1)
    own, all_ink = digit[inside], mask[inside]
    near = np.asarray(cv2.dilate(own, np.ones((reach, reach), np.uint8)), np.uint8)
    others = np.asarray(cv2.dilate(all_ink & ~own, np.ones((3, 3), np.uint8)), np.uint8)
    soft = np.zeros_like(ink)
    cv2.copyTo(ink[inside], near & (own | ~others), soft[inside])
    return soft


def _main(pieces: Pieces, centres: Centres, shape: tuple[int, ...]) -> int:
    """Choose the piece that is most of the digit: large, central, not cut off."""
    height, width = shape
    away = np.hypot((centres[:, 0] - width / 2) / width, (centres[:, 1] - height / 2) / height)
    extent = np.maximum(pieces[:, 2], pieces[:, 3])
    score = np.sqrt(pieces[:, 4]) * extent * np.exp(-3 * away**2)
    score *= np.where(
        _hugging(pieces, shape).any(axis=0), 0.05, np.where(_touching(pieces, shape).any(axis=1), 0.5, 1.0)
    )
    return int(score.argmax())


def _fitting(pieces: Pieces, main: int, mask: Mask) -> tuple[set[int], set[int]]:
    """Say which pieces may belong to the main one, and which of these only if they are very near.

    Specks do not, nor what is cut off at a side where the main one is not: a neighbour. What is cut off above or
    below may be the bar of a 5 in a tight crop.
    """
    large = pieces[:, 4] >= max(SPECK * pieces[:, 4].max(), stroke_width(mask) ** 2 / 2)
    edges = _touching(pieces, mask.shape)
    strange = edges & ~edges[main]
    at_side, at_end = _hugging(pieces, mask.shape)
    beside = strange[:, [0, 2]].any(axis=1) | at_side
    cut = strange[:, [1, 3]].any(axis=1) | at_end
    return set(np.flatnonzero(large & ~beside).tolist()), set(np.flatnonzero(cut).tolist())


def _touching(pieces: Pieces, shape: tuple[int, ...]) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Say which pieces touch the left, top, right and bottom edge of the page."""
    height, width = shape
    left, top, wide, tall = pieces[:, :4].T
    return np.stack([left <= 1, top <= 1, left + wide >= width - 1, top + tall >= height - 1], axis=1)


def _hugging(pieces: Pieces, shape: tuple[int, ...]) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Say which pieces touch an edge of the page and stay near it: at the sides, and at the top or foot."""
    height, width = shape
    left, top, wide, tall = pieces[:, :4].T
    reach = HUGGING * min(height, width)
    at_side = ((left <= 1) | (left + wide >= width - 1)) & (wide < reach)
    at_end = ((top <= 1) | (top + tall >= height - 1)) & (tall < reach)
    return np.stack([at_side, at_end])


def _bounds(pieces: Pieces) -> tuple[float, float, float, float]:
    """Give left, top, right and bottom of pieces together."""
    left, top = pieces[:, 0].min(), pieces[:, 1].min()
    return left, top, (pieces[:, 0] + pieces[:, 2]).max(), (pieces[:, 1] + pieces[:, 3]).max()


def _belongs(
    piece: "np.ndarray[tuple[int], np.dtype[np.float64]]", box: tuple[float, float, float, float], over: float
) -> bool:
    """Say whether a piece is near enough to a digit's box, `over` of it above or below, and no neighbour beside it."""
    left, top, right, bottom = box
    longest = max(bottom - top, right - left)
    p_left, p_top, p_right, p_bottom = piece[0], piece[1], piece[0] + piece[2], piece[1] + piece[3]
    across, down = max(p_left - right, left - p_right, 0), max(p_top - bottom, top - p_bottom, 0)
    shared = min(p_right, right) - max(p_left, left)
    if shared >= piece[2] / 2:
        return bool(down <= over * longest)
    wide, tall = max(right, p_right) - min(left, p_left), max(bottom, p_bottom) - min(top, p_top)
    return bool(max(across, down) <= BESIDE * longest and wide <= WIDEST * tall)
