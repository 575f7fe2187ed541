"""Pictures of digits as people make them, drawn from MNIST's training digits: paper, pens, light and cameras.

Every kind is a function from a digit and a source of randomness to a picture of it, `uint8 (height, width, 3 or 4)`.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

import tenfold

Array = np.ndarray
Maker = Callable[[Array, np.random.Generator], Array]

MARGIN = 0.25
"""Paper around a digit, as a share of its height, where a kind does not say otherwise."""


def strokes(digit: Array, height: int, *, thicken: float = 0, tilt: float = 0, margin: float = MARGIN) -> Array:
    """Draw a digit smoothly at a height: `float32`, 0 paper to 1 ink; thicken in shares of the height."""
    left, top, width, tall = cv2.boundingRect(digit)
    scale = height / tall
    edge = round(height * (margin + 0.1))
    size = (max(3, round(width * scale)), height)
    drawn = cv2.resize(digit[top : top + tall, left : left + width], size, interpolation=cv2.INTER_CUBIC)
    drawn = cv2.copyMakeBorder(drawn, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0)
    drawn = cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), max(scale / 2, 0.5))
    if thicken:
        side = 2 * max(1, round(abs(thicken) * height / 2)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        drawn = (cv2.dilate if thicken > 0 else cv2.erode)(drawn, kernel)
    sharp = np.clip((drawn - 0.5) * min(scale, 4) + 0.5, 0, 1)
    middle = (sharp.shape[1] / 2, sharp.shape[0] / 2)
    turned = cv2.warpAffine(sharp, cv2.getRotationMatrix2D(middle, tilt, 1), sharp.shape[::-1])
    off = edge - round(height * margin)
    return turned[off : turned.shape[0] - off, off : turned.shape[1] - off]


def ink_on(ink: Array, pen: tuple[int, int, int], paper: tuple[int, int, int]) -> Array:
    """Colour ink and paper: `float32 (height, width, 3)`."""
    return ink[..., None] * np.float32(pen) + (1 - ink[..., None]) * np.float32(paper)


def lit(page: Array, rng: np.random.Generator, *, shadow: float = 0.5, vignette: float = 0.3) -> Array:
    """Let a shadow with a soft edge fall over part of a page, and its corners darken."""
    height, width = page.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    side = np.cos(angle) * x + np.sin(angle) * y - rng.uniform(-0.5, 0.5)
    light = 1 - shadow / (1 + np.exp(-side * rng.uniform(4, 14)))
    light *= 1 - vignette * (x**2 + y**2) / 2
    return page * light[..., None]


def photographed(page: Array, rng: np.random.Generator, *, noise: float = 4, quality: int = 80) -> Array:
    """Blur a page a little, add noise, and keep it as JPEG does."""
    page = cv2.GaussianBlur(page, (0, 0), max(0.5, min(page.shape[:2]) / 400))
    page = np.clip(page + rng.normal(0, noise, page.shape), 0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def ruled(shape: tuple[int, int], gap: float, rng: np.random.Generator, *, squared: bool, tilt: float = 0) -> Array:
    """Draw rules from edge to edge: `float32`, 0 or 1 at a rule."""
    big = int(1.5 * max(shape))
    lines = np.zeros((big, big), np.float32)
    start, wide = rng.uniform(0, gap), max(1, round(gap / 30))
    for place in np.arange(start, big, gap).astype(int):
        lines[place : place + wide] = 1
        if squared:
            lines[:, place : place + wide] = 1
    turned = cv2.warpAffine(lines, cv2.getRotationMatrix2D((big / 2, big / 2), tilt, 1), (big, big))
    top, left = (big - shape[0]) // 2, (big - shape[1]) // 2
    return turned[top : top + shape[0], left : left + shape[1]]


def pen_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return tuple(int(v) for v in rng.permutation([rng.integers(0, 60), rng.integers(0, 120), rng.integers(20, 170)]))


def page_colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return tuple(int(v) for v in rng.integers(200, 256, 3))


def phone_photo(digit: Array, rng: np.random.Generator) -> Array:
    """A pen on paper, a shadow, dark corners."""
    ink = strokes(digit, int(rng.integers(120, 400)), tilt=rng.uniform(-8, 8), margin=rng.uniform(0.2, 1.2))
    return photographed(lit(ink_on(ink, pen_colour(rng), page_colour(rng)), rng), rng)


def faint_pencil(digit: Array, rng: np.random.Generator) -> Array:
    """A pencil that is hardly darker than rough paper."""
    ink = strokes(digit, int(rng.integers(60, 200)), thicken=-0.03, margin=rng.uniform(0.2, 0.8))
    grain = cv2.GaussianBlur(rng.uniform(0.3, 1.1, ink.shape).astype(np.float32), (0, 0), 1)
    level = int(rng.integers(150, 200))
    return photographed(lit(ink_on(ink * grain, (level,) * 3, (235,) * 3), rng, shadow=0.2), rng, noise=3)


def squared_paper(digit: Array, rng: np.random.Generator, *, squared: bool = True) -> Array:
    """A pen on squared paper, a little tilted."""
    height = int(rng.integers(120, 300))
    ink = strokes(digit, height, margin=rng.uniform(0.3, 1))
    rules = ruled(ink.shape, height * rng.uniform(0.3, 0.9), rng, squared=squared, tilt=rng.uniform(-4, 4))
    level = int(rng.integers(120, 200))
    page = ink_on(rules, (level, level - 40, level - 60), (250, 250, 245))
    page = page * (1 - ink[..., None]) + np.float32(pen_colour(rng)) * ink[..., None]
    return photographed(lit(page, rng, shadow=0.3), rng)


def ruled_paper(digit: Array, rng: np.random.Generator) -> Array:
    """A pen on ruled paper."""
    return squared_paper(digit, rng, squared=False)


def in_a_box(digit: Array, rng: np.random.Generator) -> Array:
    """A digit in a printed box, the crop now wider than the box and now cutting its edges."""
    height = int(rng.integers(40, 150))
    ink = strokes(digit, height, margin=0.35)
    room, wide = rng.uniform(-0.02, 0.12) * height, max(1, round(height * rng.uniform(0.02, 0.06)))
    tall, across = ink.shape
    corners = [(int(room), int(room)), (int(across - room), int(tall - room))]
    box = cv2.rectangle(np.zeros_like(ink), *corners, 1, wide)
    shift = np.float32([[1, 0, rng.uniform(-0.1, 0.1) * height], [0, 1, rng.uniform(-0.1, 0.1) * height]])
    both = np.maximum(ink, cv2.warpAffine(box, shift, ink.shape[::-1]))
    return photographed(ink_on(both, (40, 40, 40), (250,) * 3), rng)


def cut_from_form(digit: Array, rng: np.random.Generator) -> Array:
    """A tight crop from a form, with a slanted remnant of a printed line along one or two of its sides."""
    height = int(rng.integers(30, 150))
    ink = strokes(digit, height, margin=rng.uniform(0.12, 0.3))
    for turn in rng.choice(4, rng.integers(1, 3), replace=False):
        side = np.ascontiguousarray(np.rot90(ink, turn))
        slant = rng.uniform(-0.03, 0.03) * height * np.linspace(0, 1, side.shape[1])
        remnant = height * rng.uniform(0.02, 0.06) + slant - np.arange(side.shape[0])[:, None]
        ink = np.rot90(np.maximum(side, np.clip(remnant, 0, 1).astype(np.float32)), -turn)
    return photographed(ink_on(np.ascontiguousarray(ink), pen_colour(rng), page_colour(rng)), rng)


def with_neighbours(digit: Array, rng: np.random.Generator) -> Array:
    """A digit out of a row: parts of those beside it are in view."""
    height = int(rng.integers(40, 150))
    ink = strokes(digit, height, margin=rng.uniform(0.15, 0.3))
    beside = strokes(np.ascontiguousarray(digit[::-1, ::-1]), height, margin=0.02)
    top = max(0, (ink.shape[0] - beside.shape[0]) // 2 + int(rng.integers(-height // 10, height // 10 + 1)))
    beside = beside[: ink.shape[0] - top]
    seen = min(int(height * rng.uniform(0.05, 0.14)), beside.shape[1])
    if rng.random() < 0.7:
        ink[top : top + len(beside), :seen] = beside[:, beside.shape[1] - seen :]
    else:
        ink[top : top + len(beside), -seen:] = beside[:, :seen]
    return photographed(ink_on(ink, (60, 50, 30), (215, 205, 180)), rng, noise=6)


def screenshot(digit: Array, rng: np.random.Generator) -> Array:
    """Light strokes on a dark screen, or dark ones on a light screen, of any width."""
    ink = strokes(digit, int(rng.integers(20, 300)), thicken=rng.uniform(-0.04, 0.08), margin=rng.uniform(0.05, 1))
    light, dark = (255,) * 3, tuple(int(v) for v in rng.integers(0, 50, 3))
    return ink_on(ink, *((light, dark) if rng.random() < 0.5 else (dark, light))).astype(np.uint8)


def canvas(digit: Array, rng: np.random.Generator) -> Array:
    """Coloured strokes on a transparent canvas, small in one corner of it or large."""
    ink = strokes(digit, int(rng.integers(60, 200)), margin=0.1)
    page = np.zeros((280, 280, 4), np.uint8)
    page[..., :3] = pen_colour(rng) if rng.random() < 0.5 else (255, 255, 255)
    ink = ink[:280, :280]
    top, left = rng.integers(0, 281 - ink.shape[0]), rng.integers(0, 281 - ink.shape[1])
    page[top : top + ink.shape[0], left : left + ink.shape[1], 3] = ink * 255
    return page


def marker(digit: Array, rng: np.random.Generator) -> Array:
    """A thick felt pen that fills the crop."""
    ink = strokes(digit, int(rng.integers(40, 200)), thicken=0.06, margin=rng.uniform(0.02, 0.1))
    return photographed(ink_on(ink, pen_colour(rng), page_colour(rng)), rng)


def fine_pen(digit: Array, rng: np.random.Generator) -> Array:
    """A pen so fine that averaging alone would lose it."""
    ink = strokes(digit, 240, margin=rng.uniform(0.2, 0.6))
    bones = cv2.distanceTransform((ink > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    ridge = (bones > 0) & (bones >= cv2.dilate(bones, np.ones((3, 3))) - 0.5)
    fine = cv2.morphologyEx(ridge.astype(np.float32), cv2.MORPH_CLOSE, np.ones((5, 5)))
    return photographed(ink_on(fine, (30, 30, 120), (250,) * 3), rng)


def tiny(digit: Array, rng: np.random.Generator) -> Array:
    """Sixteen pixels a side, light on dark, filled by the digit, as postal scans were kept."""
    ink = strokes(digit, 64, margin=0)
    side = max(ink.shape)
    down, across = (side - length for length in ink.shape)
    square = cv2.copyMakeBorder(ink, down // 2, down - down // 2, across // 2, across - across // 2, 0)
    small = cv2.resize(square, (16, 16), interpolation=cv2.INTER_AREA)
    return np.repeat((small * 255).astype(np.uint8)[..., None], 3, axis=2)


def faint_small(digit: Array, rng: np.random.Generator) -> Array:
    """Twenty-eight pixels a side, a thin pencil pressed unevenly, grey on nearly white, off centre."""
    ink = strokes(digit, 80, thicken=rng.uniform(-0.06, 0.02), margin=rng.uniform(0.1, 0.6))
    pressure = cv2.GaussianBlur(rng.uniform(-1, 1, ink.shape).astype(np.float32), (0, 0), 8)
    ink = ink * np.clip(0.75 + pressure * 5, 0.4, 1)
    side = max(ink.shape)
    square = np.zeros((side, side), np.float32)
    top, left = (int(rng.integers(0, side - length + 1)) for length in ink.shape)
    square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    small = cv2.resize(square, (28, 28), interpolation=cv2.INTER_AREA)
    grey = rng.integers(225, 256) - small * rng.uniform(40, 150) + rng.normal(0, rng.uniform(0, 2), small.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@cache
def others() -> Array:
    """MNIST's last thousand training digits, to stand beside another."""
    return tenfold.load_data("mnist")[0][0][-1000:]


