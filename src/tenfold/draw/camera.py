"""What paper that lies askew, a lamp, a scanner or a camera do to a drawn page or digit."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Image
from tenfold.draw.layers import Layer
from tenfold.page.quads import Quad
from tenfold.picture.decode import Grey

__all__ = ["capture", "photograph_digit", "warp_page"]


def warp_page(paper: Layer, quads: Sequence[Quad], rng: Generator) -> tuple[Layer, list[Quad]]:
    """Lay a page askew by a random homography: turned by up to 10°, half of them by up to 2°, some seen from a side.

    Args:
        paper: The page, 0 black to 255 white.
        quads: The corners of places on it.
        rng: Decides everything.

    Returns:
        The page, as large as before, and where the places are on it now.
    """
    height, width = paper.shape
    turn = np.radians(rng.uniform(-10, 10) if rng.random() < 0.5 else rng.uniform(-2, 2))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    middle = np.array([width / 2, height / 2])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shrink = 1 / (1 + 0.6 * abs(np.sin(turn)))
    moved = (corners - middle) @ rotation.T * shrink + middle
    if rng.random() < 0.4:
        moved += rng.uniform(-0.04, 0.04, (4, 2)) * width
    homography = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    desk = float(rng.choice([255, paper.max(), rng.uniform(60, 160)]))
    page = cv2.warpPerspective(
        paper.astype(np.float32), homography, (width, height), flags=cv2.INTER_LINEAR, borderValue=desk
    )
    return np.asarray(page, np.float32), [_warp_quad(quad, homography) for quad in quads]


def _warp_quad(quad: Quad, homography: "cv2.typing.MatLike") -> Quad:
    corners = cv2.perspectiveTransform(np.array([quad], np.float64), homography)[0]
    return tuple((float(x), float(y)) for x, y in corners)


def capture(page: Layer, rng: Generator) -> Grey:
    """Take a page as a scanner or a camera does: uneven light, blur, noise and JPEG, each of a random degree.

    Args:
        page: The page, 0 black to 255 white.
        rng: Decides everything.
    """
    if rng.random() < 0.4:
        page = page * _illumination(*page.shape, rng)
    blur = rng.uniform(0, 1.4)
    if blur > 0.4:
        page = cv2.GaussianBlur(page, (0, 0), blur).astype(np.float32)
    page = page + rng.normal(0, rng.uniform(0.5, 5), page.shape).astype(np.float32)
    grey = np.clip(page, 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _illumination(height: int, width: int, rng: Generator) -> Layer:
    """Give the share of the light that reaches each pixel, from a lamp to one side; half have the shadow of a hand."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = 1 - rng.uniform(0, 0.25) * (1 + np.cos(rng.uniform(0, 6.3)) * x + np.sin(rng.uniform(0, 6.3)) * y) / 2
    if rng.random() < 0.5:
        angle = rng.uniform(0, 6.3)
        edge = x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.5, 0.5)
        light *= 1 - rng.uniform(0.15, 0.45) / (1 + np.exp(-edge * rng.uniform(8, 60)))
    return np.asarray(light, np.float32)


def photograph_digit(image: Image, height: int, width: int, rng: Generator, noise: float = 3.0) -> Grey:
    """Photograph one large digit, dark on lighter paper, the light falling off to the right.

    Args:
        image: `uint8 (28, 28)`, 0 paper, 255 ink.
        height: Of the picture, in pixels.
        width: Of the picture, in pixels; the digit's image takes four fifths of the shorter side.
        rng: Decides the noise.
        noise: Its standard deviation, in grey levels.
    """
    side = min(height, width) * 4 // 5
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    ink = np.zeros((height, width), np.float32)
    top, left = (height - side) // 2, (width - side) // 2
    ink[top : top + side, left : left + side] = large
    light = np.linspace(225, 180, width, dtype=np.float32)[None]
    grain = rng.normal(0, noise, (height, width)).astype(np.float32)
    picture: Grey = np.clip(light * (1 - 0.7 * ink) + grain, 0, 255).astype(np.uint8)
    return picture
