"""Places on a page and the maps between planes: quads and homographies."""

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np

from tenfold.picture.decode import Grey

__all__ = [
    "Corners",
    "Homography",
    "Points",
    "Quad",
    "cut_out",
    "height_of",
    "in_order",
    "lies_in",
    "mapped",
    "onto_rectangle",
    "width_of",
]

Quad: TypeAlias = tuple[tuple[float, float], ...]
"""Four corners on the page, x and y in pixels, clockwise from the top left."""

Corners: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (4, 2)`: the same as an array."""

Points: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (n, 2)`: x and y."""

Homography: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""`float64 (3, 3)`: maps one plane to another as a camera does; acts on columns (x, y, 1)."""


def width_of(quad: Quad | Corners) -> float:
    """Give the length of a quad's upper side."""
    return float(np.linalg.norm(np.subtract(quad[1], quad[0])))


def height_of(quad: Quad | Corners) -> float:
    """Give the length of a quad's left side."""
    return float(np.linalg.norm(np.subtract(quad[3], quad[0])))


def lies_in(quad: Quad | Corners, other: Quad | Corners) -> bool:
    """Say whether the middle of a place lies in another."""
    x, y = np.mean(quad, axis=0).tolist()
    return cv2.pointPolygonTest(np.asarray(other, np.float32), (x, y), measureDist=False) >= 0


def in_order(corners: Corners) -> Corners:
    """Order four corners clockwise, the first at the top left."""
    middle = corners.mean(axis=0)
    around = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    return np.ascontiguousarray(np.roll(around, -int((around.sum(axis=1)).argmin()), axis=0))


def onto_rectangle(corners: Corners, width: float, height: float, margin: float) -> Homography:
    """Give the homography that takes a quad to an upright rectangle of a size, its top left corner at the margin."""
    rectangle = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) + np.float32(margin)
    return np.asarray(cv2.getPerspectiveTransform(corners, rectangle), np.float64)


def mapped(homography: Homography, points: "Sequence[Points] | Points | Quad") -> Points:
    """Give where a homography takes points: `float64 (n, 2)`."""
    return np.asarray(cv2.perspectiveTransform(np.array([points], np.float64), homography)[0], np.float64)


def cut_out(page: Grey, quad: Quad, margin: float) -> tuple[Grey, Homography]:
    """Cut a place out of a page, turned level.

    Args:
        page: The page.
        quad: The corners of the place.
        margin: How much to leave around it, in heights of the place.

    Returns:
        The piece, at the page's scale, and the homography that takes it back to the page.
    """
    corners = np.array(quad, np.float32)
    wide, tall = max(round(width_of(corners)), 1), max(round(height_of(corners)), 1)
    edge = round(margin * tall)
    level = onto_rectangle(corners, wide, tall, edge)
    piece = cv2.warpPerspective(page, level, (wide + 2 * edge, tall + 2 * edge), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(piece, np.uint8), np.asarray(np.linalg.inv(level), np.float64)
