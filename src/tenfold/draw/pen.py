"""Digits drawn by a pen that follows stroke descriptions, no two alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import cv2
import numpy as np

from tenfold.arrays import Images, Labels
from tenfold.draw.framing import framed
from tenfold.draw.hands import DIGITS
from tenfold.picture.frame import Ink

__all__ = ["Path", "draw", "draw_digits", "draw_hand", "parse", "penned", "through"]

Floats = np.ndarray[Any, np.dtype[np.float64]]

STEPS = 6
"""Straight pieces between two control points: at 20 pixels a digit, more are not seen."""

HEIGHT = 96
"""Longer side, in pixels, of what the pen's middle covers: nearly five pixels for each that is kept."""

MARGIN = 20
"""Pixels left around that for the width of the pen."""

SUBPIXEL = 4
"""Bits behind the point in the coordinates that OpenCV draws with."""

JITTER = 3.5
"""Standard deviation of the moves of control points, in hundredths of the digit's height, where they lie far apart."""

APART = 30.0
"""Control points nearer to each other than this, in hundredths of the height, move less, so that details stay."""

MOST = 2.0
"""How many standard deviations slant, turn, width and balance may be from the mean: beyond, digits become others."""

SLANT = (0.12, 0.22)
"""Mean and standard deviation of the slant, to the right per unit of height: most hands lean to the right."""

LEAN = 0.07
"""Standard deviation of the turn, in radians."""

ASPECT = 0.18
"""Standard deviation of the logarithm of the width, height being as described."""

BALANCE = 0.12
"""Standard deviation of how much wider the lower end is than the middle, and the upper end narrower."""

WIDTH = (0.118, 0.3)
"""Median pen width as a part of the digit's longer side, and its logarithm's standard deviation; about as in MNIST."""

WIDTHS = (0.045, 0.19)
"""Thinnest and thickest pen: thinner would vanish at 20 pixels, thicker would fill the loops."""

PRESSURE = 0.12
"""How much the width rises and falls along the strokes on average, as a part of it; at most twice as much."""

NIB = 0.45
"""How much wider than on the level a pointed nib writes going down, and narrower going up, at most, as a part of it."""

NIBS = 0.3
"""Share of the drawings made with a pointed nib, as old records are; the others are made with a pen or a pencil."""


@dataclass(frozen=True, eq=False)
class Path:
    """A stroke description made ready for drawing.

    Attributes:
        control: `float64 (k, 2)`, the control points, x and y in hundredths of the height.
        loose: `float64 (k, 1)`, by how much each of them may move, one standard deviation.
        starts: `float64 (s, k)`, weights of the control points for the start of each straight piece.
        ends: `float64 (s, k)`, and for its end.
    """

    control: Floats
    loose: Floats
    starts: Floats
    ends: Floats


def draw_digits(count: int, rng: np.random.Generator) -> tuple[Images, Labels]:
    """Draw digits in all the hands there are.

    Args:
        count: How many.
        rng: Decides everything.

    Returns:
        `uint8 (n, 28, 28)`, framed as MNIST's; `int64 (n,)`, 0 to 9. Digits are equally frequent, and so are the hands
        of a digit.
    """
    labels = rng.integers(0, len(DIGITS), count)
    choices = rng.random(count)
    hands = [list(DIGITS[digit].values()) for digit in range(len(DIGITS))]
    paths = [
        parse(hands[digit][int(choice * len(hands[digit]))])
        for digit, choice in zip(labels.tolist(), choices.tolist(), strict=True)
    ]
    return draw(paths, rng), labels


def draw_hand(digit: int, hand: str, count: int, rng: np.random.Generator) -> Images:
    """Draw one digit in one of the hands that `DIGITS` names: `uint8 (n, 28, 28)`, framed as MNIST's."""
    return draw([parse(DIGITS[digit][hand])] * count, rng)


def draw(paths: Sequence[Path], rng: np.random.Generator) -> Images:
    """Draw each path once, in a way of its own, framed as MNIST's: `uint8 (n, 28, 28)`."""
    return framed(penned(paths, rng))


def penned(paths: Sequence[Path], rng: np.random.Generator) -> Iterator[Ink]:
    """Draw each path once, in a way of its own.

    Args:
        paths: What to draw.
        rng: Decides how.

    Yields:
        `uint8 (136, 136)`, 0 paper, 255 ink, the longer side of the drawing about 100 pixels.
    """
    for path in paths:
        control = _varied(path, rng)
        pieces = _scaled(path.starts @ control, path.ends @ control)
        yield _inked(pieces, _widths(pieces, rng))


@cache
def parse(description: str) -> Path:
    """Read a stroke description.

    Args:
        description: As `tenfold.draw.hands` explains.

    Returns:
        The path, with the weights of a centripetal Catmull–Rom spline; as they are found for the points as described,
        a moved point moves the curve and nothing has to be found again.

    Source:
        Catmull and Rom 1974; Yuksel, Schaefer and Keyser 2011, "Parameterization and applications of Catmull–Rom
        curves", for the square root of the distance between points, which keeps a curve from overshooting.
    """
    points: list[tuple[float, float]] = []
    pieces: list[list[int]] = []
    for stroke in description.split(";"):
        piece: list[int] = []
        for word in stroke.split():
            x, y = word.rstrip("!").split(",")
            points.append((float(x), float(y)))
            piece.append(len(points) - 1)
            if word.endswith("!"):
                pieces.append(piece)
                piece = [len(points) - 1]
        pieces.append(piece)
    return through(np.array(points), [piece for piece in pieces if len(piece) > 1])


