"""Rows of digits as people write them, apart or touching, among signs, rules and print, to train on."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from tenfold.arrays import LINE_HEIGHT, Images, Labels
from tenfold.draw.hands import SIGNS
from tenfold.draw.outliers import drawn_letters, halves, scribbles, signs
from tenfold.draw.pen import draw, draw_digits, parse
from tenfold.draw.printed import FONTS
from tenfold.draw.surroundings import BASELINE, Floats, Generator, finished, line, printed_word, words
from tenfold.picture.frame import Ink

__all__ = ["HELD_OUT", "Ink", "Stock", "draw_row"]

HELD_OUT = 10
"""Of ten training images lines are drawn of nine; the tenth is held out, for promises about error."""

DIGITLESS, ALONE = 0.24, 0.12
"""The share of rows that hold no digit, and at least of those that hold a single one."""

KINDS, SHARES = ("print", "letters", "lines", "outliers", "stains"), (0.55, 0.15, 0.14, 0.08, 0.08)
"""What rows without digits show, and how often."""

LONGEST = 11
"""Most digits of a row."""

GUARDS = {
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
"""What people write beside an amount, so that nobody writes another digit there, and how often each."""

PRINTED_GUARDS, PRINTED = "$$$€£¥#*=%", 0.2
"""What is printed there, as often as it is named, and the share of guards that are."""


@dataclass(frozen=True, eq=False)
class Stock:
    """Images to write rows with, each `uint8 (n, 28, 28)`, framed as MNIST's.

    Attributes:
        digits: Digits of many hands.
        labels: `int64 (n,)`, which they are.
        letters: Letters of many hands.
        signs: Punctuation and small figures.
        guards: What is written beside amounts.
        outliers: Scribbles and parts of digits.
    """

    digits: Images
    labels: Labels
    letters: Images
    signs: Images
    guards: Images
    outliers: Images

    @classmethod
    def of(cls, images: Images, labels: Labels, rng: Generator, drawn: float = 0.3) -> "Stock":
        """Lay in given digits, and drawn ones and all else beside them.

        Args:
            images: `uint8 (n, 28, 28)`, training images.
            labels: `int64 (n,)`, 0 to 9, each there at least once.
            rng: Decides everything.
            drawn: How many drawn digits come to each given one.
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
    paths = [parse(description) for description in GUARDS]
    return draw([paths[index] for index in rng.choice(len(paths), count, p=list(GUARDS.values()))], rng)


@dataclass(frozen=True)
class _Hand:
    """How one row is written: size, slant and turn of its digits, how evenly, and how far apart."""

    size: float
    slant: float
    turn: float
    uneven: float
    gap: float
    spread: float

    @classmethod
    def of(cls, rng: Generator) -> "_Hand":
        close = rng.random()
        gap, spread = (rng.uniform(-2.5, 1), 1.5) if close < 0.4 else (rng.uniform(1, 8), 3.0)
        if close > 0.93:
            gap = rng.uniform(8, 16)
        return cls(rng.uniform(0.72, 1.18), rng.normal(0, 0.12), rng.normal(0, 3), rng.uniform(0.02, 0.18), gap, spread)


class _Sheet:
    """A row being written, from left to right."""

    def __init__(self, width: int, slope: float, rng: Generator) -> None:
        self.ink: Floats = np.zeros((LINE_HEIGHT, width), np.float32)
        self.edge = np.full(LINE_HEIGHT, -1e9)
        self.slope = slope
        self.rng = rng
        self.x = 0.0

    def write(self, stamp: Ink, gap: float, bottom: float) -> bool:
        """Write a stamp as near to the ink before it as `gap` says; say whether there was room."""
        tall, wide = stamp.shape
        top = round(bottom - tall + self.slope * self.x)
        first, last = max(0, top), min(LINE_HEIGHT, top + tall)
        if last - first < 2:
            return True
        seen = stamp[first - top : last - top]
        inked = seen > 90
        starts = np.where(inked.any(axis=1), inked.argmax(axis=1), 10**6)
        near = np.max(self.edge[first:last] - starts)
        place = round(max(near + 1 + gap, self.x - 0.45 * wide) if near > -1e8 else max(self.x + gap, 0))
        place = max(place, 0)
        if place + wide > self.ink.shape[1]:
            return False
        part = self.ink[first:last, place : place + wide]
        np.maximum(part, seen, out=part)
        ends = np.where(inked.any(axis=1), wide - 1 - inked[:, ::-1].argmax(axis=1) + place, -1e9)
        edge = np.full(LINE_HEIGHT, -1e9)
        edge[first:last] = ends
        self.edge = cv2.dilate(np.maximum(edge, self.edge - 4).reshape(-1, 1), np.ones((5, 1))).ravel()
        self.x = place + wide
        return True

    def skip(self, pixels: float) -> None:
        """Leave paper free."""
        self.x += pixels
        self.edge = np.maximum(self.edge, np.where(self.edge > -1e8, self.x - 1, -1e9))
        self.edge[:] = np.maximum(self.edge, self.x - 1)


