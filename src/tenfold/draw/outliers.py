"""Images that show no digit, so that a network learns to say so.

Nothing here may look like a digit. `tenfold.draw.hands` says which letters and signs are left out because they do;
`CUTS` names the halves of digits that do not.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import SIDE, Images, Labels
from tenfold.draw.framing import frame_all, stack
from tenfold.draw.hands import LETTERS, SIGNS
from tenfold.draw.pen import Floats, Strokes, draw, fit_curves, parse
from tenfold.draw.printed import print_characters
from tenfold.errors import DataError
from tenfold.picture.frame import BOX, Ink, centre, frame

__all__ = [
    "CUTS",
    "PRINTED_CHARACTERS",
    "SHARES",
    "blanks",
    "drawn_letters",
    "halves",
    "not_digits",
    "pairs",
    "printed_letters",
    "scribbles",
    "signs",
    "silhouettes",
    "textures",
]

SHARES: Mapping[str, float] = MappingProxyType(
    {
        "drawn letters": 0.24,
        "printed letters": 0.1,
        "signs": 0.1,
        "scribbles": 0.14,
        "halves": 0.12,
        "pairs": 0.1,
        "textures": 0.06,
        "silhouettes": 0.1,
        "blanks": 0.04,
    }
)
"""Share of the images of each kind; a third are letters, which look most like digits and stand beside them on paper."""

PRINTED_CHARACTERS = "ACDEFGHJKLMNPQRTUVWXYacdefhijkmnprtuvwx?&%#@$+=*"
"""Characters that all of `FONTS` have and none of them prints like a digit.

Left out: O, o (0), I, l (1), Z, z (2), S, s (5), b (6), B (8), g, q (9) and y, which is an open 4 in italics.
"""

CUTS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "upper": (0, 4, 5),
        "lower": (0, 2, 3, 5),
        "left": (3,),
    }
)
"""The digits of which a half is no digit any more.

Of the others it is: the upper half of an 8 looks like a 0, the lower half of a 7 like a 1, the right half of a 3 like a
narrow 3, the left half of many a 2 or 5 like a narrow 2 or 5.
"""

KEPT = (0.36, 0.46)
"""Least and largest share of the height or width that a half keeps: less than 0.5, so that the upper half of a 4 is cut
above its bar."""

HALF_WIDTH = (0.2, 0.5)
"""Least and largest width of a silhouette on each side of its axis, as a share of its height: wider than a thick 1."""

LARGE = 112
"""Height and width, in pixels, at which silhouettes are drawn: four for each pixel that is kept."""


def not_digits(count: int, images: Images, labels: Labels, rng: Generator) -> Images:
    """Make images that show no digit.

    Args:
        count: Number of images.
        images: `uint8 (m, 28, 28)`, digits to make halves and pairs of: training images, never test images.
        labels: `int64 (m,)`, 0 to 9, each there at least once.
        rng: Decides everything.

    Returns:
        `uint8 (n, 28, 28)`, kinds mixed as `SHARES` says; drawings framed as MNIST's, textures over the whole image.

    Raises:
        DataError: A digit is missing.
    """
    missing = set(range(10)) - set(np.unique(labels).tolist())
    if missing:
        raise DataError(f"expected images of all ten digits to make halves and pairs of, got none of {sorted(missing)}")
    makers: dict[str, Callable[[int], Images]] = {
        "drawn letters": lambda number: drawn_letters(number, rng),
        "printed letters": lambda number: printed_letters(number, rng),
        "signs": lambda number: signs(number, rng),
        "scribbles": lambda number: scribbles(number, rng),
        "halves": lambda number: halves(number, images, labels, rng),
        "pairs": lambda number: pairs(number, images, rng),
        "textures": lambda number: textures(number, rng),
        "silhouettes": lambda number: silhouettes(number, rng),
        "blanks": lambda number: blanks(number, rng),
    }
    numbers = rng.multinomial(count, list(SHARES.values())).tolist()
    made = np.concatenate([makers[kind](number) for kind, number in zip(SHARES, numbers, strict=True)])
    return cast(Images, rng.permutation(made))


def drawn_letters(count: int, rng: Generator) -> Images:
    """Draw letters by hand: `uint8 (n, 28, 28)`, framed as MNIST's."""
    letters = [tuple(map(parse, hands)) for hands in LETTERS.values()]
    chosen = [letters[index] for index in rng.integers(len(letters), size=count)]
    return draw([hands[rng.integers(len(hands))] for hands in chosen], rng)


