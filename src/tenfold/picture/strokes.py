"""Which strokes belong to the digit, detached ones too, and how strokes become as dark and as wide as MNIST's.

Thresholds without another source were chosen on the pictures that `tests/picture/papers.py` draws.
"""

from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.frame import BOX, Ink
from tenfold.picture.ink import (
    Components,
    Mask,
    Window,
    connected_components,
    mask_of,
    stroke_width,
    window,
)

__all__ = ["keep_digit", "strengthen", "thicken"]

Flags: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
"""`bool`: for each piece and each edge of the picture whether they meet."""

Pieces: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 5)`: left, top, width, height and area of each connected piece of ink."""

Centres: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 2)`: column and row of the middle of each piece."""

LIGHTEST = 44
"""Ink, of 255, that a stroke goes on down to where the pen pressed lightly."""

STRONGEST = 2.5
"""Largest factor that faint ink is multiplied by."""

ALIKE = 0.2
"""Size of the places within which strokes are made equally dark, as a share of the picture's longer side."""

COARSE = 7
"""Cells across such a place, when the darkness of strokes is looked at."""

EVEN = 240
"""Ink, of 255, that strokes reach everywhere where there is nothing to even out."""

BRIDGE = 0.012
"""Largest gap within a stroke, as a share of the picture's longer side: a fine pen skips on rough paper."""

SMALLEST = 0.05
"""Smallest digit, as a share of the picture's longer side; below are grain and dust."""

SPECK = 0.02
"""Area of a piece beside that of the largest below which it is a speck."""

OVER = 0.3
"""Largest gap to a piece above or below that belongs to a digit, as a share of its longer side: the bar of a 5."""

OVER_CUT = 0.1
"""The same for a piece that the picture's edge cuts off: in a tight crop the bar of a 5 is."""

BESIDE = 0.08
"""The same for a piece beside the digit: the stem of a 4."""

WIDEST = 1.3
"""Largest width of a digit over its height, pieces beside it included."""

HUGGING = 0.15
"""Depth of a piece at the picture's edge, as a share of the shorter side, below which it is left of something cut."""

THINNEST = 1.5 / BOX
"""Width of strokes, as a share of the digit's longer side, below which averaging it down would make them fade."""

USUAL = 2.0 / BOX
"""Width that such strokes are given: half the digits of MNIST have strokes 2.0 to 2.7 pixels wide, of 20."""


def keep_digit(ink: Ink, mask: Mask) -> tuple[Ink, Mask]:
    """Keep the digit's strokes and drop specks, edges and parts of neighbours; of specks alone nothing stays.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        mask: Where the ink is.

    Returns:
        Ink and mask of the digit alone.
    """
    whole = mask_of(ink, LIGHTEST)
    digit = _digit(whole, mask) if whole.any() else whole
    return _soft_edges(ink, digit, whole), digit


def _digit(whole: Mask, mask: Mask) -> Mask:
    """Give the part of the ink that is the digit; nothing where there are only specks."""
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
    """Label connected pieces of ink, with small gaps bridged; only strong ink counts for their area.

    Returns:
        The part of the picture that holds all of them, its labels from 1 on, the boxes of the pieces on it with the
        area of their strong ink, and their centres.
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
    """Widen strokes that would fade when they are averaged down; None where they are wide enough."""
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
    """Bring lightly pressed strokes up to full ink where others beside them are darker.

    Args:
        ink: `uint8 (height, width)`, 0 paper, 255 full ink.
        grain: The ink, 0…255, that the paper's roughness reaches; it is not made stronger than the lightest stroke.

    Returns:
        Ink and mask; None where there is none, all of it is full, or the paper too rough.
    """
    most = min(STRONGEST, LIGHTEST / max(grain, 1.0))
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
    return strong, mask_of(strong)


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
    """Say which pieces may belong to the main one, and which pieces are cut off above or below and must be very near.

    Specks do not belong, nor do pieces that are cut off at a side where the main one is not: they are neighbours. A
    piece that is cut off above or below may be the bar of a 5 in a tight crop.
    """
    large = pieces[:, 4] >= max(SPECK * pieces[:, 4].max(), stroke_width(mask) ** 2 / 2)
    edges = _touching(pieces, mask.shape)
    strange = edges & ~edges[main]
    at_side, at_end = _hugging(pieces, mask.shape)
    beside = strange[:, [0, 2]].any(axis=1) | at_side
    cut = strange[:, [1, 3]].any(axis=1) | at_end
    return set(np.flatnonzero(large & ~beside).tolist()), set(np.flatnonzero(cut).tolist())


def _touching(pieces: Pieces, shape: tuple[int, ...]) -> Flags:
    """Say which pieces touch the left, top, right and bottom edge of the picture: `(n, 4)`."""
    height, width = shape
    left, top, wide, tall = pieces[:, :4].T
    return np.stack([left <= 1, top <= 1, left + wide >= width - 1, top + tall >= height - 1], axis=1)


def _hugging(pieces: Pieces, shape: tuple[int, ...]) -> Flags:
    """Say which pieces touch an edge of the picture and stay near it: `(2, n)`: at the sides, at the top or foot."""
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
    """Say whether a piece is near enough to a digit's box to belong to it, and no neighbour.

    Args:
        piece: The piece.
        box: Left, top, right and bottom of the digit.
        over: The largest gap above or below, as a share of the digit's longer side.
    """
    left, top, right, bottom = box
    longest = max(bottom - top, right - left)
    p_left, p_top, p_right, p_bottom = piece[0], piece[1], piece[0] + piece[2], piece[1] + piece[3]
    across, down = max(p_left - right, left - p_right, 0), max(p_top - bottom, top - p_bottom, 0)
    shared = min(p_right, right) - max(p_left, left)
    if shared >= piece[2] / 2:
        return bool(down <= over * longest)
    wide, tall = max(right, p_right) - min(left, p_left), max(bottom, p_bottom) - min(top, p_top)
    return bool(max(across, down) <= BESIDE * longest and wide <= WIDEST * tall)
