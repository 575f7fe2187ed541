"""Strips of a page: digits as people write them, apart or touching, among signs, rules and print, to train on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.draw.fonts import FONTS
from tenfold.draw.hands import SIGNS
from tenfold.draw.layers import Layer, lay
from tenfold.draw.line_degradation import degrade_line
from tenfold.draw.outliers import drawn_letters, halves, scribbles, signs
from tenfold.draw.pen import draw, draw_digits, parse
from tenfold.draw.surroundings import BASELINE, STRIP_HEIGHT, draw_rule, print_word, printed_words
from tenfold.picture.frame import Ink

__all__ = ["HELD_OUT", "LineGlyphs", "draw_line"]

HELD_OUT = 10
"""Every tenth training image is held out: no line is drawn with it, so that promises about error can rest on it."""

WITHOUT_DIGITS = 0.24
"""Share of lines that hold no digit."""

SINGLE = 0.12
"""Share of lines with digits that are drawn with one for certain; chance makes more of them."""

LONGEST = 11
"""Most digits of a line."""

DIGITLESS: Mapping[str, float] = {"print": 0.55, "letters": 0.15, "rules": 0.14, "outliers": 0.08, "stains": 0.08}
"""What lines without digits show, and the share of each."""

GUARDS: Mapping[str, float] = {
    SIGNS["dollar"]: 0.2,
    SIGNS["euro"]: 0.05,
    "78,14 50,0 26,16 32,52 22,84 0,98! 80,94 ; 4,54 58,52": 0.05,  # a pound
    SIGNS["hash"]: 0.1,
    SIGNS["equals"]: 0.1,
    SIGNS["asterisk"]: 0.05,
    SIGNS["minus"]: 0.1,
    "44,0 0,100 ; 44,52 104,48": 0.2,  # a slash and a dash
    "44,0 0,100 ; 50,38 106,36 ; 44,66 100,64": 0.05,  # a slash and two dashes
    "0,96 2,99 ; 30,52 110,48": 0.1,  # a point and a dash
}
"""Guards, the signs written right before or behind an amount so that nobody adds a digit; the share of each."""

PRINTED_GUARDS = "$$$€£¥#*=%"
"""Guards that are printed, each as often as it stands here."""

PRINTED_SHARE = 0.2
"""Share of the guards that are printed."""

STROKE = 90
"""Ink, of 255, from which a pixel is part of a stroke where the gap between glyphs is measured."""

NOWHERE = -1e9
"""Right edge of the ink in a row of pixels that has none."""


@dataclass(frozen=True, eq=False)
class LineGlyphs:
    """Images to write lines with, each `uint8 (n, 28, 28)`, framed as MNIST's.

    Attributes:
        digits: Digits of many hands.
        labels: `int64 (n,)`, the digit that each of them shows.
        letters: Letters of many hands.
        signs: Punctuation and small figures.
        guards: Signs written right before or behind amounts.
        outliers: Scribbles and parts of digits.
    """

    digits: Images
    labels: Labels
    letters: Images
    signs: Images
    guards: Images
    outliers: Images

    @classmethod
    def gather(cls, images: Images, labels: Labels, rng: Generator, drawn: float = 0.3) -> "LineGlyphs":
        """Gather given digits, and draw more digits and all the rest.

        Args:
            images: `uint8 (n, 28, 28)`, training images.
            labels: `int64 (n,)`, 0 to 9, each there at least once.
            rng: Decides everything.
            drawn: Number of drawn digits, as a share of the given ones; at least 200 are drawn.
        """
        count = max(200, round(drawn * len(images)))
        by_hand, known = draw_digits(count, rng)
        return cls(
            np.concatenate([images, by_hand]),
            np.concatenate([labels, known]),
            drawn_letters(count // 2, rng),
            signs(count // 4, rng),
            _guards(count // 4, rng),
            np.concatenate([scribbles(count // 6, rng), halves(count // 6, images, labels, rng)]),
        )


def _guards(count: int, rng: Generator) -> Images:
    drawings = [parse(description) for description in GUARDS]
    return draw([drawings[index] for index in rng.choice(len(drawings), count, p=list(GUARDS.values()))], rng)


@dataclass(frozen=True)
class _Style:
    """How one line is written.

    Attributes:
        size: Size of its digits, 1 as in MNIST.
        slant: Shear to the right, per unit of height.
        turn: In degrees.
        uneven: Standard deviation of the logarithm of a digit's size.
        gap: Mean gap between digits, in pixels; below 0 they touch or overlap.
        spread: Standard deviation of the gap, in pixels.
    """

    size: float
    slant: float
    turn: float
    uneven: float
    gap: float
    spread: float

    @classmethod
    def choose(cls, rng: Generator) -> "_Style":
        spacing = rng.random()
        gap, spread = (rng.uniform(-2.5, 1), 1.5) if spacing < 0.4 else (rng.uniform(1, 8), 3.0)
        if spacing > 0.93:
            gap = rng.uniform(8, 16)
        return cls(rng.uniform(0.72, 1.18), rng.normal(0, 0.12), rng.normal(0, 3), rng.uniform(0.02, 0.18), gap, spread)


class _Writer:
    """Writes a line from left to right.

    Args:
        width: Of the paper, in pixels.
        slope: By how many pixels the line falls for each pixel to the right.
        rng: Decides everything.
    """

    def __init__(self, width: int, slope: float, rng: Generator) -> None:
        self.line: Layer = np.zeros((STRIP_HEIGHT, width), np.float32)
        self.edge = np.full(STRIP_HEIGHT, NOWHERE)  # for each row the right edge of its ink, a little smoothed
        self.slope = slope
        self.rng = rng
        self.x = 0.0

    def write(self, glyph: Ink, gap: float, bottom: float) -> bool:
        """Write a glyph, `gap` pixels of paper between its ink and the ink before it; say whether there was room."""
        height, width = glyph.shape
        top = round(bottom - height + self.slope * self.x)
        first, last = max(0, top), min(STRIP_HEIGHT, top + height)
        if last - first < 2:
            return True
        visible = glyph[first - top : last - top]
        stroke = visible > STROKE
        inked = stroke.any(axis=1)
        starts = np.where(inked, stroke.argmax(axis=1), 10**6)
        touching = np.max(self.edge[first:last] - starts)  # where the glyph's ink lies on the last ink before it
        if touching < NOWHERE / 10:  # there is none
            left = max(0, round(self.x + gap))
        else:
            left = max(0, round(max(touching + 1 + gap, self.x - 0.45 * width)))
        if left + width > self.line.shape[1]:
            return False
        lay(self.line, visible, left, first)
        edge = np.full(STRIP_HEIGHT, NOWHERE)
        edge[first:last] = np.where(inked, width - 1 - stroke[:, ::-1].argmax(axis=1) + left, NOWHERE)
        self.edge = cv2.dilate(np.maximum(edge, self.edge - 4).reshape(-1, 1), np.ones((5, 1))).ravel()
        self.x = left + width
        return True

    def skip(self, pixels: float) -> None:
        """Leave paper free."""
        self.x += pixels
        self.edge = np.maximum(self.edge, self.x - 1)

    def written(self) -> Layer:
        """Give the line as far as it is written, at least 8 pixels of it."""
        return self.line[:, : max(8, min(round(self.x) + 2, self.line.shape[1]))]


def draw_line(glyphs: LineGlyphs, rng: Generator) -> tuple[Ink, str]:
    """Draw a strip of a page with at most one number: ink at full strength, with some of what surrounds the digits.

    Args:
        glyphs: What to write with.
        rng: Decides everything.

    Returns:
        `uint8 (32, width)`, 0 paper, 255 ink, the digits about 20 rows high; and its text, empty where it has no digit.
    """
    if rng.random() < WITHOUT_DIGITS:
        return degrade_line(_without_digits(glyphs, rng), rng), ""
    count = 1 if rng.random() < SINGLE else min(LONGEST, 1 + int(rng.gamma(2.2, 2.0)))
    writer = _Writer(60 + 40 * count, rng.normal(0, 0.03), rng)
    style = _Style.choose(rng)
    baseline = BASELINE + rng.normal(0, 1.5)
    raised = count - 2 if count > 3 and rng.random() < 0.06 else count  # cents are at times written small and high
    _write_before(writer, glyphs, style, baseline)
    text = ""
    separated = rng.random() < 0.25
    for place in range(count):
        index = int(rng.integers(len(glyphs.digits)))
        gap = rng.normal(style.gap, style.spread) if place else 2.0
        small = place >= raised
        glyph = _styled(glyphs.digits[index], replace(style, size=0.65 * style.size) if small else style, rng)
        if not writer.write(glyph, max(gap, -4.5), baseline + rng.normal(0, 1.0) - 7 * small):
            break
        text += str(glyphs.labels[index])
        if separated and place < count - 1 and rng.random() < 0.4:
            _write_separator(writer)
    _write_behind(writer, glyphs, style, baseline)
    return degrade_line(writer.written(), rng), text


def _write_before(writer: _Writer, glyphs: LineGlyphs, style: _Style, baseline: float) -> None:
    """Write what stands before the digits of a quarter of all lines."""
    chance = writer.rng.random()
    if chance < 0.06:
        _print_words(writer)
    elif chance < 0.11:
        _write_outlier(writer, glyphs, style)
    elif chance < 0.24:
        _write_guard(writer, glyphs, style, baseline)


def _write_behind(writer: _Writer, glyphs: LineGlyphs, style: _Style, baseline: float) -> None:
    """Write what stands behind the digits of three in ten lines."""
    chance = writer.rng.random()
    if chance < 0.05:
        _print_words(writer)
    elif chance < 0.11:
        _write_outlier(writer, glyphs, style)
    elif chance < 0.24:
        _write_guard(writer, glyphs, style, baseline)
    elif chance < 0.29:
        _write_separator(writer)


def _styled(image: Ink, style: _Style, rng: Generator) -> Ink:
    """Give the ink of an image of 28×28 as a line's style writes it, without paper around."""
    size = style.size * np.exp(rng.normal(0, style.uneven))
    angle = np.radians(style.turn + rng.normal(0, 4))
    slant = style.slant + rng.normal(0, 0.04)
    width = size * np.exp(rng.normal(0, 0.1))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[width * cos, -size * sin - slant * size], [width * sin, size * cos]])
    shift = np.array([20.0, 20.0]) - matrix @ np.array([13.5, 13.5])
    warped = cv2.warpAffine(image, np.column_stack([matrix, shift]), (41, 41), flags=cv2.INTER_LINEAR)
    return _cropped(warped, (warped > 40).astype(np.uint8))


