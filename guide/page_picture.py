"""The picture of a page that is read: a card as a meter reader fills it in, photographed, with what was read of it."""

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.random import Generator

import tenfold
from tenfold.draw.fonts import FORM_FONTS, print_text
from tenfold.draw.hands import DIGITS
from tenfold.draw.layers import Layer, lay
from tenfold.draw.sheets import Sheet
from tenfold.draw.writers import HandWriter
from tenfold.picture.decode import Grey
from tenfold.report.findings import percent_sure

__all__ = ["CARD", "photographed_card", "read_card"]

CARD = {"Customer": "402135667", "Meter": "78152", "Reading": "046891", "Date": "27112026"}
"""What is written on the card, by what is printed beside it."""

SIZE = (850, 1240)
"""Height and width of the card, in pixels."""

DESK = (960, 1400)
"""Height and width of the photo, in pixels."""

LYING = ((96, 76), (1348, 34), (1306, 912), (50, 922))
"""Where the corners of the card lie in the photo, from the upper left one on clockwise."""

LEFT, TOP, BOX, STEP = 330, 210, 82, 160
"""Where the first box is, the side of a box, and the distance of rows, in pixels."""

WRITTEN = 0.78
"""Size of the digits, of that in which a writer gives them."""

LINE = 2.5
"""Thickness of the lines of boxes, in pixels."""

INK, PRINT = 0.86, 0.6
"""Share of the light that the pen takes away, and that print does."""

SURE, UNSURE = "#1a7f37", "#b3261e"
"""Colours of what was accepted and of what was not."""


def read_card() -> Figure:
    """Draw the photo with what was read marked on it, and beside it as the command lists it."""
    photo = photographed_card()
    numbers = tenfold.Reader().numbers(photo)
    figure = Figure(figsize=(9.6, 4.1), layout="constrained")
    page, listed = figure.subplots(1, 2, width_ratios=[2.2, 1])
    page.imshow(photo, cmap="gray", vmin=0, vmax=255)
    for number in numbers:
        corners = np.array(number.quad)
        colour = SURE if number.accepted else UNSURE
        page.add_patch(Polygon(corners, fill=False, edgecolor=colour, linewidth=2))
        right, middle = corners[1:3].mean(axis=0)
        page.text(right + 26, middle, number.text, color="white", fontsize=11, backgroundcolor=colour, va="center")
    for axes in (page, listed):
        axes.axis("off")
    told = [f"card.jpg  1  {each.text:<9}  {percent_sure(each.probability, 2):>8}" for each in numbers]
    accepted = sum(number.accepted for number in numbers)
    lines = [
        "$ tenfold read card.jpg",
        *told,
        f"{len(told)} numbers: {accepted} accepted, {len(told) - accepted} for review",
    ]
    listed.text(0, 0.98, "\n".join(lines), family="DejaVu Sans Mono", fontsize=8.5, va="top", linespacing=1.7)
    return figure


def photographed_card() -> Grey:
    """Write the card and take its photo: `uint8 (height, width)`, askew on a desk, in the light of a lamp."""
    rng = np.random.default_rng(20)
    sheet = Sheet.blank(*SIZE, rng)
    hand = HandWriter(6.5, 0.16, 1.0, {digit: next(iter(ways.values())) for digit, ways in DIGITS.items()}, 0.6)
    _print(sheet, "Meter reading", 72, 66, 54)
    _print(sheet, "Please write one digit in each box.", 72, 138, 24)
    for place, (name, digits) in enumerate(CARD.items()):
        _print_and_fill(sheet, hand, name, digits, TOP + STEP * place)
    paper = 246 * (1 - PRINT * sheet.printed) * (1 - INK * sheet.written)
    return _photo(np.asarray(paper, np.float32), rng)


def _print_and_fill(sheet: Sheet, hand: HandWriter, name: str, digits: str, top: float) -> None:
    _print(sheet, name, 72, top + 22, 32)
    right, bottom = LEFT + len(digits) * BOX, top + BOX
    for x in range(LEFT, right + 1, BOX):
        sheet.print_rule((x, top), (x, bottom), LINE)
    for y in (top, bottom):
        sheet.print_rule((LEFT, y), (right, y), LINE)
    for place, digit in enumerate(digits):
        ink = hand.glyph(digit, sheet.rng).ink
        small = cv2.resize(ink, None, fx=WRITTEN, fy=WRITTEN, interpolation=cv2.INTER_AREA)
        across, down = sheet.rng.normal(0, 3, 2)
        x, y = LEFT + (place + 0.5) * BOX + across, top + 0.5 * BOX + down
        glyph = np.asarray(small / np.float32(255), np.float32)
        sheet.write(glyph, x - glyph.shape[1] / 2, y - glyph.shape[0] / 2)


def _print(sheet: Sheet, text: str, x: int, y: float, size: int) -> None:
    printed = print_text(text, FORM_FONTS[0], size)
    lay(sheet.printed, np.asarray(printed.ink / np.float32(255), np.float32), x + printed.left, round(y) + printed.top)


def _photo(paper: Layer, rng: Generator) -> Grey:
    """Lay the card on a desk, light it from one side, and take it a little out of focus."""
    height, width = DESK
    corners = np.array([(0, 0), (SIZE[1], 0), (SIZE[1], SIZE[0]), (0, SIZE[0])], np.float32)
    homography = cv2.getPerspectiveTransform(corners, np.array(LYING, np.float32))
    grain = cv2.GaussianBlur(rng.normal(0, 30, (height, width)).astype(np.float32), (0, 0), sigmaX=40, sigmaY=1.2)
    desk = 112 + 2.5 * grain
    lying = cv2.warpPerspective(paper, homography, (width, height), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones_like(paper), homography, (width, height))
    shade = cv2.GaussianBlur(inside, (0, 0), 14) * (1 - inside)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 1.02 - 0.34 * x - 0.12 * y
    seen = (inside * lying + (1 - inside) * desk * (1 - 0.7 * shade)) * light
    seen = cv2.GaussianBlur(seen, (0, 0), 0.8) + rng.normal(0, 2.5, seen.shape)
    return np.asarray(np.clip(np.rint(seen), 0, 255), np.uint8)