def printed_letters(count: int, rng: Generator) -> Images:
    """Print letters and signs: `uint8 (n, 28, 28)`, framed as MNIST's."""
    chosen = rng.integers(len(PRINTED_CHARACTERS), size=count)
    return frame_all(print_characters([PRINTED_CHARACTERS[index] for index in chosen], rng))


def signs(count: int, rng: Generator) -> Images:
    """Draw punctuation, signs and small figures: `uint8 (n, 28, 28)`, framed as MNIST's."""
    paths = [parse(description) for description in SIGNS.values()]
    return draw([paths[index] for index in rng.integers(len(paths), size=count)], rng)


def scribbles(count: int, rng: Generator) -> Images:
    """Draw wandering curves, zigzags, rows of loops, crossing lines: `uint8 (n, 28, 28)`, framed as MNIST's."""
    ways = (_wandering, _zigzag, _loops, _crossing)
    return draw([ways[index](rng) for index in rng.integers(len(ways), size=count)], rng)


def halves(count: int, images: Images, labels: Labels, rng: Generator) -> Images:
    """Cut digits in two and keep a half that is no digit, framed anew or in its own size: `uint8 (n, 28, 28)`."""
    cuts = [(side, np.flatnonzero(labels == digit)) for side, digits in CUTS.items() for digit in digits]
    made = []
    for which in rng.integers(len(cuts), size=count).tolist():
        side, pool = cuts[which]
        half = _half(images[rng.choice(pool)], side, rng.uniform(*KEPT))
        made.append(frame(half) if rng.random() < 0.5 else centre(half))
    return stack(made)


def pairs(count: int, images: Images, rng: Generator) -> Images:
    """Put two digits side by side in one frame, their proportions kept or squeezed: `uint8 (n, 28, 28)`."""
    made = []
    for left, right in rng.integers(len(images), size=(count, 2)).tolist():
        both = _beside(images[left], images[right], int(rng.integers(1, 6)), int(rng.integers(-3, 4)))
        if rng.random() < 0.5:
            both = np.asarray(cv2.resize(both, (2 * BOX, 2 * BOX), interpolation=cv2.INTER_AREA), np.uint8)
        made.append(both)
    return frame_all(made)


def textures(count: int, rng: Generator) -> Images:
    """Cover whole images with clouds, stripes, checks, grain and shades: `uint8 (n, 28, 28)`."""
    ways = (_clouds, _stripes, _checks, _grain, _shade)
    return stack(_as_image(ways[index](rng)) for index in rng.integers(len(ways), size=count))


