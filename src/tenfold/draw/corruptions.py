"""The fifteen corruptions of MNIST-C, written again from their published description, strengths included.

They are for measuring only: nothing is trained on them.

Source:
    Mu and Gilmer 2019, "MNIST-C: a robustness benchmark for computer vision", and the parameters published with it.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import SIDE, Images

__all__ = ["CORRUPTIONS"]

FloatImages: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""Images, or one of them, as floats: `float32 (n, 28, 28)`, 0 paper to 1 ink."""

MIDDLE = (SIDE - 1) / 2
"""Row and column of an image's middle."""

LANDSCAPE = 256
"""Height and width of the landscape that fog is cut out of, in pixels; a power of two."""

REACH = 2.3
"""Distance above and below a line at which it has faded, in pixels."""


def shot_noise(images: FloatImages, rng: Generator) -> FloatImages:
    """Add shot noise: Poisson noise of three quanta for a pixel of full ink."""
    return rng.poisson(images * 3).astype(np.float32) / 3


def impulse_noise(images: FloatImages, rng: Generator) -> FloatImages:
    """Add salt and pepper on 17% of the pixels."""
    hit, salt = rng.random(images.shape) < 0.17, rng.random(images.shape) < 0.5
    return np.where(hit, salt, images).astype(np.float32)


def glass_blur(images: FloatImages, rng: Generator) -> FloatImages:
    """Swap neighbouring pixels at random, twice, between two slight blurs."""
    mixed = _quantised(_blurred(images, 0.7))
    each = np.arange(len(images))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                moved = each[rng.random(len(images)) < 0.5]
                down, right = rng.integers(-1, 1, (2, len(moved)))
                there = moved, row + down, column + right
                mixed[moved, row, column], mixed[there] = mixed[there], mixed[moved, row, column]
    return _blurred(mixed, 0.7)


def motion_blur(images: FloatImages, rng: Generator) -> FloatImages:
    """Smear to one side, within 45° of the horizontal, by half a Gaussian of three pixels' standard deviation."""
    length = 21
    weights = np.exp(-(np.arange(length) ** 2) / (2 * 3**2))
    weights /= weights.sum()
    blurred = np.empty_like(images)
    for index, image in enumerate(images):
        angle = math.radians(rng.uniform(-45, 45))
        kernel = np.zeros((2 * length - 1, 2 * length - 1), np.float32)
        for step, weight in enumerate(weights):
            down, right = (math.ceil(step * part - 0.5) for part in (math.sin(angle), math.cos(angle)))
            kernel[length - 1 + down, length - 1 + right] += weight
        blurred[index] = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return blurred


def shear(images: FloatImages, rng: Generator) -> FloatImages:
    """Slant by 0.4 radians to either side."""
    slants = rng.choice([-0.4, 0.4], len(images))
    return _warped(images, [[[1, -math.sin(slant)], [0, math.cos(slant)]] for slant in slants])


def scale(images: FloatImages, rng: Generator) -> FloatImages:  # noqa: ARG001
    """Make smaller, to 70%."""
    return _warped(images, [[[1 / 0.7, 0], [0, 1 / 0.7]]] * len(images))


def rotate(images: FloatImages, rng: Generator) -> FloatImages:
    """Turn by 0.4 radians to either side."""
    turns = rng.choice([-0.4, 0.4], len(images))
    return _warped(images, [[[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]] for t in turns])


def brightness(images: FloatImages, rng: Generator) -> FloatImages:  # noqa: ARG001
    """Make every pixel brighter by a half of full ink."""
    return images + np.float32(0.5)


def translate(images: FloatImages, rng: Generator) -> FloatImages:
    """Move by three pixels towards one of the four corners."""
    moved = np.zeros_like(images)
    for index, (down, right) in enumerate(rng.choice([-3, 3], (len(images), 2))):
        rolled = np.roll(images[index], (down, right), (0, 1))
        rolled[:down] *= down < 0
        rolled[down:] *= down > 0
        rolled[:, :right] *= right < 0
        rolled[:, right:] *= right > 0
        moved[index] = rolled
    return moved


def stripe(images: FloatImages, rng: Generator) -> FloatImages:  # noqa: ARG001
    """Turn the left and the right quarter into their negatives."""
    striped = images.copy()
    striped[:, :, :7], striped[:, :, 21:] = 1 - images[:, :, :7], 1 - images[:, :, 21:]
    return striped


