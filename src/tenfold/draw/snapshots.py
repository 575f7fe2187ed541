"""One number's picture: its ink on printed paper, in some light, taken by some camera; and real pictures, varied.

Strengths and lengths are drawn from ranges that were chosen beside photographed and scanned numbers on cheques, forms
and in tables; where a length grows with the picture's resolution it is in heights of a digit.
"""

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.draw.backgrounds import print_pattern, print_rules
from tenfold.draw.layers import Layer
from tenfold.draw.patterns import draw_grain
from tenfold.picture.decode import Grey

__all__ = ["photograph", "vary_picture"]

FAINT = 0.3
"""Share of the pictures whose ink takes 15 to 40 % of the light; that of the others takes 40 to 95 %."""

THROUGH = 0.08
"""Share of the pictures in which the other side of the sheet shines through."""

FOLDED = 0.12
"""Share of the pictures of paper that was folded."""

SHADOWED = 0.12
"""Share of the pictures that the edge of a shadow falls on."""

SMALL = 0.2
"""Share of the pictures that were taken from afar or enlarged later."""

SHARPENED = 0.2
"""Share of the pictures that the camera sharpened."""

DEFOCUSED = 0.1
"""Share of the pictures that are out of focus."""

DEFOCUS = (0.045, 0.09), (0.09, 0.15)
"""Standard deviations of their blur, in heights of a digit: most of them can be read, a third only just."""

PATCHY = 0.1
"""Share of the pictures that are out of focus in places only."""

INVERTED = 0.05
"""Share of the pictures that are light on dark."""

PACKED = 0.6
"""Share of the pictures that were packed as JPEG."""


def photograph(written: Layer, around: Layer, size: float, rng: Generator) -> Grey:
    """Put ink on paper, light it and take it.

    Args:
        written: `float32 (height, width)`, 0 paper, 1 full ink: the number.
        around: The same for what else is written.
        size: Height of a digit, in pixels.
        rng: Decides everything.

    Returns:
        `uint8 (height, width)`, 0 black, 255 white.
    """
    height, width = written.shape
    taken = _ink_paper(written, np.maximum(written, around), size, rng)
    page = _illuminate(height, width, rng) * (1 - taken)
    page += draw_grain(height, width, (0.3, 1.6), rng) * rng.uniform(0, 7)
    return _take(page, size, rng)


def _ink_paper(written: Layer, ink: Layer, size: float, rng: Generator) -> Layer:
    """Give the share of light, 0…1, that ink and print take: the number, all ink with it, patterns and rules."""
    height, width = ink.shape
    ink = _press(ink, size, rng)
    darkness = rng.uniform(0.15, 0.4) if rng.random() < FAINT else rng.uniform(0.4, 0.95)
    printed = print_pattern(height, width, size, rng) * rng.uniform(0.03, 0.3) * (0.4 + 0.6 * darkness)
    if rng.random() < 0.25:
        printed = np.maximum(printed, print_pattern(height, width, size, rng) * rng.uniform(0.03, 0.2))
    printed = np.maximum(printed, print_rules(height, width, size, rng) * rng.uniform(0.15, 0.95))
    if rng.random() < THROUGH:
        mirrored = cv2.GaussianBlur(written[:, ::-1], (0, 0), 0.06 * size + 0.5)
        printed = np.maximum(printed, mirrored * rng.uniform(0.05, 0.15))
    return np.asarray(1 - (1 - darkness * ink) * (1 - printed), np.float32)