def _cropped(ink: "cv2.typing.MatLike", mask: "cv2.typing.MatLike") -> Ink:
    left, top, width, height = cv2.boundingRect(mask)
    return np.asarray(ink[top : top + height, left : left + width], np.uint8)


def _one_of(images: Images, rng: Generator) -> Ink:
    return np.asarray(images[rng.integers(len(images))], np.uint8)


def _write_outlier(writer: _Writer, glyphs: LineGlyphs, style: _Style) -> None:
    """Write something that is no digit: a sign, a letter or a scribble."""
    rng = writer.rng
    images = (glyphs.signs, glyphs.letters, glyphs.outliers)[rng.choice(3, p=(0.6, 0.25, 0.15))]
    glyph = _styled(_one_of(images, rng), style, rng)
    writer.write(glyph, rng.uniform(0, 8), BASELINE + rng.normal(0, 1.5))


def _write_guard(writer: _Writer, glyphs: LineGlyphs, style: _Style, baseline: float) -> None:
    """Write a guard, as high as the digits or lower."""
    rng = writer.rng
    if rng.random() < PRINTED_SHARE:
        sign, size = str(rng.choice(list(PRINTED_GUARDS))), int(rng.integers(14, 32))
        glyph = print_word(sign, str(rng.choice(FONTS)), size)
    else:
        glyph = _styled(_one_of(glyphs.guards, rng), style, rng)
    raised = max(0.0, 0.5 * (20 * style.size - glyph.shape[0]))  # dashes are written half way up
    writer.write(glyph, rng.uniform(-1, 8), baseline - raised + rng.normal(0, 1.5))