def through(control: Floats, pieces: Sequence[Sequence[int]]) -> Path:
    """Lay smooth curves through points.

    Args:
        control: `float64 (k, 2)`.
        pieces: For each curve the points it passes, at least two, neighbours not in the same place.

    Returns:
        The path.
    """
    every, nearest = np.eye(len(control)), np.full(len(control), APART)
    for piece in map(list, pieces):
        steps = np.hypot(*np.diff(control[piece], axis=0).T)
        np.minimum.at(nearest, piece[:-1], steps)
        np.minimum.at(nearest, piece[1:], steps)
    curves = [_spline(every[piece], _knots(control[piece])) for piece in map(list, pieces)]
    return Path(
        control,
        (JITTER * nearest / APART)[:, None],
        np.concatenate([curve[:-1] for curve in curves]),
        np.concatenate([curve[1:] for curve in curves]),
    )


def _knots(points: Floats) -> Floats:
    steps = np.sqrt(np.hypot(*np.diff(points, axis=0).T))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _spline(values: Floats, knots: Floats) -> Floats:
    """Give `STEPS` values for each span of a cubic Hermite spline, and the last; it is linear in `values`."""
    spans = np.diff(knots)[:, None]
    slopes = np.diff(values, axis=0) / spans
    if len(slopes) == 1:
        tangents = np.concatenate([slopes, slopes])
    else:
        inner = (slopes[1:] * spans[:-1] + slopes[:-1] * spans[1:]) / (spans[1:] + spans[:-1])
        tangents = np.concatenate([2 * slopes[:1] - inner[:1], inner, 2 * slopes[-1:] - inner[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[None, :, None]
    start, end, out, into = values[:-1, None], values[1:, None], tangents[:-1, None], tangents[1:, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (3 * t**2 - 2 * t**3) * end
        + ((t**3 - 2 * t**2 + t) * out + (t**3 - t**2) * into) * spans[:, None]
    )
    return np.asarray(np.concatenate([curve.reshape(-1, values.shape[1]), values[-1:]]))


def _varied(path: Path, rng: np.random.Generator) -> Floats:
    """Move, slant, turn, stretch and widen a drawing's control points at random."""
    normal = np.clip(rng.standard_normal(4), -MOST, MOST)
    points = path.control + path.loose * rng.standard_normal(path.control.shape)
    across, down = (points - points.mean(0)).T
    across = across * np.exp(ASPECT * normal[0]) * (1 + BALANCE * normal[1] * down / 50)
    across = across - (SLANT[0] + SLANT[1] * normal[2]) * down
    turn = LEAN * normal[3]
    return np.stack([across * np.cos(turn) - down * np.sin(turn), across * np.sin(turn) + down * np.cos(turn)], 1)


def _scaled(starts: Floats, ends: Floats) -> Floats:
    """Give straight pieces in pixels, `float64 (s, 4)`: the longer side of all `HEIGHT`, all in the middle."""
    pieces = np.concatenate([starts, ends], 1).reshape(-1, 2, 2)
    least, most = pieces.min((0, 1)), pieces.max((0, 1))
    extent = most - least
    scale = HEIGHT / max(float(extent.max()), 1.0)
    return cast(Floats, ((pieces - least - extent / 2) * scale + HEIGHT / 2 + MARGIN).reshape(-1, 4))


def _widths(pieces: Floats, rng: np.random.Generator) -> Floats:
    """Give the pen's width in pixels for each piece: one pen, in slow waves of pressure, a nib wider going down."""
    amplitude, phase, pace, kind, nib = rng.random(5)
    width = min(max(WIDTH[0] * np.exp(WIDTH[1] * rng.standard_normal()), WIDTHS[0]), WIDTHS[1])
    waves = np.sin(np.linspace(0, 4 + 8 * pace, len(pieces)) + 2 * np.pi * phase)
    widths = HEIGHT * width * (1 + 2 * PRESSURE * amplitude * waves)
    if kind < NIBS:
        across, down = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
        widths = widths * (1 + NIB * nib * down / np.maximum(np.hypot(across, down), 1))
    return np.asarray(widths)


def _inked(pieces: Floats, widths: Floats) -> Ink:
    """Draw straight pieces, `float64 (s, 4)` in pixels, each with its width and with round ends."""
    canvas = np.zeros((HEIGHT + 2 * MARGIN, HEIGHT + 2 * MARGIN), np.uint8)
    places = np.rint(pieces * 2**SUBPIXEL).astype(int).tolist()
    for (x, y, to_x, to_y), width in zip(places, np.rint(widths).astype(int).tolist(), strict=True):
        cv2.line(canvas, (x, y), (to_x, to_y), 255, max(width, 1), cv2.LINE_8, SUBPIXEL)
    return canvas
