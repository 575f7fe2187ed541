"""Writers: each writes every digit and sign in one hand, as one person with one pen does.

A writer gives glyphs, `GLYPH` pixels from the top of a digit to its foot. Four kinds stand for what is known of hands:
the strokes of people who wrote with a pen on a tablet, hands described in `tenfold.draw.hands`, images of digits that
were scanned, and typefaces drawn after handwriting. Two more are machines: print, and displays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Images, Labels
from tenfold.data.bitmaps import load_bitmaps
from tenfold.data.sources import Split
from tenfold.data.strokes import PenDigit, load_strokes
from tenfold.data.typefaces import typefaces
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.glyphs import GLYPH, Glyph, Stroke, draw_strokes, sign_strokes, with_width
from tenfold.draw.hands import DIGITS
from tenfold.draw.pen import Strokes, parse
from tenfold.draw.typeset import PrintWriter, SegmentWriter, typeset
from tenfold.picture.frame import Ink

__all__ = ["FontWriter", "HandWriter", "Hands", "ImageWriter", "PenWriter", "Writer", "by_label"]

HANDS: Mapping[str, float] = {"pen": 0.29, "image": 0.2, "hand": 0.25, "font": 0.12, "print": 0.11, "display": 0.03}
"""Kinds of writers, and the share of the numbers of each; a kind that nothing is known of is left out."""

PEN_WIDTH = (6.0, 0.4)
"""Median width of a pen, in pixels, and its logarithm's standard deviation: about a tenth of a digit, as in
`tenfold.draw.pen.PEN_WIDTH`."""

PEN_WIDTHS = (2.0, 15.0)
"""Thinnest and thickest pen, in pixels."""

PRESSURE = 0.06
"""Standard deviation of the logarithm of the pen's width, from glyph to glyph of one writer."""

SLANT = (0.1, 0.18)
"""Mean and standard deviation of the slant (shear) of strokes, to the right per unit of height."""

CHANGED_SLANT = 0.12
"""Standard deviation of the slant that is added to images and typefaces, which have one already."""

WIDTH = 0.17
"""Standard deviation of the logarithm of a writer's width."""

BEND = 0.05
"""Standard deviation of the entries of the matrix that bends recorded strokes, about 1 and 0."""

FLAT = 0.5
"""Height of a digit, at least, as a share of its width: a flat digit is not blown up to full height."""

FLAT_IMAGE = 0.55
"""The same for images, whose strokes are part of their width."""

INKED, FAINT = 64, 40
"""Ink, of 255, above which a pixel belongs to a scanned digit, and to a glyph that was resampled."""

SHARPEN = (90.0, 2.6)
"""Ink of an enlarged image that becomes paper, and the contrast that makes its edges those of a pen again."""

FONT_BEND = 3.0
"""Largest standard deviation of the moves of a typeface's points, in pixels: no two of its glyphs are alike."""

BEND_GRID = 4
"""Points along each side of a glyph that are moved; what lies between follows smoothly."""

AROUND = 6
"""Pixels of paper around a typeset glyph, so that slant and bend cut nothing off."""

RINGED = ("hi-melody", "mali")
"""Typefaces that draw points and commas as rings, which nobody's pen does: their signs are drawn as strokes."""

TYPEFACES_HELD_OUT = 12
"""Every twelfth typeface is held out: no number is learned from that is written in it."""

SAME_HAND = "playwrite"
"""Typefaces of this family are one hand in the variants of many countries, so none of them is held out."""

Person: TypeAlias = Mapping[int, Sequence[Sequence[Stroke]]]
"""For each digit the ways in which one person wrote it, each a list of strokes in heights of the digit."""

Places: TypeAlias = Mapping[int, "np.ndarray[tuple[int], np.dtype[np.intp]]"]
"""For each digit the places of the images that show it."""


class Writer(Protocol):
    """Who writes a number.

    Attributes:
        sets: True for a machine, which sets signs side by side.
    """

    sets: ClassVar[bool]

    @property
    def pen(self) -> float:
        """Width of the pen, in pixels."""

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Write one sign: a digit or one of `SIGNS`."""


@dataclass(frozen=True)
class _Manner:
    """How somebody writes.

    Attributes:
        pen: Width of the pen, in pixels.
        slant: Shear to the right, per unit of height.
        wide: Width of what is written, 1 as it is known.
    """

    sets: ClassVar[bool] = False
    pen: float
    slant: float
    wide: float

    def drawn(self, strokes: Sequence[Stroke], rng: Generator) -> Glyph:
        """Draw strokes, slanted and widened, with the pen pressed a little more or less."""
        shear = np.array([[self.wide, 0.0], [-self.slant, 1.0]])
        return draw_strokes([stroke @ shear for stroke in strokes], self.pen * np.exp(rng.normal(0, PRESSURE)))


@dataclass(frozen=True)
class PenWriter(_Manner):
    """A person whose strokes were recorded.

    Attributes:
        known: How this person wrote each digit.
    """

    known: Person

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Write a digit as the person once did, a little bent, or a sign."""
        if not sign.isdigit():
            return self.drawn(sign_strokes(sign, rng), rng)
        ways = self.known[int(sign)]
        bend = np.eye(2) + rng.normal(0, BEND, (2, 2))
        middle = np.array([0.3, 0.5])
        way = ways[int(rng.integers(len(ways)))]
        return self.drawn([(stroke - middle) @ bend + middle for stroke in way], rng)


