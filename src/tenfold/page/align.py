"""A printed form on a page: found again by its own rows of boxes, however the page was scanned or photographed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from tenfold.page.boxes import find_boxes
from tenfold.page.paper import Paper
from tenfold.page.quads import Homography, Points, Quad, height_of, mapped

__all__ = ["Anchor", "anchors_of", "fit"]

NEAR, BENT = 0.7, 0.03
"""How far a row of boxes is from where the form has it, at most: the first in its heights, and the second more in
distances from the row that the form was laid on by, for paper bends, and cameras look from a side."""

FOUND = 0.5
"""Share of a form's rows that are found where it fits; more than this."""


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
    return [Anchor(row.boxes, row.quad) for row in find_boxes(paper)]


def fit(form: Sequence[Anchor], page: Sequence[Anchor]) -> Homography | None:
    """Find the homography from a form to a page.

    Args:
        form: The form's rows, in pixels of the page that it was made from.
        page: Those of the page.

    Returns:
        It takes the form's pixels to the page's; None where the form does not fit.
    """
    best: list[tuple[Anchor, Anchor]] = []
    for known, seen in product(form, page):
        if known.boxes == seen.boxes:
            laid = _similarity([(known, seen)])
            best = max(best, _pairs(form, page, laid, known) if laid is not None else [], key=len)
    if len(best) <= FOUND * len(form):
        return None
    return _fitted(best)


def _pairs(
    form: Sequence[Anchor], page: Sequence[Anchor], laid: Homography, origin: Anchor
) -> list[tuple[Anchor, Anchor]]:
    """Pair rows of the form, laid on the page by its row `origin`, with the rows of the page that are there."""
    found = []
    for known in form:
        place = mapped(laid, [_middle(known)])[0]
        alike = [seen for seen in page if seen.boxes == known.boxes]
        if not alike:
            continue
        nearest = min(alike, key=lambda seen: float(np.linalg.norm(_middle(seen) - place)))
        reach = BENT * float(np.linalg.norm(place - mapped(laid, [_middle(origin)])[0]))
        if float(np.linalg.norm(_middle(nearest) - place)) <= NEAR * height_of(nearest.quad) + reach:
            found.append((known, nearest))
    return found


def _fitted(pairs: Sequence[tuple[Anchor, Anchor]]) -> Homography | None:
    """Fit as free a map as this many rows allow: with perspective, sheared, or only turned and scaled."""
    given, seen = _corners(pairs)
    if len(pairs) >= 3:
        return _invertible(cv2.findHomography(given, seen)[0])
    return _invertible(cv2.estimateAffine2D(given, seen)[0]) if len(pairs) == 2 else _similarity(pairs)


def _similarity(pairs: Sequence[tuple[Anchor, Anchor]]) -> Homography | None:
    return _invertible(cv2.estimateAffinePartial2D(*_corners(pairs))[0])


def _invertible(found: cv2.typing.MatLike | None) -> Homography | None:
    """Make a homography of what was fitted; corners that lie on a line or in a point allow none."""
    if found is None:
        return None
    homography = np.vstack([found, [0, 0, 1]])[:3]
    return homography if np.isfinite(homography).all() and abs(np.linalg.det(homography)) > 1e-9 else None


def _corners(pairs: Sequence[tuple[Anchor, Anchor]]) -> tuple[Points, Points]:
    return (
        np.concatenate([np.array(known.quad, np.float64) for known, _ in pairs]),
        np.concatenate([np.array(seen.quad, np.float64) for _, seen in pairs]),
    )


def _middle(anchor: Anchor) -> Points:
    return np.asarray(np.mean(anchor.quad, axis=0))


def _height(anchor: Anchor) -> float:
    return float(np.linalg.norm(np.subtract(anchor.quad[3], anchor.quad[0])))
