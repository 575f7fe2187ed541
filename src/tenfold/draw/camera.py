"""The faults of real pages: what paper that lies askew, a lamp, a scanner or a camera adds to a drawn one."""

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np

__all__ = ["Grey", "Light", "Quad", "moved", "seen"]

Light: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: how light each place is; of a page 0…255, of a lamp the share of it, 0…1."""

Grey: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`, 0 black, 255 white."""

Quad: TypeAlias = tuple[tuple[float, float], ...]
"""Four corners, x and y in pixels, clockwise from the top left."""


def moved(paper: Light, quads: Sequence[Quad], rng: np.random.Generator) -> tuple[Light, list[Quad]]:
    """Tilt a page by up to 10 degrees, half of them by less than 2, and look at some of them from a side.

    Args:
        paper: The page, 0…255.
        quads: The corners of the places on it.
        rng: What chooses the degree.

    Returns:
        The page, as large as before, and where the places are on it now.
    """
    height, width = paper.shape
    tilt = np.radians(rng.uniform(-10, 10) if rng.random() < 0.5 else rng.uniform(-2, 2))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    middle = np.array([width / 2, height / 2])
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    shrink = 1 / (1 + 0.6 * abs(np.sin(tilt)))
    target = (corners - middle) @ turn.T * shrink + middle
    if rng.random() < 0.4:
        target += rng.uniform(-0.04, 0.04, (4, 2)) * width
    way = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    desk = float(rng.choice([255, paper.max(), rng.uniform(60, 160)]))
    page = cv2.warpPerspective(paper.astype(np.float32), way, (width, height), flags=cv2.INTER_LINEAR, borderValue=desk)
    return np.asarray(page, np.float32), [_quad(quad, way) for quad in quads]


def _quad(quad: Quad, way: "cv2.typing.MatLike") -> Quad:
    corners = cv2.perspectiveTransform(np.array([quad], np.float64), way)[0]
    return tuple((float(x), float(y)) for x, y in corners)


def seen(page: Light, rng: np.random.Generator) -> Grey:
    """See a page as a scanner or a camera does: uneven light, shadow, blur, noise, JPEG.

    Args:
        page: The page, 0…255.
        rng: What chooses the degree of each.
    """
    if rng.random() < 0.4:
        page = page * _light(*page.shape, rng)
    blur = rng.uniform(0, 1.4)
    if blur > 0.4:
        page = cv2.GaussianBlur(page, (0, 0), blur).astype(np.float32)
    page = page + rng.normal(0, rng.uniform(0.5, 5), page.shape).astype(np.float32)
    grey = np.clip(page, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _light(height: int, width: int, rng: np.random.Generator) -> Light:
    """A lamp to one side, and at times the shadow of a hand."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = 1 - rng.uniform(0, 0.25) * (1 + np.cos(rng.uniform(0, 6.3)) * x + np.sin(rng.uniform(0, 6.3)) * y) / 2
    if rng.random() < 0.5:
        edge = x * np.cos(angle := rng.uniform(0, 6.3)) + y * np.sin(angle) - rng.uniform(-0.5, 0.5)
        light *= 1 - rng.uniform(0.15, 0.45) / (1 + np.exp(-edge * rng.uniform(8, 60)))
    shaded: Light = light.astype(np.float32)
    return shaded