def draw_row(stock: Stock, rng: Generator) -> tuple[Ink, str]:
    """Draw a row as it comes off a page: at full strength, cut off above and below, some of what is around it left in.

    Args:
        stock: What to write with.
        rng: Decides everything.

    Returns:
        `uint8 (32, width)`, 0 paper, 255 ink, the digits about 20 rows high; and its digits, empty where it has none.
    """
    if rng.random() < DIGITLESS:
        return finished(_without_digits(stock, rng), rng), ""
    count = 1 if rng.random() < ALONE else min(LONGEST, 1 + int(rng.gamma(2.2, 2.0)))
    sheet = _Sheet(60 + 40 * count, rng.normal(0, 0.03), rng)
    hand = _Hand.of(rng)
    base = BASELINE + rng.normal(0, 1.5)
    raised = count - 2 if count > 3 and rng.random() < 0.06 else count  # cents are at times written small and high
    before = rng.random()
    if before < 0.06:
        _print(sheet, rng)
    elif before < 0.11:
        _sign(sheet, stock, hand)
    elif before < 0.24:
        _guard(sheet, stock, hand, base)
    said = ""
    separators = rng.random() < 0.25
    for place in range(count):
        index = int(rng.integers(len(stock.digits)))
        gap = rng.normal(hand.gap, hand.spread) if place else 2.0
        small = place >= raised
        stamp = _stamp(stock.digits[index], replace(hand, size=0.65 * hand.size) if small else hand, rng)
        if not sheet.write(stamp, max(gap, -4.5), base + rng.normal(0, 1.0) - 7 * small):
            break
        said += str(stock.labels[index])
        if separators and place < count - 1 and rng.random() < 0.4:
            _separator(sheet, rng)
    after = rng.random()
    if after < 0.05:
        _print(sheet, rng)
    elif after < 0.11:
        _sign(sheet, stock, hand)
    elif after < 0.24:
        _guard(sheet, stock, hand, base)
    elif after < 0.29:
        _separator(sheet, rng)
    ink = sheet.ink[:, : max(8, min(round(sheet.x) + 2, sheet.ink.shape[1]))]
    return finished(ink, rng), said


def _stamp(image: Ink, hand: _Hand, rng: Generator) -> Ink:
    """Give the ink of an image, written in a row's own way."""
    size = hand.size * np.exp(rng.normal(0, hand.uneven))
    angle = np.radians(hand.turn + rng.normal(0, 4))
    slant = hand.slant + rng.normal(0, 0.04)
    wide = size * np.exp(rng.normal(0, 0.1))
    cos, sin = np.cos(angle), np.sin(angle)
    way = np.array([[wide * cos, -size * sin - slant * size], [wide * sin, size * cos]])
    shift = np.array([20.0, 20.0]) - way @ np.array([13.5, 13.5])
    warped = cv2.warpAffine(image, np.column_stack([way, shift]), (41, 41), flags=cv2.INTER_LINEAR)
    left, top, width, height = cv2.boundingRect((warped > 40).astype(np.uint8))
    return np.asarray(warped[top : top + height, left : left + width], np.uint8)


def _sign(sheet: _Sheet, stock: Stock, hand: _Hand) -> None:
    """Write something that is no digit: a sign, a letter or a scrawl."""
    rng = sheet.rng
    pool = (stock.signs, stock.letters, stock.outliers)[rng.choice(3, p=(0.6, 0.25, 0.15))]
    sheet.write(_stamp(pool[rng.integers(len(pool))], hand, rng), rng.uniform(0, 8), BASELINE + rng.normal(0, 1.5))


def _guard(sheet: _Sheet, stock: Stock, hand: _Hand, base: float) -> None:
    """Write what guards an amount, as high as its digits or lower."""
    rng = sheet.rng
    if rng.random() < PRINTED:
        stamp = printed_word(str(rng.choice(list(PRINTED_GUARDS))), int(rng.integers(14, 32)), str(rng.choice(FONTS)))
    else:
        stamp = _stamp(stock.guards[rng.integers(len(stock.guards))], hand, rng)
    middle = max(0.0, 0.5 * (20 * hand.size - stamp.shape[0]))  # dashes are written half way up
    sheet.write(stamp, rng.uniform(-1, 8), base - middle + rng.normal(0, 1.5))