@dataclass(frozen=True)
class HandWriter(_Manner):
    """One of the many that the descriptions of `tenfold.draw.hands` make: for each digit one hand, kept.

    Attributes:
        hands: For each digit its description.
        loose: How far its points move, 1 as `tenfold.draw.pen` moves them.
    """

    hands: Mapping[int, str]
    loose: float

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Write a digit after its description, its points moved at random, or a sign."""
        if not sign.isdigit():
            return self.drawn(sign_strokes(sign, rng), rng)
        strokes = parse(self.hands[int(sign)])
        moves = self.loose * strokes.loose * rng.standard_normal(strokes.control.shape)
        return self.drawn(_strung(strokes, strokes.control + moves), rng)


def _strung(strokes: Strokes, control: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> list[Stroke]:
    """String the straight pieces of a description together: one stroke from each lift of the pen to the next."""
    starts, ends = strokes.starts @ control / 100, strokes.ends @ control / 100
    lifts = np.flatnonzero(np.abs(starts[1:] - ends[:-1]).max(axis=1) > 1e-9) + 1
    edges = [0, *lifts.tolist(), len(starts)]
    return [np.concatenate([starts[a:b], ends[b - 1 : b]]) for a, b in pairwise(edges)]


@dataclass(frozen=True, eq=False)
class ImageWriter(_Manner):
    """Somebody whose digits were scanned; signs are drawn with a pen of about the same width.

    Attributes:
        images: `uint8 (n, side, side)`, 0 paper, 255 ink.
        places: Which of them show each digit.
    """

    images: Images
    places: Places

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Write a digit as one image shows it, or draw a sign."""
        if not sign.isdigit():
            return draw_strokes(sign_strokes(sign, rng), self.pen)
        places = self.places[int(sign)]
        image = self.images[places[int(rng.integers(len(places)))]]
        left, top, width, height = cv2.boundingRect((image > INKED).astype(np.uint8))
        cut = image[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1]
        scale = GLYPH / max(height, FLAT_IMAGE * width, 4)
        large = cv2.resize(cut, None, fx=scale * self.wide, fy=scale, interpolation=cv2.INTER_CUBIC)
        sharp = np.clip((self._slanted(large).astype(np.float32) - SHARPEN[0]) * SHARPEN[1], 0, 255).astype(np.uint8)
        ink, _ = _cropped(with_width(sharp, self.pen))
        return Glyph(ink, GLYPH - ink.shape[0])

    def _slanted(self, ink: "cv2.typing.MatLike") -> Ink:
        height, width = ink.shape
        lean = round(abs(self.slant) * height) + 1
        matrix = np.array([[1, -self.slant, lean / 2 + self.slant * height / 2], [0, 1, 0]])
        return np.asarray(cv2.warpAffine(ink, matrix, (width + lean, height)), np.uint8)


@dataclass(frozen=True)
class FontWriter(_Manner):
    """A typeface.

    Attributes:
        path: The font's file.
        bend: Standard deviation of the moves of a glyph's points, in pixels.
    """

    path: Path
    bend: float

    def glyph(self, sign: str, rng: Generator) -> Glyph:
        """Set a sign, a little bent."""
        if not sign.isalnum() and self.path.name.startswith(RINGED):
            return self.drawn(sign_strokes(sign, rng), rng)
        set_ = typeset(str(self.path), sign)
        shown = self._bent(self._slanted(np.pad(set_.ink, AROUND)), rng)
        if sign.isdigit():
            shown = with_width(shown, self.pen)
        cut, above = _cropped(shown)
        return Glyph(cut, set_.top - AROUND + above)

    def _slanted(self, ink: Ink) -> Ink:
        height, width = ink.shape
        matrix = np.array([[self.wide, -self.slant, self.slant * height / 2], [0, 1, 0]])
        return np.asarray(cv2.warpAffine(ink, matrix, (round(width * max(self.wide, 1)) + 8, height)), np.uint8)

    def _bent(self, ink: Ink, rng: Generator) -> Ink:
        if not self.bend:
            return ink
        height, width = ink.shape
        moves = rng.normal(0, self.bend, (2, BEND_GRID, BEND_GRID)).astype(np.float32)
        dx, dy = (cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in moves)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        return np.asarray(cv2.remap(ink, x + dx, y + dy, cv2.INTER_LINEAR), np.uint8)


def _cropped(ink: Ink) -> tuple[Ink, int]:
    """Take the paper off around a glyph; give also the row that it begins in. What holds no ink stays as it is."""
    left, top, width, height = cv2.boundingRect((ink > FAINT).astype(np.uint8))
    if not width:
        return ink, 0
    return ink[top : top + height, left : left + width], top


