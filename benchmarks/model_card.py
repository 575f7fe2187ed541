"""The card of the shipped model, docs/model-card.md: what it is, and what it was measured to read."""

from typing import Any

from benchmarks.results import markdown

__all__ = ["CARD", "card_of", "with_numbers"]

CARD = "model-card.md"
"""The file, beside the page of results."""

LEARNED_FROM = [
    ["learned from", "by", "licence"],
    ["MNIST's training images", "LeCun, Cortes, Burges", "CC BY-SA 3.0"],
    [
        "Pen-Based Recognition of Handwritten Digits: strokes of 30 of its 44 writers",
        "Alpaydin, Alimoglu 1996, doi 10.24432/C5MG6K",
        "CC BY 4.0",
    ],
    [
        "Optical Recognition of Handwritten Digits: 1,797 bitmaps",
        "Alpaydin, Kaynak 1998, doi 10.24432/C50P49",
        "CC BY 4.0",
    ],
    [
        "Unprocessed data from the Jungle Weather Zooniverse citizen science project: cells of 32 of 36 books",
        "COBECORE 2022, doi 10.5281/zenodo.7104838",
        "CC BY 4.0",
    ],
    [
        "194 typefaces, 137 of them drawn after handwriting",
        "their makers, named in [the data card](data-card.md)",
        "OFL 1.1, Apache 2.0, MIT",
    ],
]
"""What the line recogniser learned from, as the licences ask to be told."""


def card_of(document: dict[str, Any], read: str, machine: str) -> str:
    """Write the card, without what it reads on pages.

    Args:
        document: The result of `benchmarks.reading`, as `save_result` writes it.
        read: The section on what it reads, as the page of results has it.
        machine: The line that names the machine.
    """
    model = document["result"]["model"]
    options = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in model["options"].items())
    weights, learned, seed = model["parameters"], model["data"]["n"], model["options"]["seed"]
    return f"""# Model card: the shipped reader

What `tenfold predict` reads with when no model is named: a network of {weights:,} weights, trained by `make reproduce`
(recipe `reader`, seed {seed}) on the {learned:,} training images of MNIST and on what Tenfold draws itself: digits of
hands that MNIST lacks, printed digits, and things that are no digit.

Beside it stands a line recogniser of 2,814,891 weights, which reads digits and `. , / - : + '` in lines of grey
pictures, 48 pixels high. It learned from drawn pictures of numbers, in the hands of MNIST's training digits and of the
sets below, and from real cells. Both look at a picture of one digit.

Before numbers are looked for on a page, a third network, of 162,248 weights, tells its words, numbers and lines apart,
and which way up it lies. It learned from 15,000 drawn pieces of pages.

{markdown(LEARNED_FROM, left=3)}

It answers with ten probabilities and an out-of-distribution score: how probably the picture shows no digit. Pictures of
any kind are first prepared to look like MNIST's images. It is meant for single digits, written or printed, one to a
picture.

{read}
{machine}
Again: `{document["command"]}`

## Limits

- Letters that a hand writes like digits (O, l, S, Z, b, g, q …) are read as digits: one picture cannot tell them apart.
- A promise of error (`--max-error`) holds with 95% confidence for pictures like those it was calibrated on
  ([promises](promises.md)). For your own pictures, measure it: `tenfold evaluate --data` and `tenfold calibrate`.
- Digits of other scripts than the European ones are unknown to it.
- The calibration rests on answers for held-out images, by networks that were each trained on a part of the images; the
  network that ships learned from all of them.
- It computes in int8; those networks compute in float32. Of 20,000 training images, int8 refuses 7 that float32 accepts
  at 0.1%, and accepts 7 that float32 refuses.
- All figures are of one training (one seed).

## Training options

| option | value |
|---|---|
{options}
"""


def with_numbers(card: str, section: str, title: str) -> str:
    """Put the section on numbers into the card, in place of the one of this title that it has."""
    before, *others = card.split("\n## ")
    kept = [other for other in others if other.splitlines()[0] not in {title, ""}]
    place = next(number for number, other in enumerate(kept) if other.startswith("Limits"))
    numbers = [section.removeprefix("## ").rstrip("\n") + "\n"] if section else []
    return "\n## ".join([before, *kept[:place], *numbers, *kept[place:]])
