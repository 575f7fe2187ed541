"""What labelled pages are drawn with: digits of a pool, and a sheet to write and to print on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import matplotlib
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.arrays import Images, Labels
from tenfold.draw.camera import Quad

__all__ = ["LabelledNumber", "LabelledPage", "Layer", "Pool", "Sheet", "lay"]

Layer: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: how much of the light is taken away, 0…1."""

SLASHED = 0.05
"""The share of zeros that are slashed."""

FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf")


@dataclass(frozen=True)
class LabelledNumber:
    """What is written in one place of a page.

    Attributes:
        text: The digits, `_` for an empty box.
        quad: The corners of the place, x and y in pixels, clockwise from the top left.
    """

    text: str
    quad: Quad


@dataclass(frozen=True, eq=False)
class LabelledPage:
    """A page and all numbers on it, from top to bottom.

    Attributes:
        grey: `uint8 (height, width)`, 0 black, 255 white.
        numbers: What is written on it.
        kind: How.
    """

    grey: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    numbers: tuple[LabelledNumber, ...]
    kind: str


class Pool:
    """Digits to write with.

    Args:
        images: `uint8 (n, 28, 28)`.
        labels: `int64 (n,)`, 0…9.
    """

    def __init__(self, images: Images, labels: Labels) -> None:
        self._of = [images[labels == digit] for digit in range(10)]

    def stamp(self, digit: int, height: float, pen: float, rng: np.random.Generator) -> Layer:
        """Give a digit's ink as a page of this size would show it.

        Args:
            digit: 0…9.
            height: What MNIST's 20 pixels become.
            pen: Ink level that is a stroke's edge, 0…1: 0.25 a thick pen, 0.5 a thin one.
            rng: What chooses the image.
        """
        images = self._of[digit]
        image = images[rng.integers(len(images))]
        left, top, wide, tall = cv2.boundingRect(image)
        ink = np.pad(image[top : top + tall, left : left + wide], 2).astype(np.float32) / 255
        scale = height / 20
        large = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        large = cv2.GaussianBlur(large, (0, 0), max(0.25 * scale, 0.3))
        shown: Layer = np.clip((large - min(pen, 0.6 * float(large.max()))) * 1.5 * scale + 0.5, 0, 1).astype(
            np.float32
        )
        if digit == 0 and rng.random() < SLASHED:
            _slash(shown, max(1, round(height / 14)))
        left, top, wide, tall = cv2.boundingRect((shown > 0.1).astype(np.uint8))
        return shown[top : top + tall, left : left + wide]


def _slash(zero: Layer, thick: int) -> None:
    height, width = zero.shape
    cv2.line(zero, (width // 8, height - height // 8), (width - width // 8, height // 8), 1.0, thick, cv2.LINE_AA)


@dataclass
class Sheet:
    """A page being made.

    Attributes:
        printed: What is printed.
        written: What is written.
        numbers: What is written where.
        rng: What decides everything.
    """

    printed: Layer
    written: Layer
    numbers: list[LabelledNumber]
    rng: np.random.Generator

    @classmethod
    def blank(cls, height: int, width: int, rng: np.random.Generator) -> "Sheet":
        """Take a fresh one."""
        return cls(np.zeros((height, width), np.float32), np.zeros((height, width), np.float32), [], rng)

    def write(self, stamp: Layer, x: float, y: float) -> None:
        """Write a stamp with its top left corner at a place; what goes over the edge is lost."""
        lay(self.written, stamp, round(x), round(y))

    def stroke(self, points: "np.ndarray", thick: float) -> None:
        """Draw a pen's stroke through points, x and y."""
        path = np.rint(16 * points).astype(np.int32)
        cv2.polylines(self.written, [path], False, 1.0, max(1, round(thick)), cv2.LINE_AA, 4)

    def text(self, words: str, x: float, y: float, size: int) -> None:
        """Print words."""
        path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / self.rng.choice(FONTS)
        font = ImageFont.truetype(str(path), size)
        box = font.getbbox(words)
        picture = Pillow.new("L", (int(box[2]) + 2, int(box[3]) + 2))
        ImageDraw.Draw(picture).text((0, 0), words, fill=255, font=font)
        lay(self.printed, (np.asarray(picture, np.float32) / 255).astype(np.float32), round(x), round(y))

    def place(self, text: str, left: float, top: float, right: float, bottom: float) -> None:
        """Keep what is written where."""
        self.numbers.append(LabelledNumber(text, ((left, top), (right, top), (right, bottom), (left, bottom))))

    def line(self, x0: float, y0: float, x1: float, y1: float, thick: float, dark: float = 1.0) -> None:
        """Print a straight line, of a width that need not be whole."""
        whole = max(1, round(thick))
        points = [(round(16 * a), round(16 * b)) for a, b in ((x0, y0), (x1, y1))]
        cv2.line(self.printed, points[0], points[1], min(dark, dark * thick / whole), whole, cv2.LINE_AA, 4)


def lay(layer: Layer, stamp: Layer, x: int, y: int) -> None:
    """Lay a stamp on a layer, its top left corner at a place, the darker of the two."""
    height, width = layer.shape
    top, left = max(0, -y), max(0, -x)
    seen = stamp[top : max(0, height - y), left : max(0, width - x)]
    if seen.size:
        part = layer[y + top : y + top + seen.shape[0], x + left : x + left + seen.shape[1]]
        np.maximum(part, seen, out=part)
