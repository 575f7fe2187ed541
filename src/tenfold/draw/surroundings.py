"""What is around a line of digits on its page: print, rules, the edges of cells, the patterns of security paper."""

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.fonts import FONTS, print_text
from tenfold.draw.layers import Layer, draw_segment, lay
from tenfold.draw.patterns import draw_dots, draw_stripes, turned_axes
from tenfold.picture.frame import Ink

__all__ = [
    "BASELINE",
    "STRIP_HEIGHT",
    "draw_cell_edges",
    "draw_neighbour",
    "draw_pattern",
    "draw_rule",
    "print_word",
    "printed_words",
]

STRIP_HEIGHT = 32
"""Height of a drawn strip, in pixels; its digits are about 20 high."""

BASELINE = 26.0
"""Row of a strip that its digits, 20 rows high, stand on: as much paper is left below them as above."""

VOWELS, CONSONANTS = "aeiouy", "bcdfghjklmnprsstttvw"
"""Letters that printed words are made of, a vowel and a consonant in turns."""

PRINTED_WORDS = 3000
"""Number of printed words that all lines choose from."""

PATTERNS: Mapping[str, float] = {"waves": 0.3, "hatch": 0.25, "dots": 0.2, "print": 0.25}
"""Share of each pattern among those that lie under a line, as on the security paper of cheques."""


@cache
def printed_words() -> Sequence[Ink]:
    """Print nonsense words, each `uint8 (…32, width)`, 0 paper, 255 ink; always the same ones."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(PRINTED_WORDS):
        start, end = rng.integers((0, 2), (2, 11)).tolist()
        letters = "".join(rng.choice(list(CONSONANTS if place % 2 else VOWELS)) for place in range(start, start + end))
        word = (letters, letters.capitalize(), letters.upper())[rng.choice(3, p=(0.5, 0.3, 0.2))]
        word += ("", "", ":", ",", ".")[rng.integers(5)]
        font = str(rng.choice(FONTS))
        made.append(print_word(word, font, int(rng.integers(10, 42))))
    return made


def print_word(word: str, font: str, size: int) -> Ink:
    """Print a word, its em square `size` pixels high, cut off below the height of a strip: `uint8 (…32, width)`."""
    return print_text(word, font, size).ink[:STRIP_HEIGHT]


def draw_rule(line: Layer, rng: Generator, *, anywhere: bool = False) -> None:
    """Draw a ruling line or an edge on a line: level or vertical, whole or broken off, thin or thick.

    Args:
        line: `float32 (32, width)`, 0 paper, 255 ink; drawn on.
        rng: Decides everything.
        anywhere: Whether the rule may lie anywhere and be thick; if not, it lies where digits leave room for it: level
            ones often under the digits, vertical ones at the ends.
    """
    height, width = line.shape
    strength, thickness = (
        float(rng.uniform(60, 255)),
        int(rng.integers(1, 12 if anywhere and rng.random() < 0.3 else 4)),
    )
    if rng.random() < (0.5 if anywhere else 0.75):
        y = rng.uniform(0, height) if anywhere or rng.random() < 0.5 else BASELINE + rng.uniform(-1, 5)
        left, right = (0.0, float(width)) if rng.random() < 0.7 else sorted(rng.uniform(0, width, 2))
        start, end = (left, y), (right, y + rng.normal(0, 0.02) * (right - left))
    else:
        x = rng.uniform(0, width) if anywhere else rng.choice([rng.uniform(0, 4), width - 1 - rng.uniform(0, 4)])
        top, bottom = (0.0, float(height)) if rng.random() < 0.6 else sorted(rng.uniform(0, height, 2))
        start, end = (x, top), (x + rng.normal(0, 2), bottom)
    rule = np.zeros(line.shape, np.uint8)
    draw_segment(rule, start, end, thickness, strength)
    lay(line, rule, 0, 0)


def draw_cell_edges(line: Layer, rng: Generator) -> Layer:
    """Add the vertical edge of a cell at one end of a line or at both, most of them over the whole height.

    Args:
        line: `float32 (32, width)`, 0 paper, 255 ink.
        rng: Decides everything.

    Returns:
        The same, wider by what is around each edge.
    """
    for end in rng.permutation([(1, 0), (0, 1)])[: rng.integers(1, 3)].tolist():
        around = int(rng.integers(2, 14))
        line = np.pad(line, ((0, 0), (around * end[0], around * end[1])))
        height, width = line.shape
        x = rng.uniform(0, around - 1) if end[0] else width - 1 - rng.uniform(0, around - 1)
        top, bottom = (0.0, float(height)) if rng.random() < 0.75 else (rng.uniform(0, 4), rng.uniform(28, 32))
        foot = x + rng.normal(0, 1.5)
        edge = np.zeros(line.shape, np.uint8)
        strength = float(rng.uniform(90, 255))
        draw_segment(edge, (x, top), (foot, bottom), int(rng.integers(1, 5)), strength)
        lay(line, edge, 0, 0)
    return line


def draw_pattern(shape: tuple[int, int], rng: Generator) -> Layer:
    """Draw what reading leaves of the pattern of security paper: in patches, fainter than strokes, most of it finer.

    Args:
        shape: Height and width, in pixels.
        rng: Decides everything.

    Returns:
        `float32` of that shape, 0 paper to at most 150.
    """
    height, width = shape
    kind = str(rng.choice(list(PATTERNS), p=list(PATTERNS.values())))
    along, across = turned_axes(height, width, rng)
    step, thickness = rng.uniform(3, 12), rng.uniform(0.6, 1.6)
    if kind == "print":
        pattern = _print_pattern(height, width, rng)
    elif kind == "dots":
        pattern = draw_dots(along, across, step, 0.3 * step)
    else:
        if kind == "waves":
            across = across + rng.uniform(1, 12) * np.sin(along / rng.uniform(3, 14) + rng.uniform(0, 6.3))
        pattern = draw_stripes(across, step, thickness)
    patches = cv2.resize(rng.uniform(-0.7, 1.3, (3, max(2, width // 20))).astype(np.float32), (width, height))
    return np.asarray(pattern * np.clip(2 * patches, 0, 1) * rng.uniform(40, 150), np.float32)


def _print_pattern(height: int, width: int, rng: Generator) -> Layer:
    """Print one to three words of any size, 0 paper, 1 ink."""
    words, pattern = printed_words(), np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 4)):
        word = words[int(rng.integers(len(words)))]
        scale = rng.uniform(0.4, 2)
        word = np.asarray(cv2.resize(word, None, fx=scale, fy=scale), np.uint8)[:height, :width]
        top, left = (int(rng.integers(0, room + 1)) for room in (height - word.shape[0], width - word.shape[1]))
        pattern[top : top + word.shape[0], left : left + word.shape[1]] = word / np.float32(255)
    return pattern


def draw_neighbour(line: Layer, rng: Generator) -> None:
    """Let print of the line above or below come into view, at the left end of a line."""
    words = printed_words()
    word = words[int(rng.integers(len(words)))]
    lay(line, word, 0, int(rng.choice([-word.shape[0] // 2, STRIP_HEIGHT - word.shape[0] // 2])))
