"""The model card: what a model is, what it was trained on and what it scored, for people."""

from collections.abc import Mapping
from typing import Any

__all__ = ["model_card"]


def model_card(info: Mapping[str, Any]) -> str:
    """Write the card of a model.

    Args:
        info: A `ModelInfo` as plain values.

    Returns:
        Markdown.
    """
    data, scores, classes = info["data"], info["scores"], info["classes"]
    made = "Trained" if info["options"] else "A module of its author's own, calibrated"
    lines = [
        f"# {info['name']}",
        "",
        f"Tells {len(classes)} classes apart ({', '.join(classes)}) on images of 28×28 pixels, 0 paper to 255 ink.",
        f"{made} by Tenfold {info['version']} on {data['n']:,} images of {data['name']}; "
        f"it has {info['parameters']:,} weights.",
        f"Numbers on pages are read too, in the signs {_in_words(info['alphabet'])}."
        if info["alphabet"]
        else "It reads single pictures only: the folder holds no line recogniser.",
        "",
    ]
    if scores:
        low, high = scores["interval"]
        lines += [
            f"| measured on {scores['data']} ({scores['n']:,} images) | |",
            "|---|---|",
            f"| accuracy | {scores['accuracy']:.2%} (95% interval {low:.2%}–{high:.2%}) |",
            f"| loss (categorical cross-entropy) | {scores['loss']:.4f} |",
            f"| expected calibration error | {scores['ece']:.2%} |",
            "",
        ]
    lines += [
        "## Use",
        "",
        "```",
        "tenfold predict picture.png --model .",
        "tenfold evaluate . --data mnist",
        "```",
        "",
    ]
    if info["options"]:
        lines += ["## Training options", "", "| option | value |", "|---|---|"]
        lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in info["options"].items()]
        lines += [""]
    lines += [
        "## Limits",
        "",
        "The scores hold for images made like those it was measured on. Pictures from elsewhere (photos, scans, other "
        "pens and hands) are another question: measure on your own before you rely on it.",
    ]
    return "\n".join(lines) + "\n"


def _in_words(alphabet: str) -> str:
    """Give an alphabet as it is read: a space is named, for nobody sees it."""
    signs = "".join(alphabet.split())
    return f"{signs} and a space" if " " in alphabet else signs