def silhouettes(count: int, rng: Generator) -> Images:
    """Fill shapes, plain or textured, over the whole image or framed as MNIST's: `uint8 (n, 28, 28)`."""
    ways, made = (_symmetric, _blob, _standing), []
    for _ in range(count):
        shape = ways[rng.choice(3, p=(0.5, 0.25, 0.25))](rng)
        small = cv2.resize(shape, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        filled = np.asarray(small * _filling(rng) * rng.uniform(0.4, 1), np.uint8)
        made.append(frame(filled) if rng.random() < 0.4 else filled)
    return stack(made)


def blanks(count: int, rng: Generator) -> Images:
    """Leave paper empty: clean, grey, or with a few specks, `uint8 (n, 28, 28)`."""
    made = []
    for _ in range(count):
        grey = rng.choice([0, 0.1, 0.25]) * _clouds(rng) + rng.choice([0, 0.05]) * _grain(rng)
        specks = (rng.random((SIDE, SIDE)) < rng.choice([0, 0.004, 0.015])) * rng.random((SIDE, SIDE))
        made.append(_as_image(np.maximum(grey, cv2.GaussianBlur(specks, (3, 3), rng.uniform(0.2, 0.9)))))
    return stack(made)


def _wandering(rng: Generator) -> Strokes:
    """Wander through ten points or more: fewer may look like a digit."""
    points = rng.random((int(rng.integers(10, 17)), 2)) * (rng.uniform(50, 130), 100)
    return fit_curves(points, [range(len(points))])


def _zigzag(rng: Generator) -> Strokes:
    corners = int(rng.integers(6, 13))
    along = np.linspace(0, rng.uniform(60, 160), corners) + rng.normal(0, 4, corners)
    across = np.where(np.arange(corners) % 2, 0, 100) + rng.normal(0, 10, corners)
    points = np.stack([along, across], 1)
    if rng.random() < 0.3:
        points = points[:, ::-1]
    return fit_curves(points, [(start, start + 1) for start in range(corners - 1)])


def _loops(rng: Generator) -> Strokes:
    loops = int(rng.integers(3, 7))
    turns = np.linspace(0, 2 * np.pi * loops, 7 * loops)
    advance = rng.uniform(2, 9)
    points = np.stack([advance * turns + 30 * np.cos(turns), rng.uniform(30, 60) * np.sin(turns)], 1)
    return fit_curves(points + rng.normal(0, 3, points.shape), [range(len(points))])


def _crossing(rng: Generator) -> Strokes:
    lines = int(rng.integers(4, 8))
    return fit_curves(rng.random((2 * lines, 2)) * 100, [(2 * line, 2 * line + 1) for line in range(lines)])


def _half(image: Ink, side: str, kept: float) -> Ink:
    """Keep one side of an image's ink: a share `kept` of its height or width."""
    ink = _crop(image)
    height, width = (round(kept * extent) for extent in ink.shape)
    parts = {"upper": ink[:height], "lower": ink[-height:], "left": ink[:, :width]}
    return parts[side]


def _beside(left: Ink, right: Ink, gap: int, lower: int) -> Ink:
    """Put two images' ink side by side, `gap` pixels between them, the right one `lower` pixels below the left one."""
    first, second = _crop(left), _crop(right)
    sheet = np.zeros((SIDE + BOX, first.shape[1] + gap + second.shape[1]), np.uint8)
    top = (len(sheet) - len(first)) // 2
    sheet[top : top + len(first), : first.shape[1]] = first
    top = (len(sheet) - len(second)) // 2 + lower
    sheet[top : top + len(second), first.shape[1] + gap :] = second
    return _crop(sheet)


def _crop(ink: Ink) -> Ink:
    """Cut the paper around ink off."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return cast(Ink, ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _symmetric(rng: Generator) -> Ink:
    """Fill a symmetric shape, at times with a limb on either side, at times with a notch in its upper or lower end."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    down = np.linspace(-0.48, 0.48, 24)
    knots = rng.uniform(*HALF_WIDTH, int(rng.integers(2, 7)))
    sides = np.interp(down, np.linspace(-0.48, 0.48, len(knots)), knots) * rng.choice([0.7, 0.85, 1])
    _fill(canvas, np.concatenate([np.stack([sides, down], 1), np.stack([-sides, down], 1)[::-1]]), 255)
    if rng.random() < 0.5:
        limb = np.array([[0.1, -0.45], [0.2, -0.48], [0.48, rng.uniform(-0.4, 0.45)], [0.36, rng.uniform(-0.1, 0.48)]])
        _fill(canvas, limb, 255)
        _fill(canvas, limb * (-1, 1), 255)
    if rng.random() < 0.5:
        end, gap, deep = rng.choice([-0.5, 0.5]), rng.uniform(0.03, 0.15), rng.uniform(0.05, 0.7)
        _fill(canvas, np.array([[-gap, end], [gap, end], [0, end - np.sign(end) * deep]]), 0)
    return canvas


def _blob(rng: Generator) -> Ink:
    """Fill a shape with a smooth outline and no symmetry."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = 1 + sum(
        rng.normal(0, 0.35 / order) * np.cos(order * angles + rng.uniform(0, 2 * np.pi)) for order in range(1, 6)
    )
    outline = np.stack([np.cos(angles), np.sin(angles)], 1) * np.maximum(radius, 0.25)[:, None]
    outline -= (outline.max(0) + outline.min(0)) / 2
    extent = np.ptp(outline, axis=0)
    shape = 0.96 * np.array([1, rng.uniform(0.4, 1)])
    _fill(canvas, outline / extent * (shape if rng.random() < 0.6 else shape[::-1]), 255)
    return canvas


def _standing(rng: Generator) -> Ink:
    """Fill a shape on a level ground, some with a handle above, facing either way."""
    canvas = np.zeros((LARGE, LARGE), np.uint8)
    along, heights = np.linspace(-0.48, 0.48, 24), rng.uniform(0.1, 0.6, int(rng.integers(2, 6)))
    ground, tops = rng.uniform(0.2, 0.4), np.interp(along, np.linspace(-0.48, 0.48, len(heights)), heights)
    if rng.random() < 0.3:
        middle, size = (LARGE // 2, round((ground - heights.mean() + 0.5) * LARGE)), rng.integers(12, 36, 2)
        cv2.ellipse(canvas, middle, (int(size[0]), int(size[1])), 0, 0, 360, 255, int(rng.integers(4, 12)))
    outline = np.stack([along, ground - tops], 1)
    _fill(canvas, np.concatenate([outline, [[0.48, ground], [-0.48, ground]]]), 255)
    return cast(Ink, canvas if rng.random() < 0.5 else canvas[:, ::-1])


def _fill(canvas: Ink, outline: Floats, ink: int) -> None:
    """Fill an outline, `float64 (k, 2)`: x and y from the canvas's middle, as shares of its side."""
    cv2.fillPoly(canvas, [np.rint((outline + 0.5) * LARGE).astype(np.int32)], [ink])


def _filling(rng: Generator) -> Floats:
    """Give the darkness of a shape's pixels, `float64 (28, 28)`, 0.25…1."""
    ways = (_clouds, _stripes, _checks, _grain, _shade)
    depth = rng.choice([0, 0.3, 0.75])
    return np.asarray(1 - depth * ways[rng.integers(len(ways))](rng))


def _clouds(rng: Generator) -> Floats:
    knots = int(rng.integers(2, 15))
    clouds = cv2.resize(rng.random((knots, knots)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(clouds.clip(0, 1), np.float64)


def _stripes(rng: Generator) -> Floats:
    waves = 0.5 + 0.5 * np.sin(_ramp(rng) * rng.uniform(10, 60) + rng.uniform(0, 6))
    return np.asarray(waves if rng.random() < 0.5 else waves > rng.uniform(0.3, 0.7), np.float64)


def _checks(rng: Generator) -> Floats:
    start = rng.integers(0, SIDE, (2, 1, 1))
    rows, columns = (np.indices((SIDE, SIDE)) + start) // rng.integers(2, 8)
    return np.asarray((rows + columns) % 2 if rng.random() < 0.5 else rows % 2 | columns % 2, np.float64)


def _grain(rng: Generator) -> Floats:
    return np.asarray(rng.random((SIDE, SIDE)) ** rng.uniform(0.5, 3))


def _shade(rng: Generator) -> Floats:
    ramp = _ramp(rng) - rng.uniform(-0.4, 0.4)
    return np.asarray((ramp * rng.choice([1, 2, 8]) + 0.5).clip(0, 1))


def _ramp(rng: Generator) -> Floats:
    """Give how far each pixel is from the middle along a random direction, as a share of the side, at most 0.71."""
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.indices((SIDE, SIDE)) / (SIDE - 1) - 0.5
    return np.asarray(rows * np.sin(angle) + columns * np.cos(angle))


def _as_image(levels: Floats) -> Ink:
    """Turn ink 0…1 into `uint8`, 0 paper, 255 ink."""
    return np.asarray(np.rint(levels.clip(0, 1) * 255), np.uint8)