def resampled(page: Array, side: int) -> Array:
    """Average a page down until its longer side has so many pixels."""
    scale = side / max(page.shape[:2])
    size = tuple(max(3, round(length * scale)) for length in page.shape[1::-1])
    return cv2.resize(page, size, interpolation=cv2.INTER_AREA)


def colour_pen(digit: Array, rng: np.random.Generator) -> Array:
    """A pen of any colour on white paper, cut out of a sheet with the edges of its box in view."""
    height = int(rng.integers(60, 160))
    ink = strokes(digit, height, thicken=rng.uniform(-0.05, 0.05), tilt=rng.uniform(-8, 8), margin=0.6)
    tall, across = ink.shape
    room = height * rng.uniform(0.25, 0.55, 4)
    corners = [(int(room[0]), int(room[1])), (int(across - room[2]), int(tall - room[3]))]
    box = cv2.rectangle(
        np.zeros_like(ink), *corners, rng.uniform(0.3, 1), max(1, round(height * rng.uniform(0.01, 0.05)))
    )
    turn = cv2.getRotationMatrix2D((across / 2, tall / 2), rng.uniform(-3, 3), 1)
    box = cv2.warpAffine(box, turn, ink.shape[::-1])
    pen = np.float32([[20, 20, 20], [200, 30, 30], [20, 120, 50], [30, 50, 190], [230, 120, 20], [150, 40, 150]])
    page = ink_on(box, (90, 90, 90), (250, 250, 250)) * (1 - ink[..., None])
    page += (pen[rng.integers(6)] + rng.uniform(-15, 15, 3)) * ink[..., None]
    cut = np.floor(room + height * rng.uniform(-0.1, 0.06, 4)).astype(int)
    page = page[cut[1] : tall - cut[3], cut[0] : across - cut[2]].astype(np.float32)
    return photographed(resampled(page, int(rng.integers(28, 120))), rng, noise=rng.uniform(0, 4), quality=90)


