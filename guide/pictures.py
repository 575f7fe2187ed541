"""The pictures of the guide, drawn by the code they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tenfold
from guide.page_picture import read_card
from tenfold.draw.hands import DIGITS
from tenfold.picture.decode import Grey

__all__ = ["PICTURES", "MisreadCase", "draw_all", "misread_cases", "photographed_digit"]

INK, MUTED = "#1c1e21", "#5c6066"
"""Colours of text, and of text beside."""

WRONG, RIGHT = "#b3261e", "#2e6b34"
"""Colours of a wrong and of a right answer."""

DPI = 120
"""Dots an inch of the PNG files."""

PAPER = 235
"""Grey of the paper that is drawn on."""


@dataclass(frozen=True, eq=False)
class MisreadCase:
    """A picture that a network misreads when it is only shrunk, and what preparing it changes.

    Attributes:
        name: What is the matter with it.
        truth: What is written.
        picture: `uint8 (height, width)`, as somebody would send it.
        shrunk: `uint8 (28, 28)`, the picture made small and nothing else.
        naive: What the network says of that.
        prepared: `uint8 (28, 28)`, as Tenfold makes it ready.
        answer: What the reader says: a digit, or the reason why it refuses.
    """

    name: str
    truth: str
    picture: Grey
    shrunk: Grey
    naive: str
    prepared: Grey
    answer: str


@cache
def misread_cases() -> tuple[MisreadCase, ...]:
    """Give the pictures of the page about misread digits, each read in both ways by the model that ships."""
    three = _written("3", 200)
    cases = {
        ("dark on light", "3"): _on_paper(three, (280, 280), (40, 40)),
        ("in a corner", "7"): _on_paper(_written("7", 90), (320, 320), (20, 210), paper=0, ink=230),
        ("a thin pen", "2"): _on_paper(_written("2", 420, pen=4), (560, 560), (70, 70), paper=0, ink=255),
        ("several digits", "47"): _on_paper(
            np.hstack([_written("4", 180), _written("7", 180)]), (300, 420), (60, 30), paper=0, ink=255
        ),
    }
    return tuple(_case(name, truth, picture) for (name, truth), picture in cases.items())


def misread() -> Figure:
    """Draw each misread picture, what the network sees when it is only shrunk, and what it sees when it is prepared."""
    cases = misread_cases()
    figure = Figure(figsize=(7.2, 2.5 * len(cases)), layout="constrained")
    grid: Any = figure.subplots(len(cases), 3)
    for row, case in zip(grid, cases, strict=True):
        refused = not case.answer.isdecimal()
        _show(row[0], case.picture, f"{case.name}: {case.truth}", INK)
        _show(row[1], case.shrunk, f"only shrunk: {case.naive}", WRONG if case.naive != case.truth else RIGHT)
        _show(row[2], case.prepared, f"prepared: {case.answer}", MUTED if refused else RIGHT)
    return figure


def steps() -> Figure:
    """Draw what the reader makes of a photographed digit, step by step."""
    photo = photographed_digit("3", ruled=True)
    prepared = tenfold.Reader().prepare(photo, stages=True)
    figure = Figure(figsize=(1.9 * len(prepared.stages), 2.4), layout="constrained")
    for axes, (name, stage) in zip(figure.subplots(1, len(prepared.stages)), prepared.stages, strict=True):
        _show(axes, stage, name, INK)
    return figure


def photographed_digit(digit: str, *, ruled: bool = False) -> Grey:
    """Write a digit on paper and take its photo: `uint8 (280, 240)`, the light falling off to the right."""
    rng = np.random.default_rng(7)
    written = _on_paper(_written(digit, 200), (280, 240), (40, 20))
    photo = written * np.linspace(1.0, 0.55, written.shape[1]) + rng.normal(0, 4, written.shape)
    if ruled:
        photo[210:213] *= 0.55
    return np.clip(photo, 0, 255).astype(np.uint8)


def digits() -> Figure:
    """Draw the first images of MNIST with their labels."""
    (images, labels), _ = tenfold.load_data("mnist")
    figure = Figure(figsize=(7.2, 1.9), layout="constrained")
    grid: Any = figure.subplots(2, 10)
    for axes, image, label in zip(grid.ravel(), images, labels, strict=False):
        _show(axes, image, str(label), INK)
    return figure


def column_norms() -> Figure:
    """Draw one image as it is stored, divided by 255, and with each column divided by its length."""
    (images, _), _ = tenfold.load_data("mnist")
    image = images[0] / 255
    columns = image / np.maximum(np.linalg.norm(image, axis=0, keepdims=True), 1e-12)
    figure = Figure(figsize=(7.2, 2.7), layout="constrained")
    ways = {"÷ 255": image, "columns of length 1": columns}
    for axes, (name, shown) in zip(figure.subplots(1, 2), ways.items(), strict=True):
        _show(axes, (255 * shown / shown.max()).astype(np.uint8), name, INK)
    return figure


Drawing: TypeAlias = Callable[[], Figure]

PICTURES: dict[str, Drawing] = {
    "tutorial-digits.png": digits,
    "tutorial-column-norms.png": column_norms,
    "misread-cases.png": misread,
    "misread-steps.png": steps,
    "read-card.png": read_card,
}
"""The files in docs/images that this module draws."""


def draw_all(folder: Path, names: Sequence[str] = tuple(PICTURES)) -> None:
    """Write pictures; the same code and model always give the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        PICTURES[name]().savefig(folder / name, dpi=DPI, metadata={"Software": "Tenfold"})


def _case(name: str, truth: str, picture: Grey) -> MisreadCase:
    reader = tenfold.Reader()
    shrunk = cv2.resize(picture, (28, 28), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    probabilities, _ = reader.model.digits(shrunk[None])
    digit = reader.digit(picture)
    naive = reader.model.classes[int(probabilities[0].argmax())]
    answer = str(digit.digit) if digit.reason in {None, "uncertain"} else digit.reason
    return MisreadCase(name, truth, picture, shrunk, naive, reader.prepare(picture).image, answer)


def _written(digit: str, height: int, pen: int = 0) -> Grey:
    """Write a digit: `uint8 (height, height)`, 0 paper, 255 ink; a pen of `pen` pixels, by default of a tenth."""
    strokes = next(iter(DIGITS[int(digit)].values())).replace("!", "").split(";")
    canvas = np.zeros((height, height), np.uint8)
    for stroke in strokes:
        points = [(float(x), float(y)) for x, y in (point.split(",") for point in stroke.split())]
        placed = np.array([(0.2 + 0.008 * x, 0.1 + 0.008 * y) for x, y in points]) * height
        line = [placed.astype(np.int32).reshape(-1, 1, 2)]
        cv2.polylines(canvas, line, isClosed=False, color=255, thickness=pen or height // 10, lineType=cv2.LINE_AA)
    return canvas


def _on_paper(
    written: Grey, size: tuple[int, int], place: tuple[int, int], *, paper: int = PAPER, ink: int = 40
) -> Grey:
    """Put what is written on paper of `size` (height, width), its upper left corner at `place` (row, column)."""
    share = np.zeros(size)
    top, left = place
    share[top : top + written.shape[0], left : left + written.shape[1]] = written / 255
    return np.asarray(np.rint(paper + share * (ink - paper)), np.uint8)


def _show(axes: Axes, picture: Grey, caption: str, colour: str) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_title(caption, fontsize=9, color=colour)
    axes.set_xticks([])
    axes.set_yticks([])
