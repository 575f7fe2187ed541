"""Pictures of one number as people write, photograph and cut them out, with all that is around it, to learn lines from.

A picture is drawn whole, paper, pen, light and camera, at the size that such pictures have, and then goes through what
reading makes of a picture. One writer writes a number and what is around it.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.camera import capture
from tenfold.draw.glyphs import GLYPH
from tenfold.draw.layers import Layer, lay
from tenfold.draw.snapshots import photograph
from tenfold.draw.texts import choose_digits, choose_text, choose_words
from tenfold.draw.writers import Hands, Writer
from tenfold.draw.writing import write
from tenfold.picture.decode import Grey

__all__ = ["draw_digit", "draw_number"]

NOTHING, WORDS = 0.1, 0.6
"""Share of the pictures on which no number is written, and the share of these on which a word is."""

SIZES = (14.0, 64.0)
"""Smallest and largest height of a digit, in pixels; their logarithms are equally likely."""

SHARES = (0.36, 0.97)
"""Least and largest height of a digit as a share of the picture's: from a number in a wide row to one cut out close."""

CUT = 0.06
"""Share of the pictures whose edge cuts off up to a third of the digits' height, above or below."""

TURN = 2.2
"""Standard deviation of the turn of a number, in degrees."""

GUARDED = 0.12
"""Share of the numbers that a guard is written before, and of those behind: nobody shall add a digit."""

GUARDS_BEFORE, GUARDS_BEHIND = ("$", "$", "#", "*", "="), ("-", "=", ".-", ",-", "/-", "--", "#", "*")
"""Guards that people write, each as often as it stands here."""

UNREAD = "=#*$"
"""Signs of guards that are drawn and not read, since they are not of the alphabet."""

BELOW, ABOVE, BESIDE = 0.3, 0.22, 0.12
"""Shares of the pictures into which the row below, the row above and the next column on one side come."""

PLAIN = (0.08, 0.6)
"""Least and largest margin of plain paper on each side of a single digit, in heights of the digit."""

DARK, LIGHT = (0.3, 0.95), (150.0, 252.0)
"""The share of the light that a pen's ink takes there, and the light that the paper sends back, 0…255."""


def draw_number(hands: Hands, rng: Generator) -> tuple[Grey, str]:
    """Draw a picture of one number, or of none.

    Args:
        hands: Who can write it.
        rng: Decides everything.

    Returns:
        `uint8 (height, width)`, 20 to about 300 pixels high; and what is written, empty where there is no number.
    """
    text = choose_text(rng) if rng.random() > NOTHING else ""
    writer = hands.choose(rng)
    size = float(np.exp(rng.uniform(*np.log(SIZES))))
    share = float(rng.uniform(*SHARES))
    if text:
        drawn, text = _guard(text, rng)
        ink = write(drawn, writer, rng)
    elif rng.random() < WORDS:
        ink = write(choose_words(rng), hands.choose_letters(rng), rng)
    else:
        ink = np.zeros((GLYPH, int(rng.integers(20, 200))), np.float32)
    return _on_paper(ink, writer, size, share, rng), text


def draw_digit(digit: int, writer: Writer, rng: Generator, *, worn: bool) -> Grey:
    """Draw a picture of one digit, as people cut it out of a page.

    Args:
        digit: 0 to 9.
        writer: Who writes it, and what is around it.
        rng: Decides everything.
        worn: On paper like that of `draw_number`, with rules, patterns and neighbours, and as badly taken; if not, on
            plain paper as a scanner or a camera takes it.

    Returns:
        `uint8 (height, width)`, 20 to about 300 pixels high.
    """
    size, share = float(np.exp(rng.uniform(*np.log(SIZES)))), float(rng.uniform(*SHARES))
    ink = write(str(digit), writer, rng)
    if worn:
        return _on_paper(ink, writer, size, share, rng)
    ink = _turned(_scaled(ink, size / GLYPH), rng.normal(0, TURN)) / np.float32(255)
    beside = [round(size * each) for each in rng.uniform(*PLAIN, (2, 2)).ravel().tolist()]
    paper = np.pad(ink, (beside[:2], beside[2:]))
    return capture((1 - rng.uniform(*DARK) * paper) * np.float32(rng.uniform(*LIGHT)), rng)