def _separator(sheet: _Sheet, rng: Generator) -> None:
    """Write a point, a comma or a dash."""
    kind, thick = rng.integers(3), int(rng.integers(2, 4))
    stamp = np.zeros((12, 14), np.uint8)
    if kind == 0:
        cv2.circle(stamp, (4, 4), thick - 1, 255, -1, cv2.LINE_AA)
    elif kind == 1:
        cv2.line(stamp, (5, 2), (4 - int(rng.integers(0, 3)), int(rng.integers(5, 9))), 255, thick, cv2.LINE_AA)
    else:
        cv2.line(stamp, (1, 4), (int(rng.integers(5, 13)), 4 + int(rng.integers(-1, 2))), 255, thick, cv2.LINE_AA)
    left, top, wide, tall = cv2.boundingRect(stamp)
    height = BASELINE - 8 + rng.normal(0, 1) if kind == 2 else BASELINE + (kind == 1) * rng.uniform(0, 4)
    sheet.write(stamp[top : top + tall, left : left + wide], rng.uniform(-1, 5), height)


def _print(sheet: _Sheet, rng: Generator) -> None:
    """Print words beside the digits."""
    for word in rng.choice(len(words()), rng.integers(1, 3)).tolist():
        stamp = words()[word]
        if rng.random() < 0.15:
            stamp = _fragment(stamp, rng)
        sheet.skip(rng.uniform(3, 8))
        sheet.write(stamp, 0, BASELINE + rng.normal(0, 2) + 0.15 * stamp.shape[0])
    sheet.skip(rng.uniform(2, 10))


def _fragment(stamp: Ink, rng: Generator) -> Ink:
    """Cut a piece out of a stamp and give it a digit's height: what is left where a page was cut up badly."""
    tall, wide = (int(rng.integers(max(2, side // 4), side + 1)) for side in stamp.shape)
    wide = min(wide, 3 * tall)
    top, left = (int(rng.integers(0, whole - part + 1)) for whole, part in zip(stamp.shape, (tall, wide), strict=True))
    scale = rng.uniform(17, 23) / tall
    size = max(2, round(wide * scale)), max(2, round(tall * scale))
    part = stamp[top : top + tall, left : left + wide]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _without_digits(stock: Stock, rng: Generator) -> Floats:
    """Draw what a page shows besides digits: print, handwriting, rules and edges, scribbles, stains."""
    sheet = _Sheet(int(rng.integers(60, 260)), rng.normal(0, 0.02), rng)
    kind = KINDS[rng.choice(len(KINDS), p=SHARES)]
    if kind == "print":
        for _ in range(rng.integers(1, 4)):
            _print(sheet, rng)
    elif kind == "letters":
        hand = _Hand.of(rng)
        for _ in range(rng.integers(1, 9)):
            stamp = _stamp(stock.letters[rng.integers(len(stock.letters))], hand, rng)
            if rng.random() < 0.5:
                stamp = np.asarray(cv2.resize(stamp, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)
            sheet.write(stamp, rng.normal(hand.gap, hand.spread), BASELINE + rng.normal(0, 1))
    elif kind == "lines":
        for _ in range(rng.integers(1, 5)):
            line(sheet.ink, rng, anywhere=True)
        sheet.x = rng.uniform(8, sheet.ink.shape[1])
    elif kind == "outliers":
        for _ in range(rng.integers(1, 5)):
            stamp = _stamp(stock.outliers[rng.integers(len(stock.outliers))], _Hand.of(rng), rng)
            if min(stamp.shape) > 3 and rng.random() < 0.3:
                stamp = _fragment(stamp, rng)
            sheet.write(stamp, rng.uniform(-2, 10), BASELINE + rng.normal(0, 2))
    else:
        clouds = cv2.resize(rng.normal(0, 1, (4, 12)).astype(np.float32), sheet.ink.shape[::-1])
        sheet.ink = np.clip(255 * (clouds - rng.uniform(0, 1)) * rng.uniform(1, 6), 0, 255).astype(np.float32)
        sheet.x = rng.uniform(20, sheet.ink.shape[1])
    return sheet.ink[:, : max(8, min(round(sheet.x) + 2, sheet.ink.shape[1]))]
