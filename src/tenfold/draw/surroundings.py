"""What is around a row of digits on its page, print, lines and patterns, and what becomes of it up to the pixel."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tenfold.arrays import LINE_HEIGHT
from tenfold.draw.printed import FONTS
from tenfold.picture.frame import Ink

__all__ = ["BASELINE", "Floats", "Generator", "finished", "line", "printed_word", "words"]

Floats = np.ndarray[Any, np.dtype[np.float32]]
Generator = np.random.Generator

BASELINE = 26.0
"""Digits of 20 rows stand on this row, as many rows below them as above."""

VOWELS, CONSONANTS = "aeiouy", "bcdfghjklmnprsstttvw"
"""What printed words are made of, in turns."""

FAINTER = {"waves": 0.3, "hatch": 0.25, "dots": 0.2, "print": 0.25}
"""What lies under a row on security paper, and how often each."""


@cache
def words() -> Sequence[Ink]:
    """Give printed words, `uint8 (7…32, width)`, the same ones always."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(3000):
        start, end = rng.integers((0, 2), (2, 11)).tolist()
        letters = "".join(rng.choice(list(CONSONANTS if place % 2 else VOWELS)) for place in range(start, start + end))
        word = (letters, letters.capitalize(), letters.upper())[rng.choice(3, p=(0.5, 0.3, 0.2))]
        word += ("", "", ":", ",", ".")[rng.integers(5)]
        font = str(rng.choice(FONTS))
        made.append(printed_word(word, int(rng.integers(10, 42)), font))
    return made


def printed_word(word: str, size: int, font: str) -> Ink:
    """Print a word: `uint8 (…32, width)`."""
    letters = ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font), size)
    left, top, right, bottom = (int(edge) for edge in letters.getbbox(word))
    picture = Pillow.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), word, fill=255, font=letters)
    return np.asarray(picture, np.uint8)[:LINE_HEIGHT]


def line(ink: Floats, rng: Generator, *, anywhere: bool = False) -> None:
    """Draw a rule or an edge: level or upright, whole or broken off, thin or thick."""
    height, width = ink.shape
    strength, thick = float(rng.uniform(60, 255)), int(rng.integers(1, 12 if anywhere and rng.random() < 0.3 else 4))
    if rng.random() < (0.5 if anywhere else 0.75):
        y = rng.uniform(0, height) if anywhere or rng.random() < 0.5 else BASELINE + rng.uniform(-1, 5)
        start, end = (0.0, float(width)) if rng.random() < 0.7 else sorted(rng.uniform(0, width, 2))
        points = (start, y), (end, y + rng.normal(0, 0.02) * (end - start))
    else:
        x = rng.uniform(0, width) if anywhere else rng.choice([rng.uniform(0, 4), width - 1 - rng.uniform(0, 4)])
        top, bottom = (0.0, float(height)) if rng.random() < 0.6 else sorted(rng.uniform(0, height, 2))
        points = (x, top), (x + rng.normal(0, 2), bottom)
    layer = np.zeros(ink.shape, np.uint8)
    first, last = ((round(16 * x), round(16 * y)) for x, y in points)
    cv2.line(layer, first, last, strength, thick, cv2.LINE_AA, 4)
    np.maximum(ink, layer, out=ink)


def finished(ink: Floats, rng: Generator) -> Ink:
    """Degradation a row as paper, pen and camera do, and bring what is left to full strength, as reading does."""
    ink = np.pad(ink, ((0, 0), (int(rng.integers(0, 6)), int(rng.integers(0, 6)))))
    if rng.random() < 0.16:
        ink = _framed(ink, rng)
    for _ in range(rng.choice(3, p=(0.75, 0.18, 0.07))):
        line(ink, rng)
    if rng.random() < 0.12:  # a rule was taken off, and the strokes across it
        top, thick = int(rng.integers(6, 26)), int(rng.integers(1, 4))
        ink[top : top + thick] = 0
    if rng.random() < 0.08:
        left, thick = int(rng.integers(0, ink.shape[1])), int(rng.integers(1, 4))
        ink[:, left : left + thick] = 0
    if rng.random() < 0.12:
        _neighbour(ink, rng)
    degraded = _pressed(ink, rng)
    if rng.random() < 0.12:
        degraded = np.maximum(degraded, _pattern(ink.shape, rng))
    degraded = _levelled(_seen(degraded, rng), rng)
    return np.asarray(degraded, np.uint8)


