"""Digits and signs drawn by a pen that follows descriptions of strokes, no two alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.draw.framing import frame_all
from tenfold.draw.hands import DIGITS
from tenfold.draw.layers import SUBPIXEL
from tenfold.picture.frame import Ink

__all__ = ["Floats", "Strokes", "draw", "draw_digits", "draw_hand", "draw_large", "fit_curves", "parse"]

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
"""`float64`, of the shape that each use names: points, weights and widths."""

STEPS = 6
"""Straight pieces between two control points of a curve: framed at 20 pixels, more make no difference."""

HEIGHT = 96
"""Longer side of what the pen's centre covers, in pixels: nearly five for each pixel that framing keeps."""

MARGIN = 20
"""Pixels left around that for the width of the pen."""

JITTER = 3.5
"""Standard deviation of the moves of control points that lie far apart, in hundredths of the digit's height."""

FAR_APART = 30.0
"""Distance, in hundredths of the height, below which control points move less, so that details stay."""

LARGEST_DEVIATION = 2.0
"""Largest deviation of slant, turn, width and balance from their means, in standard deviations: beyond it some digits
become others."""

SLANT = (0.12, 0.22)
"""Mean and standard deviation of the slant (shear), to the right per unit of height: most hands lean to the right."""

TURN = 0.07
"""Standard deviation of the turn, in radians."""

ASPECT = 0.18
"""Standard deviation of the logarithm of the width; the height stays as described."""

BALANCE = 0.12
"""Standard deviation of how much wider the lower end is than the middle, and how much narrower the upper end."""

PEN_WIDTH = (0.118, 0.3)
"""Median stroke width as a share of the digit's longer side, and its logarithm's standard deviation: the mean ink of
the drawings is within a fifth of MNIST's (`tests/draw/test_pen.py`)."""

PEN_WIDTHS = (0.045, 0.19)
"""Thinnest and thickest pen, likewise: a thinner one would vanish at 20 pixels, a thicker one would fill the loops."""

PRESSURE = 0.12
"""Mean share by which the stroke width rises and falls along the strokes; at most it is twice as much."""

NIB = 0.45
"""Largest share by which a pointed nib writes wider going down than on the level, and narrower going up."""

NIBS = 0.3
"""Share of the drawings made with a pointed nib, as in old records; the others are made with a pen or a pencil."""


@dataclass(frozen=True, eq=False)
class Strokes:
    """A description of strokes, made ready for drawing.

    Attributes:
        control: `float64 (k, 2)`, the control points, x and y in hundredths of the height.
        loose: `float64 (k, 1)`, the standard deviation of each point's moves, likewise.
        starts: `float64 (s, k)`, weights of the control points for the start of each straight piece.
        ends: `float64 (s, k)`, and for its end.
    """

    control: Floats
    loose: Floats
    starts: Floats
    ends: Floats


def draw_digits(count: int, rng: Generator) -> tuple[Images, Labels]:
    """Draw digits in all the hands of `DIGITS`.

    Args:
        count: Number of digits.
        rng: Decides everything.

    Returns:
        `uint8 (n, 28, 28)`, framed as MNIST's; `int64 (n,)`, 0 to 9. Digits are equally frequent, and so are the hands
        of a digit.
    """
    labels = rng.integers(0, len(DIGITS), count)
    choices = rng.random(count)
    hands = [list(DIGITS[digit].values()) for digit in range(len(DIGITS))]
    drawings = [
        parse(hands[digit][int(choice * len(hands[digit]))])
        for digit, choice in zip(labels.tolist(), choices.tolist(), strict=True)
    ]
    return draw(drawings, rng), labels


def draw_hand(digit: int, hand: str, count: int, rng: Generator) -> Images:
    """Draw one digit in one of the hands that `DIGITS` names: `uint8 (n, 28, 28)`, framed as MNIST's."""
    return draw([parse(DIGITS[digit][hand])] * count, rng)


def draw(drawings: Sequence[Strokes], rng: Generator) -> Images:
    """Draw each of some strokes once, varied at random, framed as MNIST's: `uint8 (n, 28, 28)`."""
    return frame_all(draw_large(drawings, rng))


def draw_large(drawings: Sequence[Strokes], rng: Generator) -> Iterator[Ink]:
    """Draw each of some strokes once, varied at random and not framed.

    Args:
        drawings: What to draw.
        rng: Decides how each is varied.

    Yields:
        `uint8 (136, 136)`, 0 paper, 255 ink, the longer side of the drawing about 100 pixels.
    """
    for strokes in drawings:
        control = _vary(strokes, rng)
        pieces = _scale(strokes.starts @ control, strokes.ends @ control)
        yield _draw_pieces(pieces, _pen_widths(pieces, rng))