def _write_separator(writer: _Writer) -> None:
    """Write a point, a comma or a dash."""
    rng = writer.rng
    kind, thickness = ("point", "comma", "dash")[rng.integers(3)], int(rng.integers(2, 4))
    glyph = np.zeros((12, 14), np.uint8)
    if kind == "point":
        cv2.circle(glyph, (4, 4), thickness - 1, 255, -1, cv2.LINE_AA)
    elif kind == "comma":
        foot = 4 - int(rng.integers(0, 3)), int(rng.integers(5, 9))
        cv2.line(glyph, (5, 2), foot, 255, thickness, cv2.LINE_AA)
    else:
        end = int(rng.integers(5, 13)), 4 + int(rng.integers(-1, 2))
        cv2.line(glyph, (1, 4), end, 255, thickness, cv2.LINE_AA)
    bottom = BASELINE - 8 + rng.normal(0, 1) if kind == "dash" else BASELINE + (kind == "comma") * rng.uniform(0, 4)
    writer.write(_cropped(glyph, glyph), rng.uniform(-1, 5), bottom)


def _print_words(writer: _Writer) -> None:
    """Print one or two words."""
    rng, words = writer.rng, printed_words()
    for index in rng.choice(len(words), rng.integers(1, 3)).tolist():
        word = words[index]
        if rng.random() < 0.15:
            word = _fragment(word, rng)
        writer.skip(rng.uniform(3, 8))
        writer.write(word, 0, BASELINE + rng.normal(0, 2) + 0.15 * word.shape[0])
    writer.skip(rng.uniform(2, 10))