def fog(images: FloatImages, rng: Generator) -> FloatImages:
    """Lay clouds over the ink that are up to three times as strong."""
    peaks = images.max(axis=(1, 2), keepdims=True)
    windows = (LANDSCAPE // SIDE) ** 2
    clouds = np.concatenate([_clouds(rng) for _ in range(math.ceil(len(images) / windows))])[: len(images)]
    foggy: FloatImages = (images + 3 * clouds) * peaks / (peaks + 3)
    return foggy


def spatter(images: FloatImages, rng: Generator) -> FloatImages:
    """Spatter drops that cover the ink under them."""
    noise: FloatImages = np.asarray(rng.normal(0.65, 0.3, images.shape))
    wet = _blurred(noise, 1) > 0.65
    drops = _blurred(wet.astype(np.float32), 1.5)
    drops[drops < 0.8] = 0
    spattered: FloatImages = images * (1 - drops) + np.float32(63 / 255) * drops
    return spattered


def dotted_line(images: FloatImages, rng: Generator) -> FloatImages:
    """Draw a dotted line from the left edge to the right one."""
    dotted = images.copy()
    on = (np.arange(SIDE) // 2) % 2 == 1
    for image, (start, end) in zip(dotted, rng.integers(0, 27, (len(images), 2)), strict=True):
        image += _line((0, start), (27, end)) * on
    return dotted


def zigzag(images: FloatImages, rng: Generator) -> FloatImages:
    """Draw a zigzag from left to right, two pixels to either side."""
    crossed = images.copy()
    for image in crossed:
        start = rng.integers(0, 27)
        fall = int(rng.integers(-5, 5))
        length = math.hypot(23, fall)
        teeth = [(2 * (2 * step + 1), 2 * (-1) ** step) for step in range(int((length - 2) // 4) + 1)]
        along, across = np.array([(0, 0), *teeth, (length, 0)], float).T
        columns = 2 + (along * 23 - across * fall) / length
        rows = start + (along * fall + across * 23) / length
        points = list(zip(columns, rows, strict=True))
        for left, right in pairwise(points):
            image += _line(left, right)
    return crossed


def canny_edges(images: FloatImages, rng: Generator) -> FloatImages:  # noqa: ARG001
    """Keep only the edges of the strokes, a pixel wide."""
    smooth = (_blurred(images, 1) * 255).astype(np.uint8)
    return np.stack([cv2.Canny(image, 25.5, 51, L2gradient=True) for image in smooth]).astype(np.float32) / 255


def _quantised(images: FloatImages) -> FloatImages:
    """Round down to 256 levels."""
    return (np.clip(images, 0, 1) * 255).astype(np.uint8).astype(np.float32) / 255


def _blurred(images: FloatImages, sigma: float) -> FloatImages:
    side = 2 * int(4 * sigma + 0.5) + 1
    blur = [cv2.GaussianBlur(image, (side, side), sigma, borderType=cv2.BORDER_REPLICATE) for image in images]
    return np.stack(blur)


def _warped(images: FloatImages, matrices: list[list[list[float]]]) -> FloatImages:
    """Take each pixel from where its matrix says, the middle fixed; what comes into view is paper."""
    warped = np.empty_like(images)
    for index, (image, matrix) in enumerate(zip(images, np.array(matrices), strict=True)):
        shift = MIDDLE - matrix @ (MIDDLE, MIDDLE)
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped[index] = cv2.warpAffine(image, np.column_stack([matrix, shift]), (SIDE, SIDE), flags=how)
    return warped


def _line(start: tuple[float, float], end: tuple[float, float]) -> FloatImages:
    """Draw a line between two points (column, row); it fades with the distance above and below it."""
    (left, top), (right, bottom) = start, end
    columns, rows = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    heights = top + (bottom - top) / (right - left) * (columns - left)
    line = np.log(1 - np.minimum(np.abs(rows - heights), REACH - 1e-9) / REACH) + 1
    inside = (columns >= math.floor(left)) & (columns < math.ceil(right))
    faded: FloatImages = (np.maximum(line, 0) * inside).astype(np.float32)
    return faded


def _clouds(rng: Generator) -> FloatImages:
    """Make a landscape by the diamond-square algorithm, heights 0…1, cut into windows: `float32 (81, 28, 28)`."""
    land, step, rough = np.zeros((LANDSCAPE, LANDSCAPE)), LANDSCAPE, 100.0

    def middle(total: FloatImages) -> FloatImages:
        return total / 4 + rough * rng.uniform(-rough, rough, total.shape)

    while step >= 2:
        half = step // 2
        corners = land[::step, ::step]
        pairs = corners + np.roll(corners, -1, 0)
        land[half::step, half::step] = middle(pairs + np.roll(pairs, -1, 1))
        centres = land[half::step, half::step]
        land[::step, half::step] = middle(centres + np.roll(centres, 1, 0) + corners + np.roll(corners, -1, 1))
        land[half::step, ::step] = middle(centres + np.roll(centres, 1, 1) + corners + np.roll(corners, -1, 0))
        step, rough = half, rough / 1.4
    land = (land - land.min()) / (land.max() - land.min())
    side = LANDSCAPE // SIDE * SIDE
    windows = land[:side, :side].reshape(LANDSCAPE // SIDE, SIDE, LANDSCAPE // SIDE, SIDE).swapaxes(1, 2)
    cut: FloatImages = windows.reshape(-1, SIDE, SIDE).astype(np.float32)
    return cut


def _corruption(change: Callable[[FloatImages, Generator], FloatImages]) -> Callable[[Images, int], Images]:
    def corrupted(images: Images, seed: int = 0) -> Images:
        changed = change(images.astype(np.float32) / 255, np.random.default_rng(seed))
        return (np.clip(changed, 0, 1) * 255).astype(np.uint8)

    return corrupted


CORRUPTIONS: Mapping[str, Callable[[Images, int], Images]] = MappingProxyType(
    {
        change.__name__.replace("_", " "): _corruption(change)
        for change in (
            shot_noise,
            impulse_noise,
            glass_blur,
            motion_blur,
            shear,
            scale,
            rotate,
            brightness,
            translate,
            stripe,
            fog,
            spatter,
            dotted_line,
            zigzag,
            canny_edges,
        )
    }
)
"""Each corruption by its name in the paper: from images `uint8 (n, 28, 28)` and a seed to images of the same kind."""