@cache
def parse(description: str) -> Strokes:
    """Read a description of strokes.

    Args:
        description: As `tenfold.draw.hands` explains.

    Returns:
        The strokes, as weights of centripetal Catmull–Rom splines. The weights are found once, for the points as
        described: where a point moves, the curve moves with it.

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
    return fit_curves(np.array(points), [piece for piece in pieces if len(piece) > 1])


def fit_curves(control: Floats, pieces: Sequence[Sequence[int]]) -> Strokes:
    """Lay smooth curves through points.

    Args:
        control: `float64 (k, 2)`, x and y in hundredths of the height.
        pieces: For each curve the indices of its points, at least two, no two neighbours in the same place.

    Returns:
        The curves as strokes.
    """
    every, nearest = np.eye(len(control)), np.full(len(control), FAR_APART)
    for piece in map(list, pieces):
        steps = np.hypot(*np.diff(control[piece], axis=0).T)
        np.minimum.at(nearest, piece[:-1], steps)
        np.minimum.at(nearest, piece[1:], steps)
    curves = [_spline(every[piece], _knots(control[piece])) for piece in map(list, pieces)]
    return Strokes(
        control,
        (JITTER * nearest / FAR_APART)[:, None],
        np.concatenate([curve[:-1] for curve in curves]),
        np.concatenate([curve[1:] for curve in curves]),
    )


def _knots(points: Floats) -> Floats:
    """Give each point's parameter on its curve: the sum of the square roots of the distances up to it."""
    steps = np.sqrt(np.hypot(*np.diff(points, axis=0).T))
    return np.concatenate([[0.0], np.cumsum(steps)])


def _spline(values: Floats, knots: Floats) -> Floats:
    """Give `STEPS` values for each span of a cubic Hermite spline, and the last value; all are linear in `values`."""
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


def _vary(strokes: Strokes, rng: Generator) -> Floats:
    """Move the control points at random, and slant, turn, stretch and widen them together: `float64 (k, 2)`."""
    normal = np.clip(rng.standard_normal(4), -LARGEST_DEVIATION, LARGEST_DEVIATION)
    points = strokes.control + strokes.loose * rng.standard_normal(strokes.control.shape)
    across, down = (points - points.mean(0)).T
    across = across * np.exp(ASPECT * normal[0]) * (1 + BALANCE * normal[1] * down / 50)
    across = across - (SLANT[0] + SLANT[1] * normal[2]) * down
    turn = TURN * normal[3]
    return np.stack([across * np.cos(turn) - down * np.sin(turn), across * np.sin(turn) + down * np.cos(turn)], 1)


def _scale(starts: Floats, ends: Floats) -> Floats:
    """Give straight pieces in pixels, `float64 (s, 4)`: centred, the longer side of them together `HEIGHT`."""
    pieces = np.concatenate([starts, ends], 1).reshape(-1, 2, 2)
    least, most = pieces.min((0, 1)), pieces.max((0, 1))
    extent = most - least
    scale = HEIGHT / max(float(extent.max()), 1.0)
    return cast(Floats, ((pieces - least - extent / 2) * scale + HEIGHT / 2 + MARGIN).reshape(-1, 4))


def _pen_widths(pieces: Floats, rng: Generator) -> Floats:
    """Give the stroke width of each piece, in pixels: one pen, pressed in slow waves, a nib wider going down."""
    amplitude, phase, pace, kind, nib = rng.random(5)
    width = min(max(PEN_WIDTH[0] * np.exp(PEN_WIDTH[1] * rng.standard_normal()), PEN_WIDTHS[0]), PEN_WIDTHS[1])
    waves = np.sin(np.linspace(0, 4 + 8 * pace, len(pieces)) + 2 * np.pi * phase)
    widths = HEIGHT * width * (1 + 2 * PRESSURE * amplitude * waves)
    if kind < NIBS:
        across, down = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
        widths = widths * (1 + NIB * nib * down / np.maximum(np.hypot(across, down), 1))
    return np.asarray(widths)


def _draw_pieces(pieces: Floats, widths: Floats) -> Ink:
    """Draw straight pieces, `float64 (s, 4)` in pixels, each with its width and with round ends."""
    canvas = np.zeros((HEIGHT + 2 * MARGIN, HEIGHT + 2 * MARGIN), np.uint8)
    places = np.rint(pieces * 2**SUBPIXEL).astype(int).tolist()
    for (x, y, to_x, to_y), width in zip(places, np.rint(widths).astype(int).tolist(), strict=True):
        cv2.line(canvas, (x, y), (to_x, to_y), 255, max(width, 1), cv2.LINE_8, SUBPIXEL)
    return canvas