def _fragment(glyph: Ink, rng: Generator) -> Ink:
    """Cut a piece out of a glyph and scale it to a digit's height: what is left where a page was cut up badly."""
    height, width = (int(rng.integers(max(2, side // 4), side + 1)) for side in glyph.shape)
    width = min(width, 3 * height)
    top, left = (int(rng.integers(0, side - part + 1)) for side, part in zip(glyph.shape, (height, width), strict=True))
    scale = rng.uniform(17, 23) / height
    size = max(2, round(width * scale)), max(2, round(height * scale))
    part = glyph[top : top + height, left : left + width]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _without_digits(glyphs: LineGlyphs, rng: Generator) -> Layer:
    """Draw what a page shows besides digits: print, handwriting, rules and edges, scribbles, stains."""
    writer = _Writer(int(rng.integers(60, 260)), rng.normal(0, 0.02), rng)
    kind = list(DIGITLESS)[rng.choice(len(DIGITLESS), p=list(DIGITLESS.values()))]
    if kind == "print":
        for _ in range(rng.integers(1, 4)):
            _print_words(writer)
    elif kind == "letters":
        _write_letters(writer, glyphs)
    elif kind == "rules":
        for _ in range(rng.integers(1, 5)):
            draw_rule(writer.line, rng, anywhere=True)
        writer.x = rng.uniform(8, writer.line.shape[1])
    elif kind == "outliers":
        for _ in range(rng.integers(1, 5)):
            glyph = _one_of(glyphs.outliers, rng)
            glyph = _styled(glyph, _Style.choose(rng), rng)
            if min(glyph.shape) > 3 and rng.random() < 0.3:
                glyph = _fragment(glyph, rng)
            writer.write(glyph, rng.uniform(-2, 10), BASELINE + rng.normal(0, 2))
    else:
        clouds = cv2.resize(rng.normal(0, 1, (4, 12)).astype(np.float32), writer.line.shape[::-1])
        stains = np.clip(255 * (clouds - rng.uniform(0, 1)) * rng.uniform(1, 6), 0, 255)
        writer.line = stains.astype(np.float32)
        writer.x = rng.uniform(20, writer.line.shape[1])
    return writer.written()


def _write_letters(writer: _Writer, glyphs: LineGlyphs) -> None:
    """Write one to eight letters in one style, half of them lower than digits."""
    rng = writer.rng
    style = _Style.choose(rng)
    for _ in range(rng.integers(1, 9)):
        glyph = _styled(_one_of(glyphs.letters, rng), style, rng)
        if rng.random() < 0.5:
            glyph = np.asarray(cv2.resize(glyph, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)
        writer.write(glyph, rng.normal(style.gap, style.spread), BASELINE + rng.normal(0, 1))