def _framed(ink: Floats, rng: Generator) -> Floats:
    """Leave the upright lines of a cell beside a row, at one end or both, most of them whole."""
    for end in rng.permutation([(1, 0), (0, 1)])[: rng.integers(1, 3)].tolist():
        around = int(rng.integers(2, 14))
        ink = np.pad(ink, ((0, 0), (around * end[0], around * end[1])))
        height, width = ink.shape
        x = rng.uniform(0, around - 1) if end[0] else width - 1 - rng.uniform(0, around - 1)
        top, bottom = (0.0, float(height)) if rng.random() < 0.75 else (rng.uniform(0, 4), rng.uniform(28, 32))
        ends = (round(16 * x), round(16 * top)), (round(16 * (x + rng.normal(0, 1.5))), round(16 * bottom))
        layer = np.zeros(ink.shape, np.uint8)
        cv2.line(layer, *ends, float(rng.uniform(90, 255)), int(rng.integers(1, 5)), cv2.LINE_AA, 4)
        ink = np.maximum(ink, layer)
    return ink


def _pattern(shape: tuple[int, ...], rng: Generator) -> Floats:
    """Draw what is left of the pattern of security paper, in patches: fainter than strokes, and most of it finer."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    kind, angle = str(rng.choice(list(FAINTER), p=list(FAINTER.values()))), rng.uniform(0, np.pi)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    step, thick = rng.uniform(3, 12), rng.uniform(0.6, 1.6)
    if kind == "print":
        layer = np.zeros((height, width), np.float32)
        for _ in range(rng.integers(1, 4)):
            word = cv2.resize(words()[int(rng.integers(len(words())))], None, fx=(size := rng.uniform(0.4, 2)), fy=size)
            tall, wide = min(height, word.shape[0]), min(width, word.shape[1])
            top, left = (int(rng.integers(0, most + 1)) for most in (height - tall, width - wide))
            layer[top : top + tall, left : left + wide] = word[:tall, :wide] / np.float32(255)
    elif kind == "dots":
        layer = np.clip(0.3 * step + 0.5 - np.hypot(along % step - step / 2, across % step - step / 2), 0, 1)
    else:
        if kind == "waves":
            across = across + rng.uniform(1, 12) * np.sin(along / rng.uniform(3, 14) + rng.uniform(0, 6.3))
        layer = np.clip(thick / 2 + 0.5 - np.abs(across % step - step / 2), 0, 1)
    patches = cv2.resize(rng.uniform(-0.7, 1.3, (3, max(2, width // 20))).astype(np.float32), (width, height))
    return np.asarray(layer * np.clip(2 * patches, 0, 1) * rng.uniform(40, 150), np.float32)


def _neighbour(ink: Floats, rng: Generator) -> None:
    """Let print above or below come into view."""
    stamp = words()[int(rng.integers(len(words())))]
    top = int(rng.choice([-stamp.shape[0] // 2, LINE_HEIGHT - stamp.shape[0] // 2]))
    first, last = max(0, top), min(LINE_HEIGHT, top + stamp.shape[0])
    part = ink[first:last, : stamp.shape[1]]
    np.maximum(part, stamp[first - top : last - top, : part.shape[1]], out=part)


def _pressed(ink: Floats, rng: Generator) -> Floats:
    """Make strokes thicker or thinner."""
    pen = rng.uniform(-0.9, 1.0)
    if pen > 0.2:
        return np.asarray(ink + (pen - 0.2) * (cv2.dilate(ink, np.ones((3, 3))) - ink), np.float32)
    if pen < -0.4:
        return np.asarray(ink + (-0.4 - pen) * (cv2.erode(ink, np.ones((2, 2))) - ink), np.float32)
    return ink


def _seen(ink: Floats, rng: Generator) -> Floats:
    """See a row as a camera does: coarsely, blurred, unevenly, with noise and specks."""
    seen: Any = ink
    if rng.random() < 0.3:
        shrink = rng.uniform(0.5, 0.9)
        small = cv2.resize(seen, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(small, ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.2:
        knots = rng.uniform(0.3, 1.3, (3, max(2, ink.shape[1] // 16))).astype(np.float32)
        seen = seen * np.minimum(cv2.resize(knots, ink.shape[::-1]), 1)
    if rng.random() < 0.25:
        seen = seen + rng.normal(0, rng.uniform(4, 22), ink.shape) * (cv2.dilate(seen, np.ones((5, 5))) > 60)
    if rng.random() < 0.15:
        specks = rng.random(ink.shape) < rng.uniform(0.001, 0.01)
        seen = np.maximum(seen, specks * rng.uniform(80, 255))
    return np.asarray(np.clip(seen, 0, 255), np.float32)


def _levelled(ink: Floats, rng: Generator) -> Floats:
    """Bring ink to full strength and leave nothing but it, a little too much or too little."""
    inked = ink[ink > 60]
    if not len(inked):
        return ink
    full, base = float(np.percentile(inked, 80)) * rng.uniform(0.85, 1.1), rng.uniform(5, 40)
    strength = np.clip((ink - base) * (255 / max(full - base, 20)), 0, 255)
    mask = cv2.dilate((ink > rng.uniform(0.25, 0.5) * full).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(np.where(mask > 0, strength, 0), np.float32)