def _on_paper(ink: Layer, writer: Writer, size: float, share: float, rng: Generator) -> Grey:
    """Put what was written, its digits `GLYPH` pixels high, on paper at another size, with what is around it."""
    ink = _turned(_scaled(ink, size / GLYPH), rng.normal(0, TURN))
    frame = _choose_frame(ink, size, size / share, rng)
    written = np.zeros((frame.height, frame.width), np.float32)
    lay(written, ink / np.float32(255), frame.left, frame.top)
    return photograph(written, _write_around(frame, ink, writer, size, rng), size, rng)


def _guard(text: str, rng: Generator) -> tuple[str, str]:
    """Write guards before and behind some numbers; give what is drawn, and what is to be read."""
    before, behind = "", ""
    if rng.random() < GUARDED and text[0].isdigit():
        before = str(rng.choice(GUARDS_BEFORE)) + (" " if rng.random() < 0.5 else "")
    if rng.random() < GUARDED and text[-1].isdigit():
        behind = (" " if rng.random() < 0.4 else "") + str(rng.choice(GUARDS_BEHIND))
    read = "".join(sign for sign in text + behind if sign not in UNREAD)
    return before + text + behind, read.strip()


class _Frame(NamedTuple):
    """What a picture shows, in pixels: its height and width, and where the upper left corner of the number is."""

    height: int
    width: int
    left: int
    top: int


def _choose_frame(ink: Layer, size: float, height: float, rng: Generator) -> _Frame:
    """Choose what a picture shows around a number, at times a little less than all of it.

    Args:
        ink: The number.
        size: Height of a digit, in pixels.
        height: Of the picture, at least, in pixels.
        rng: Decides everything.
    """
    tall, wide = ink.shape
    whole = max(20, round(max(height, tall * rng.uniform(0.86, 1.25))))
    left, right = (round(size * max(-0.06, rng.exponential(0.45) - 0.06)) for _ in range(2))
    if rng.random() < 0.15:  # the number begins a long empty row
        right += round(size * rng.uniform(1, 5))
    top = round((whole - tall) * float(np.clip(rng.normal(0.5, 0.22), -0.02, 1.02)))
    if rng.random() < CUT:
        cut = round(tall * rng.uniform(0.05, 0.33))
        top = -cut if rng.random() < 0.5 else whole - tall + cut
    return _Frame(whole, max(16, left + wide + right), left, top)


def _write_around(frame: _Frame, ink: Layer, writer: Writer, size: float, rng: Generator) -> Layer:
    """Write what a picture's edges cut off, 0…1: the rows below and above a number, and the next columns."""
    around = np.zeros((frame.height, frame.width), np.float32)
    tall, wide = ink.shape
    for below, share in ((True, BELOW), (False, ABOVE)):
        if rng.random() < share:
            row = _scaled(write(choose_text(rng), writer, rng), size / GLYPH)
            seen = round(row.shape[0] * rng.uniform(0.1, 0.62))
            if below:
                top = max(frame.height - seen, frame.top + round(0.8 * tall))
            else:
                top = min(seen, frame.top + round(0.2 * tall)) - row.shape[0]
            lay(around, row / np.float32(255), frame.left + round(rng.normal(0, 0.5 * size)), top)
    for right in (True, False):
        if rng.random() < BESIDE:
            digit = _scaled(write(choose_digits(1, rng), writer, rng), size / GLYPH)
            seen = round(digit.shape[1] * rng.uniform(0.1, 0.5))
            free = frame.width - frame.left - wide if right else frame.left
            if free > seen + 0.25 * size:
                left = frame.width - seen if right else seen - digit.shape[1]
                lay(around, digit / np.float32(255), left, frame.top + round(rng.normal(0, 2)))
    return around


def _scaled(ink: Layer, scale: float) -> Layer:
    height, width = ink.shape
    size = max(2, round(width * scale)), max(2, round(height * scale))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)


def _turned(ink: Layer, degrees: float) -> Layer:
    """Turn a number, with as much more paper above and below as that takes."""
    height, width = ink.shape
    room = round(abs(np.sin(np.radians(degrees))) * width / 2) + 1
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[1, 2] += room
    return np.asarray(cv2.warpAffine(ink, turn, (width, height + 2 * room)), np.float32)