def _press(ink: Layer, size: float, rng: Generator) -> Layer:
    """Let a pencil skip over rough paper, or a pen press unevenly, or neither."""
    height, width = ink.shape
    kind = rng.random()
    if kind < 0.3:
        grain = draw_grain(height, width, (0.5, 0.05 * size + 0.6), rng)
        grain /= max(float(grain.std()), 1e-3)
        return np.asarray(ink * np.clip(0.75 + rng.uniform(0.1, 0.5) * grain, 0, 1.15), np.float32)
    if kind < 0.5:
        presses = rng.normal(1, 0.25, (3, 6)).astype(np.float32)
        pressure = cv2.resize(presses, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(ink * np.clip(pressure, 0.3, 1.2), np.float32)
    return ink


def _illuminate(height: int, width: int, rng: Generator) -> Layer:
    """Give the light that bare paper sends back, 0…255."""
    light = np.full((height, width), rng.uniform(70, 252), np.float32)
    light *= _lamp(height, width, rng)
    if rng.random() < FOLDED:
        light *= _fold(height, width, rng)
    return light


def _lamp(height: int, width: int, rng: Generator) -> Layer:
    """Give the share of the light that reaches each pixel from a lamp to one side."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 - rng.uniform(0, 0.25) * (1 + np.cos(angle) * x + np.sin(angle) * y) / 2
    if rng.random() < SHADOWED:
        angle = rng.uniform(0, 2 * np.pi)
        edge = x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.8, 0.8)
        light = light * (1 - rng.uniform(0.1, 0.5) / (1 + np.exp(-edge * rng.uniform(4, 40))))
    return np.asarray(light, np.float32)


def _fold(height: int, width: int, rng: Generator) -> Layer:
    """Give the shade of a fold of the paper, lighter on one side and darker on the other."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    away = (x - rng.uniform(0, width)) * np.cos(angle) + (y - rng.uniform(0, height)) * np.sin(angle)
    wide = rng.uniform(1, 0.2 * height + 1)
    return np.asarray(1 + rng.uniform(-0.3, 0.3) * away / wide * np.exp(-((away / wide) ** 2)), np.float32)


def _take(page: Layer, size: float, rng: Generator) -> Grey:
    """Take a page with a camera or a scanner: blurred, noisy, at times from afar, sharpened, inverted, packed."""
    height, width = page.shape
    blur = rng.uniform(0.2, 0.045 * size + 0.35)
    if rng.random() < DEFOCUSED:
        blur = size * rng.uniform(*rng.choice(DEFOCUS, p=(0.7, 0.3)))
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), max(0.15, blur)), np.float32)
    if rng.random() < PATCHY:
        page = _blur_in_places(page, size * rng.uniform(*DEFOCUS[0]), rng)
    page += rng.normal(0, rng.uniform(0.3, 4), page.shape).astype(np.float32)
    if rng.random() < SMALL:
        shrink = rng.uniform(0.55, 0.95)
        small = cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        page = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    if rng.random() < SHARPENED:
        page = page + rng.uniform(0.3, 1.0) * (page - np.asarray(cv2.GaussianBlur(page, (0, 0), 1.5), np.float32))
    grey: Grey = np.clip(page, 0, 255).astype(np.uint8)
    if rng.random() < INVERTED:
        grey = 255 - grey
    return _packed(grey, int(rng.integers(30, 96))) if rng.random() < PACKED else grey


def _blur_in_places(page: Layer, blur: float, rng: Generator) -> Layer:
    """Blur some places of a page, as a sheet does that lies uneven before the camera."""
    height, width = page.shape
    places = np.clip(rng.normal(0.5, 0.7, (2, 5)), 0, 1).astype(np.float32)
    share = cv2.resize(places, (width, height), interpolation=cv2.INTER_LINEAR)
    blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), blur), np.float32)
    return np.asarray(page + share * (blurred - page), np.float32)


def _packed(grey: Grey, quality: int) -> Grey:
    """Pack a picture as JPEG, and unpack it."""
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def vary_picture(picture: Grey, rng: Generator) -> Grey:
    """Show a real picture of a number a little otherwise: turned, moved, cut, fainter, blurred, smaller, packed.

    Args:
        picture: `uint8 (height, width)`, 0 black, 255 white, the number near its middle.
        rng: Decides everything.

    Returns:
        `uint8`, 0.3 to 1 times as high and as wide.
    """
    page = _cut_margins(_move(picture, rng), rng).astype(np.float32)
    height, width = page.shape
    if rng.random() < 0.5:
        paper = float(np.quantile(page, 0.9))
        page = paper + (page - paper) * np.float32(rng.uniform(0.35, 1.3))
    if rng.random() < 0.2:
        digits = 0.35 * picture.shape[0]
        page *= 1 - print_pattern(height, width, digits, rng) * np.float32(rng.uniform(0.03, 0.2))
    if rng.random() < 0.4:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 2.2)), np.float32)
    if rng.random() < 0.5:
        page += rng.normal(0, rng.uniform(1, 7), page.shape)
    if rng.random() < 0.5:
        shrink = rng.uniform(0.4, 1)
        page = np.asarray(cv2.resize(page, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.float32)
    grey: Grey = np.clip(page, 0, 255).astype(np.uint8)
    return _packed(grey, int(rng.integers(35, 96))) if rng.random() < 0.4 else grey


def _move(picture: Grey, rng: Generator) -> Grey:
    """Turn, scale, stretch, slant and shift a picture a little; its edges are drawn out."""
    height, width = picture.shape
    turn, (size, wide), lean = np.radians(rng.normal(0, 2)), np.exp(rng.normal(0, 0.1, 2)), rng.normal(0, 0.1)
    matrix = size * np.array([[wide * np.cos(turn), lean - np.sin(turn)], [wide * np.sin(turn), np.cos(turn)]])
    middle = np.array([width / 2, height / 2])
    shift = middle + rng.normal(0, 0.03, 2) * (width, height) - matrix @ middle
    matrix = np.column_stack([matrix, shift])
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _cut_margins(picture: Grey, rng: Generator) -> Grey:
    """Cut up to a twelfth off each side."""
    height, width = picture.shape
    top, bottom, left, right = (rng.uniform(0, 0.09, 4) * (height, height, width, width)).astype(int).tolist()
    return picture[top : height - bottom, left : width - right]
