"""A printed form on a page: found again by its own rows of boxes, however the page was scanned or photographed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tenfold.page.boxes import find_boxes
from tenfold.page.paper import Paper
from tenfold.page.quads import Homography, Points, Quad, height_of, mapped

__all__ = ["Anchor", "anchors_of", "fit", "shared"]

NEAR, BENT = 0.7, 0.03
"""NEAR: largest distance of a row from where the form has it, in heights of the row. BENT: what is allowed on top, as a
share of the distance from the row that the form was aligned by; paper bends and cameras look from a side."""

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
    found = _paired(form, page)
    if len(found) <= FOUND * len(form):
        return None
    return _fitted([(form[place], row) for place, row in found])


def shared(form: Sequence[Anchor], others: Sequence[Sequence[Anchor]]) -> list[Anchor]:
    """Keep the rows of a form that most of its other pages show too; what else looks like a row of boxes is print.

    Args:
        form: The form's rows.
        others: Those of other pages of it, at least one.
    """
    seen = Counter(place for page in others for place, _ in _paired(form, page))
    return [row for place, row in enumerate(form) if seen[place] > FOUND * len(others)]


def _paired(form: Sequence[Anchor], page: Sequence[Anchor]) -> list[tuple[int, Anchor]]:
    """Lay a form on a page so that the most rows meet: give the places of those in the form, and the page's rows."""
    alike = np.array([[known.boxes == seen.boxes for seen in page] for known in form], bool)
    given, there = (np.array([np.mean(row.quad, axis=0) for row in rows]) for rows in (form, page))
    reach = NEAR * np.array([height_of(seen.quad) for seen in page])
    best: list[tuple[int, Anchor]] = []
    for known, seen in np.argwhere(alike).tolist():
        laid = _similarity([(form[known], page[seen])])
        if laid is not None:
            places = mapped(laid, given)
            apart = np.where(alike, np.linalg.norm(places[:, None] - there, axis=2), np.inf)
            nearest = apart.argmin(axis=1)
            bent = BENT * np.linalg.norm(places - places[known], axis=1)
            found = np.flatnonzero(apart.min(axis=1) <= reach[nearest] + bent)
            best = max(best, [(place, page[nearest[place]]) for place in found.tolist()], key=len)
    return best


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