def by_label(labels: Labels) -> Places:
    """Give for each digit the places of its images."""
    return {digit: np.flatnonzero(labels == digit) for digit in range(10)}


@dataclass(frozen=True, eq=False)
class Hands:
    """All the hands that numbers are written in; what is empty is not written in.

    Attributes:
        people: People whose strokes are known.
        images: For each source of scanned digits its images, `uint8 (n, side, side)`, and which show each digit.
        fonts: Typefaces after handwriting.
        printed: Typefaces of print.
    """

    people: Sequence[Person]
    images: Sequence[tuple[Images, Places]]
    fonts: Sequence[Path]
    printed: Sequence[Path]

    @classmethod
    def gather(cls, images: Images, labels: Labels, split: Split) -> "Hands":
        """Gather given digits and the known sets of handwriting.

        Args:
            images: `uint8 (n, 28, 28)`.
            labels: `int64 (n,)`, 0 to 9, each there at least once.
            split: `train` for what is learned from, `test` for other people and other typefaces; bitmaps, whose writers
                are not named, are learned from.

        Raises:
            FetchError: A set is neither on this machine nor to be had.
        """
        scanned = [(images, by_label(labels))]
        if split == "train":
            bitmaps = load_bitmaps("optdigits")
            scanned.append((np.pad(bitmaps.images, ((0, 0), (2, 2), (2, 2))), by_label(bitmaps.labels)))
        fonts, printed = typefaces("hand"), [*map(font_path, FONTS), *typefaces("print")]
        held_out = {*fonts[::TYPEFACES_HELD_OUT], *printed[::TYPEFACES_HELD_OUT]}
        held_out = {path for path in held_out if SAME_HAND not in path.name}
        return cls(
            people_of(load_strokes("pendigits", split)),
            scanned,
            *([path for path in kind if (path in held_out) == (split == "test")] for kind in (fonts, printed)),
        )

    def choose_letters(self, rng: Generator) -> Writer:
        """Choose who writes a word: typefaces have letters."""
        fonts = [*self.fonts, *self.printed]
        path, slant = fonts[int(rng.integers(len(fonts)))], float(rng.normal(0, CHANGED_SLANT))
        return FontWriter(PEN_WIDTH[0], slant, 1.0, path, float(rng.uniform(0, FONT_BEND)))

    def choose(self, rng: Generator) -> Writer:
        """Choose who writes the next number, and with which pen, slant and width."""
        known = {"pen": self.people, "image": self.images, "font": self.fonts, "print": self.printed}
        shares = np.array([share if known.get(kind, DIGITS) else 0.0 for kind, share in HANDS.items()])
        kind = str(rng.choice(list(HANDS), p=shares / shares.sum()))
        pen = float(np.clip(np.exp(rng.normal(np.log(PEN_WIDTH[0]), PEN_WIDTH[1])), *PEN_WIDTHS))
        slant, wide = float(rng.normal(*SLANT)), float(np.exp(rng.normal(0, WIDTH)))
        if kind == "pen":
            return PenWriter(pen, slant, wide, self.people[int(rng.integers(len(self.people)))])
        if kind == "hand":
            hands = {digit: str(rng.choice(list(ways.values()))) for digit, ways in DIGITS.items()}
            return HandWriter(pen, slant, wide, hands, float(rng.uniform(0.4, 1.2)))
        if kind == "image":
            sizes = np.sqrt([len(images) for images, _ in self.images])  # few images are seen often, many less so
            images, places = self.images[int(rng.choice(len(sizes), p=sizes / sizes.sum()))]
            return ImageWriter(pen, float(rng.normal(0, CHANGED_SLANT)), wide, images, places)
        if kind == "font":
            path = self.fonts[int(rng.integers(len(self.fonts)))]
            return FontWriter(pen, float(rng.normal(0, CHANGED_SLANT)), wide, path, float(rng.uniform(0, FONT_BEND)))
        if kind == "display":
            return SegmentWriter.choose(rng)
        return PrintWriter(pen, wide, self.printed[int(rng.integers(len(self.printed)))])


def people_of(digits: Sequence[PenDigit]) -> list[Person]:
    """Sort recorded digits by their writer, each scaled to be one high, or half as high as it is wide if it is flat.

    Args:
        digits: Of any number of people, in the tablet's points.

    Returns:
        Everybody who wrote all ten digits.
    """
    people: dict[int, dict[int, list[list[Stroke]]]] = {}
    for digit in digits:
        every = np.concatenate(digit.strokes)
        least, most = every.min(axis=0), every.max(axis=0)
        height = max(most[1] - least[1], FLAT * (most[0] - least[0]), 1.0)
        strokes: list[Stroke] = [(stroke - least) / height for stroke in digit.strokes]
        people.setdefault(digit.writer, {}).setdefault(digit.label, []).append(strokes)
    return [ways for ways in people.values() if len(ways) == len(DIGITS)]