def faint_scan(digit: Array, rng: np.random.Generator) -> Array:
    """Twenty-eight pixels a side out of a scanned sheet: thin uneven strokes, grey paper, off centre, partly cut."""
    ink = strokes(digit, 112, thicken=rng.uniform(-0.07, 0.01), tilt=rng.uniform(-12, 12), margin=0.6)
    pressure = cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 10)
    ink = ink * np.clip(0.75 + pressure * rng.uniform(0, 12), 0.25, 1)
    side = int(112 * rng.uniform(1.1, 2))
    left, top, wide, tall = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    x = left - rng.uniform(-0.03, 1) * max(0, side - wide)
    y = top - rng.uniform(-0.03, 1) * max(0, side - tall)
    crop = cv2.warpAffine(ink, np.float32([[1, 0, -x], [0, 1, -y]]), (side, side))
    if rng.random() < 0.3:
        turn = int(rng.integers(4))
        rule = np.zeros_like(crop)
        rule[: max(2, int(side * rng.uniform(0.01, 0.05)))] = rng.uniform(0.3, 0.9)
        crop = np.maximum(crop, np.rot90(rule, turn))
    small = cv2.resize(crop, (28, 28), interpolation=cv2.INTER_AREA)
    light = rng.uniform(215, 255) + np.linspace(-1, 1, 28)[:, None] * rng.uniform(-8, 8)
    grey = light - small * rng.uniform(40, 200) + rng.normal(0, rng.uniform(0, 4), small.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def postal(digit: Array, rng: np.random.Generator) -> Array:
    """Sixteen pixels a side and filled by the digit, stretched or not, blurred, of either polarity."""
    ink = strokes(digit, 96, thicken=rng.uniform(-0.04, 0.05), margin=rng.uniform(0, 0.04))
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 6))
    side = max(ink.shape)
    across = round((side - ink.shape[1]) * rng.uniform(0.3, 1) / 2)
    small = cv2.resize(cv2.copyMakeBorder(ink, 0, 0, across, across, 0), (16, 16), interpolation=cv2.INTER_AREA)
    small = small / small.max() * 255
    grey = small if rng.random() < 0.7 else 255 - small
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def church_record(digit: Array, rng: np.random.Generator) -> Array:
    """A digit out of an old register: brown ink that ran and faded, stained paper, rules, the digits beside it cut."""
    height = int(rng.integers(60, 130))
    ink = strokes(digit, height, thicken=rng.uniform(-0.05, 0.04), tilt=rng.uniform(-8, 8), margin=0.8)
    left, _, wide, _ = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    for side in (-1, 1):
        if rng.random() < 0.65:
            beside = strokes(others()[rng.integers(1000)], int(height * rng.uniform(0.8, 1.1)), margin=0.0)
            beside = beside * rng.uniform(0.6, 1)
            gap = height * rng.uniform(0.02, 0.3)
            x = left - gap - beside.shape[1] if side < 0 else left + wide + gap
            y = (ink.shape[0] - beside.shape[0]) / 2 + height * rng.uniform(-0.12, 0.12)
            ink = np.maximum(ink, cv2.warpAffine(beside, np.float32([[1, 0, x], [0, 1, y]]), ink.shape[::-1]))
    if rng.random() < 0.3:
        ink = np.maximum(
            ink,
            0.5
            * ruled(
                ink.shape, height * rng.uniform(1.2, 2), rng, squared=bool(rng.random() < 0.3), tilt=rng.uniform(-2, 2)
            ),
        )
    pressure = cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 8)
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 2)) * np.clip(0.8 + pressure * 8, 0.3, 1)
    margin = height * rng.uniform(0.03, 0.25, 4)
    top, tall = round(height * 0.8), height
    page = ink_on(ink, (70, 50, 35), (215, 195, 160))
    stain = cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 20)
    page = (page * (1 + stain * 2)[..., None])[
        max(0, int(top - margin[1])) : int(top + tall + margin[3]),
        max(0, int(left - margin[0])) : int(left + wide + margin[2]),
    ]
    return photographed(np.ascontiguousarray(page, np.float32), rng, noise=7, quality=70)


KINDS: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        phone_photo,
        faint_pencil,
        squared_paper,
        ruled_paper,
        in_a_box,
        cut_from_form,
        with_neighbours,
        screenshot,
        canvas,
        marker,
        fine_pen,
        tiny,
        faint_small,
        faint_scan,
        colour_pen,
        postal,
        church_record,
    )
}


def blank_paper(rng: np.random.Generator) -> Array:
    """Paper with nothing on it, its corners darker."""
    return photographed(lit(np.full((200, 160, 3), 230, np.float32), rng, shadow=0, vignette=0.2), rng)
