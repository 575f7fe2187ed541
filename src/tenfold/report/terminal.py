"""Images and scores as characters, for people who work in a terminal."""

from collections.abc import Sequence

import numpy as np

from tenfold.arrays import Image
from tenfold.model.compare import Comparison
from tenfold.model.evaluate import Evaluation
from tenfold.report.findings import count_mistakes, percent

__all__ = ["describe", "describe_comparison", "draw", "draw_row"]

WIDEST_MATRIX = 20
"""Classes up to which a confusion matrix fits a terminal."""

UNLIKELY = 0.05
"""The p-value below which chance is said to hardly explain a difference; the custom of the field."""

BRAILLE = 0x2800
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a Braille character, four dots high and two wide."""


def draw(image: Image) -> list[str]:
    """Draw an image with Braille characters, one dot per pixel.

    Args:
        image: `uint8 (28, 28)`, 0 paper, 255 ink.

    Returns:
        7 lines of 14 characters; ink of half strength and more is a dot.
    """
    ink = image >= 128
    cells = ink.reshape(ink.shape[0] // 4, 4, ink.shape[1] // 2, 2).transpose(0, 2, 1, 3)
    codes = BRAILLE + (cells * DOTS).sum(axis=(2, 3))
    return ["".join(chr(code) for code in row) for row in codes]


def draw_row(images: list[Image], captions: list[str]) -> str:
    """Draw images side by side with a caption under each.

    Args:
        images: Each `uint8 (28, 28)`.
        captions: One for each image, at most 14 characters.

    Returns:
        8 lines, joined.
    """
    drawn = [draw(image) for image in images]
    lines = ["  ".join(parts) for parts in zip(*drawn, strict=True)]
    return "\n".join([*lines, "  ".join(f"{caption:^14}" for caption in captions)])


def describe(evaluation: Evaluation) -> str:
    """Say in lines of text what an evaluation found.

    Args:
        evaluation: The scores.

    Returns:
        Accuracy, loss and calibration, what would be refused, a line per class, and the confusion matrix of up to 20
        classes.
    """
    low, high = (percent(end, 2) for end in evaluation.interval)
    names = list(evaluation.per_class)
    mistaken = _count(count_mistakes(evaluation), "mistake")
    lines = [
        f"{evaluation.data}: {_count(evaluation.n, 'image')}",
        "",
        f"accuracy           {percent(evaluation.accuracy, 2)}   95% interval {low}–{high}, {mistaken}",
        f"loss               {evaluation.loss:.4f}",
        f"calibration error  {evaluation.ece:.2%}",
        *_refusals(evaluation),
        "",
        *_per_class(evaluation),
    ]
    if len(names) <= WIDEST_MATRIX:
        lines += ["", *_matrix(evaluation.confusion, names)]
    return "\n".join(lines)


def describe_comparison(evaluations: Sequence[tuple[str, Evaluation]], comparisons: Sequence[Comparison]) -> str:
    """Say in lines of text how several models compare.

    Args:
        evaluations: The name of each model and its scores, on the same images.
        comparisons: Each model but the first, compared with it.

    Returns:
        A line per model, and for each comparison what it means.
    """
    _, first = evaluations[0]
    width = max(5, *(len(name) for name, _ in evaluations))
    lines = [
        f"{first.data}: {_count(first.n, 'image')}",
        "",
        f"{'model':<{width}}  {'accuracy':>8}  {'95% interval':<15}  {'mistakes':>8}  {'loss':>6}",
    ]
    for name, each in evaluations:
        low, high = (percent(end, 2) for end in each.interval)
        accuracy, mistakes = percent(each.accuracy, 2), count_mistakes(each)
        lines.append(f"{name:<{width}}  {accuracy:>8}  {f'{low}–{high}':<15}  {mistakes:>8,}  {each.loss:>6.4f}")
    for comparison in comparisons:
        lines += ["", *_compared(comparison)]
    return "\n".join(lines)


def _compared(comparison: Comparison) -> list[str]:
    first, second = comparison.models
    low, high = (100 * end for end in comparison.interval)
    points, better = abs(100 * comparison.difference), "better" if comparison.difference > 0 else "worse"
    verdict = (
        f"{second} is {better} than {first} by {points:.2f} points" if points else f"{second} is as good as {first}"
    )
    chance = "chance hardly explains it" if comparison.p_value < UNLIKELY else "chance may explain it"
    return [
        f"{verdict} (95% interval of the difference {low:+.2f} to {high:+.2f})",
        f"read right only by {second}: {comparison.only[1]:,}, only by {first}: {comparison.only[0]:,}; "
        f"p = {comparison.p_value:.2g} (McNemar, mid-p)" + (f": {chance}" if points else ""),
    ]


def _refusals(evaluation: Evaluation) -> list[str]:
    if evaluation.refused is None:
        return []
    refused = sum(evaluation.refused.values())
    reasons = "".join(f"{count:,} {reason}, " for reason, count in evaluation.refused.items())
    wrong = _count(evaluation.accepted_wrong or 0, "mistake")
    return [f"refused            {percent(refused / evaluation.n, 2)}   {reasons}{wrong} among the others"]


def _per_class(evaluation: Evaluation) -> list[str]:
    width = max(5, *map(len, evaluation.per_class))
    lines = [f"{'class':<{width}}  {'n':>6}  {'recall':>8}  {'precision':>9}  {'f1':>8}"]
    for name, scores in evaluation.per_class.items():
        lines.append(
            f"{name:<{width}}  {scores.n:>6,}  {percent(scores.recall, 2):>8}  {percent(scores.precision, 2):>9}  "
            f"{percent(scores.f1, 2):>8}"
        )
    return lines


def _matrix(confusion: tuple[tuple[int, ...], ...], names: list[str]) -> list[str]:
    width = max(len(str(max(map(max, confusion)))), *map(len, names)) + 1
    first = max(4, *map(len, names))
    lines = ["true \\ said, counts", " " * first + "".join(f"{name:>{width}}" for name in names)]
    for name, row in zip(names, confusion, strict=True):
        lines.append(f"{name:>{first}}" + "".join(f"{count or '·':>{width}}" for count in row))
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
