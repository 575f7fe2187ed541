"""A printed form on a page: found again by its own rows of boxes, however the page was scanned or photographed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.page.boxes import BoxRow, Quad, find_boxes
from tenfold.page.paper import Paper
from tenfold.page.strips import Way
from tenfold.picture.decode import Grey

__all__ = ["Anchor", "anchors_of", "cut_out", "fit", "on_page"]

NEAR = 0.7
"""A row of boxes is where the form has it if it is at most so many of its heights away."""

FAR = 0.03
"""…and so much of its distance from the row that the form was laid on by: paper bends, and cameras look from a side."""

FOUND = 0.5
"""A form fits where more than this share of its rows are found."""

Points: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 2)`: x and y."""


@dataclass(frozen=True)
class Anchor:
    """A row of boxes that a form is found by.

    Attributes:
        boxes: How many boxes it has.
        quad: Its corners, x and y, clockwise from the top left.
    """

    boxes: int
    quad: Quad


def anchors_of(paper: Paper) -> list[Anchor]:
    """Give all rows of boxes on a page, those for words too, in pixels of the page."""
    return [_anchor(row) for row in find_boxes(paper)]


def _anchor(row: BoxRow) -> Anchor:
    return Anchor(len(row.cells), row.quad)


def fit(form: Sequence[Anchor], page: Sequence[Anchor]) -> Way | None:
    """Find the way from a form to a page.

    Args:
        form: The form's rows, in pixels of the page that it was made from.
        page: Those of the page.

    Returns:
        `float64 (3, 3)`, from the form's pixels to the page's; None where the form does not fit.
    """
    best: list[tuple[Anchor, Anchor]] = []
    for known, seen in product(form, page):
        if known.boxes == seen.boxes:
            way = _similar([(known, seen)])
            best = max(best, _pairs(form, page, way, known) if way is not None else [], key=len)
    if len(best) <= FOUND * len(form):
        return None
    return _way(best)


def _pairs(form: Sequence[Anchor], page: Sequence[Anchor], way: Way, origin: Anchor) -> list[tuple[Anchor, Anchor]]:
    """Pair rows of the form with rows of the page that are where a way leads to."""
    found = []
    for known in form:
        place = on_page(way, [_middle(known)])[0]
        alike = [seen for seen in page if seen.boxes == known.boxes]
        if not alike:
            continue
        nearest = min(alike, key=lambda seen: float(np.linalg.norm(_middle(seen) - place)))
        reach = FAR * float(np.linalg.norm(place - on_page(way, [_middle(origin)])[0]))
        if float(np.linalg.norm(_middle(nearest) - place)) <= NEAR * _height(nearest) + reach:
            found.append((known, nearest))
    return found


def _way(pairs: Sequence[tuple[Anchor, Anchor]]) -> Way | None:
    """Fit as free a way as so many rows allow: with perspective, sheared, or only turned and scaled."""
    given, seen = _corners(pairs)
    if len(pairs) >= 3:
        return _whole(cv2.findHomography(given, seen)[0])
    return _whole(cv2.estimateAffine2D(given, seen)[0]) if len(pairs) == 2 else _similar(pairs)


def _similar(pairs: Sequence[tuple[Anchor, Anchor]]) -> Way | None:
    return _whole(cv2.estimateAffinePartial2D(*_corners(pairs))[0])


def _whole(found: cv2.typing.MatLike | None) -> Way | None:
    """Make a way of what was fitted; corners that lie on a line or in a point allow none."""
    if found is None:
        return None
    way = np.vstack([found, [0, 0, 1]])[:3]
    return way if np.isfinite(way).all() and abs(np.linalg.det(way)) > 1e-9 else None


def _corners(pairs: Sequence[tuple[Anchor, Anchor]]) -> tuple[Points, Points]:
    return (
        np.concatenate([np.array(known.quad, np.float64) for known, _ in pairs]),
        np.concatenate([np.array(seen.quad, np.float64) for _, seen in pairs]),
    )


def _middle(anchor: Anchor) -> Points:
    return np.asarray(np.mean(anchor.quad, axis=0))


def _height(anchor: Anchor) -> float:
    return float(np.linalg.norm(np.subtract(anchor.quad[3], anchor.quad[0])))


def on_page(way: Way, points: "Sequence[Points] | Quad") -> Points:
    """Give where points of the form are on the page: `float64 (n, 2)`."""
    return np.asarray(cv2.perspectiveTransform(np.array([points], np.float64), way)[0], np.float64)


def cut_out(page: Grey, quad: Quad, margin: float) -> tuple[Grey, Way]:
    """Cut a place out of a page, turned level.

    Args:
        page: The page.
        quad: The corners of the place.
        margin: How much to leave around it, in heights of the place.

    Returns:
        The piece, at the page's scale, and the way from it to the page.
    """
    corners = np.array(quad, np.float32)
    wide = max(round(float(np.linalg.norm(corners[1] - corners[0]))), 1)
    tall = max(round(float(np.linalg.norm(corners[3] - corners[0]))), 1)
    edge = round(margin * tall)
    target = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32) + edge
    way = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    size = wide + 2 * edge, tall + 2 * edge
    piece = cv2.warpPerspective(page, way, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(piece, np.uint8), np.asarray(np.linalg.inv(way), np.float64)
