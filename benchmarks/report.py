"""Writes docs/benchmarks.md and its pictures from the results that lie in a folder.

Example: `python -m benchmarks.report`
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from benchmarks import (
    accuracy,
    attacks,
    audits,
    explain,
    few,
    figures,
    floor,
    growth,
    ladder,
    numbers,
    prediction,
    promises,
    reading,
    scale,
    scale_training,
    scans,
    serving,
    training,
)
from benchmarks.model_card import CARD, card_of, with_numbers
from benchmarks.real_numbers import set_table
from benchmarks.results import RESULTS, load_results, markdown

DOCUMENT = Path("docs/benchmarks.md")
"""The page of results."""

Documents: TypeAlias = list[dict[str, Any]]
"""Results of one part, as `load_results` reads them."""

OPENING = """# Benchmarks

What training and reading cost and how good the result is, each figure beside its peers or its floor. Where one command
stands below a table, its numbers come from one run on one machine, taken in turns, so that a slow minute hits all
alike; else from the runs that are named there. Each is a median, the least and the most stand beside it. Read ratios
rather than seconds. `make bench` does all of it again and writes this page; each section names the command for its
part. The peers run in an environment of their own (`.venv-peers`, exact versions in `benchmarks/peers-lock.txt`), their
scripts are in `benchmarks/peers/`, and all are given the same data as one file.

`python -m benchmarks.answers` measures nothing: it writes down every answer of the shipped reader and compares them to
those of before, to show what a change of the code does to what is read.
"""


def write(results: Path, document: Path) -> None:
    """Write the page and its figures.

    Args:
        results: The folder with the JSON of the parts; a part that was not run stays as the page has it.
        document: The page; pictures go to `images/` beside it, and what concerns the shipped model into its card.
    """
    images = document.parent / "images"
    images.mkdir(parents=True, exist_ok=True)
    found = {name: load_results(results, *patterns) for name, patterns in PATTERNS.items()}
    newest = max((each for documents in found.values() for each in documents), key=lambda each: str(each["date"]))
    fresh = {
        name: f"{section(found[name], images)}\n{_origin(found[name], newest)}"
        for name, section in SECTIONS.items()
        if found[name]
    }
    older = _older(document)
    parts = [fresh.get(name) or older.get(title, "") for name, title in TITLES.items()]
    document.write_text("\n".join([OPENING, _machine(newest), *filter(None, parts)]), encoding="utf-8")
    card = document.parent / CARD
    if found["reading"]:
        newest = found["reading"][-1]
        text = card_of(newest, _reading(found["reading"], images), _machine(newest))
    else:
        text = card.read_text(encoding="utf-8")
    section = fresh.get("numbers") or older.get(TITLES["numbers"], "")
    card.write_text(with_numbers(text, section, TITLES["numbers"]), encoding="utf-8")


def _older(document: Path) -> dict[str, str]:
    """Give the sections of the page as it is, by title, each with the machine that it was measured on."""
    if not document.exists():
        return {}
    opening, *sections = document.read_text(encoding="utf-8").split("\n## ")
    machine = next(line for line in opening.splitlines() if line.startswith("Machine:"))
    found = {}
    for section in sections:
        body = section.rstrip("\n")
        commands = body.partition("\nAgain: ")[2].partition("\n")[0].count("`python -m")
        told = "\nMachine: " in body or 0 < commands <= body.count("` ran otherwise. ")
        measured = "" if told else f"\n\n{machine}"
        found[section.splitlines()[0]] = f"## {body}{measured}\n"
    return found


def _machine(document: dict[str, Any]) -> str:
    machine = document["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    return (
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}; "
        f"Python {machine['python']}, {packages}. {document['date']}.\n"
    )


def _origin(documents: Documents, newest: dict[str, Any]) -> str:
    commands = dict.fromkeys(f"`{document['command']}`" for document in documents)
    others = [
        each for each in documents if each["machine"] != newest["machine"] or each["date"][:10] != newest["date"][:10]
    ]
    elsewhere = "".join(f"\n`{each['command']}` ran otherwise. {_machine(each)}" for each in others)
    return f"Again: {', '.join(commands)}\n{elsewhere}"


def _training(documents: Documents, images: Path) -> str:
    result = documents[-1]["result"]
    figures.save(figures.whole_processes(result), images / "benchmark-training.png")
    return (
        "## Training, the whole process\n\n"
        "From the start of the process to its end: imports, loading the data from the cache, training, scoring the "
        "10,000 test images, saving. Ratios are of the first row. Memory is the peak that was resident.\n\n"
        "![Seconds of the whole training process](images/benchmark-training.png)\n\n"
        f"{markdown(training.table(result), left=2)}\n"
    )


def _floor(documents: Documents, _: Path) -> str:
    result = documents[-1]["result"]
    return (
        "## An epoch over its floor\n\n"
        "The founding network needs 253,696 multiply-adds for a sample: forward, gradients of the weights, gradients "
        "of the inputs but the first layer's. The floor is the time of these matrix products alone in float32 at the "
        "same batch size, operands ready in memory, in the same process. Where a processor multiplies bfloat16 faster, "
        "the recipe does, so that an epoch may come below it.\n\n"
        f"{markdown(floor.table(result))}\n"
    )


def _accuracy(documents: Documents, _: Path) -> str:
    results = [document["result"] for document in documents]
    return (
        "## Accuracy\n\n"
        "Mean and standard deviation over seeds, on all 10,000 test images, read once per seed after the last epoch. "
        "ECE is the expected calibration error over 15 bins.\n\n"
        "“All as one” is the accuracy of the networks as one ensemble, their probabilities averaged. The ranges of "
        f"int8 are measured on {accuracy.INT8_IMAGES:,} training images.\n\n"
        f"{markdown(accuracy.table(results))}\n\n{markdown(accuracy.files_table(results))}\n"
    )


def _ladder(documents: Documents, images: Path) -> str:
    points = ladder.distinct(
        [point for document in documents for point in document["result"].get("points", [document["result"]])]
    )
    figures.save(figures.ladder(points), images / "benchmark-ladder.png")
    return (
        "## The ladder: seconds of training to a mean accuracy\n\n"
        "Recipes, and recipes with fewer or more epochs, each a run of its own with its whole schedule, on two cores; "
        "where the command says `--workers 2`, two runs beside each other, each on one.\n\n"
        "![Mean test error against seconds of training](images/benchmark-ladder.png)\n\n"
        f"{markdown(ladder.table(points))}\n"
    )


def _prediction(documents: Documents, images: Path) -> str:
    result = documents[-1]["result"]
    figures.save(figures.answers(result), images / "benchmark-prediction.png")
    return (
        "## Prediction\n\n"
        "The same weights and pictures for all: `uint8` images in, probabilities out, as NumPy arrays; the accuracy "
        "shows that they answer alike.\n\n"
        "![Answers a second by batch size](images/benchmark-prediction.png)\n\n"
        f"{markdown(prediction.table(result))}\n\n"
        "From the start of a process to its end, one picture read by the founding network. Tenfold decodes a PNG file "
        "and checks its model; the others take the picture from an array.\n\n"
        f"{markdown(prediction.process_table(result))}\n"
    )


def _reading(documents: Documents, _: Path) -> str:
    parts = [
        f"### {title}\n\n{TOLD.get(title, '')}{markdown(rows)}\n"
        for title, rows in reading.tables(documents[-1]["result"])
    ]
    return "\n".join(["## What the shipped model reads\n", *parts])


TOLD = {
    "People's own digits": "Neither the networks nor the preparation learned from these; the preparation was looked at "
    "on some of the scanned ones while it was made. Measured by us, they can't be handed on.\n\n"
}
"""What is said of a table, above it."""


def _growth(documents: Documents, images: Path) -> str:
    result = documents[-1]["result"]
    figures.save(figures.growth(result), images / "benchmark-growth.png")
    return (
        "## How training time grows\n\n"
        f"One epoch of `{result['recipe']}`: MNIST cut or repeated, and two hidden layers of other widths on its "
        "60,000 images.\n\n"
        "![Seconds of an epoch against images and hidden units](images/benchmark-growth.png)\n\n"
        f"{markdown(growth.images_table(result))}\n\n"
        f"{markdown(growth.units_table(result))}\n"
    )


def _serving(documents: Documents, _: Path) -> str:
    result = documents[-1]["result"]
    return (
        "## Serving\n\n"
        "Server and load on the same cores, 16 connections, a PNG of 200×280 and "
        f"{result['picture_bytes']:,} bytes in each request unless another is named; processor time is the server's, "
        "for one answer. The other servers are given the same network, prepare pictures with the same function and "
        "have two workers or threads each.\n\n"
        f"{markdown(serving.table(result))}\n\n"
        f"{markdown(serving.moments(result), 2)}\n"
    )


def _numbers(documents: Documents, _: Path) -> str:
    result = documents[-1]["result"]
    peers = f"{markdown(numbers.peer_table(result))}\n\n" if result["peers"] else ""
    sets = (
        "Others wrote these, each cut out of its page, on paper that nothing was learned from. Measured by us, the "
        "first two can't be handed on; the third is open ([data card](data-card.md)). PP-OCRv6 is the recogniser of "
        f"`rapidocr`.\n\n{markdown(set_table(result['sets']))}\n\n"
        if result.get("sets")
        else ""
    )
    return (
        f"## Numbers on paper\n\n{sets}### Drawn pages\n\n"
        "Pages of MNIST's test digits with tilt, perspective, shadow, blur and JPEG (`tenfold.draw.pages`); amounts "
        "and cells are single numbers cut out of cheques and logbooks, with what is around them "
        "(`tenfold.draw.cuttings`). Lists hold up to 1,000 numbers that differ in two places or more. Accepted: the "
        "share of all numbers, or of those read with a list, and how many of the accepted ones are wrong.\n\n"
        f"{markdown(numbers.table(result))}\n\n{peers}"
        f"An A4 scan at 200 dpi takes {result['scan seconds']:.2f} s of one core.\n"
    )


def _scans(documents: Documents, _: Path) -> str:
    result = documents[-1]["result"]
    told = "\n\n".join(scans.sentences(result))
    return (
        f"## {TITLES['scans']}\n\n"
        "A4 pages at 200 dpi of words without a digit, in five typefaces and sizes; on half of them two rows of nine "
        "boxes, filled with MNIST's test digits. Seconds are processor time of one core.\n\n"
        f"{markdown(scans.table(result))}\n\n{told}\n"
    )


def _explain(documents: Documents, _: Path) -> str:
    result = documents[-1]["result"]
    told = "\n\n".join(explain.sentences(result))
    return (
        f"## {TITLES['explain']}\n\n"
        f"What `tenfold explain` says of the shipped model's answers, over {result['n']:,} of MNIST's test digits. The "
        f"strokes that it marks are {result['share of ink']:.0%} of the ink in the mean; random choices are of no more "
        f"ink, {explain.DRAWS} for each digit, and their mean counts.\n\n"
        f"{markdown(explain.table(result))}\n\n{told}\n"
    )


def _attacks(documents: Documents, _: Path) -> str:
    figures_beside_goals, *bombs = attacks.tables(documents[-1]["result"])
    opened = "Each bomb, opened by two commands and sent to two routes of a server"
    each = f"\n\n{opened}:\n\n{markdown(bombs[0])}" if bombs else ""
    return (
        "## Attacks\n\n"
        "Damaged inputs of every kind that is opened, files that are small to send and large to open, processes killed "
        "while they write, servers told to end under load; what is promised is in [the threat model](threats.md).\n\n"
        f"{markdown(figures_beside_goals, left=3)}{each}\n"
    )


def _few(documents: Documents, _: Path) -> str:
    found: dict[str, Any] = {}
    for document in documents:
        found |= document["result"]
    return (
        "## A few pictures of one's own\n\n"
        "Means over draws of what is learned from, with the standard deviation. From scratch: the default estimator "
        "beside the best of scikit-learn's MLP, SVM and k-nearest neighbours on the same images. Letters are of "
        "typefaces drawn after handwriting, tested on others. What it knew: MNIST's test images where digits are "
        "adapted, drawn numbers where lines are.\n\n"
        f"{markdown(few.table(found))}\n"
    )


def _scale(documents: Documents, _: Path) -> str:
    found = [document["result"] for document in documents]
    parts = {name: part for each in found if "ratio" not in each for name, part in each.items()}
    tables = [scale.table(parts)] if parts else []
    tables += [scale_training.table(each) for each in found if "ratio" in each]
    return (
        "## On a cluster\n\n"
        "Reading by two actors of a Ray cluster on one machine beside the plain commands, what is left when processes "
        "are killed, and one epoch by two processes together beside one process of two threads. What it means for many "
        "machines is told in [its page](scale.md).\n\n" + "\n\n".join(map(markdown, tables)) + "\n"
    )


PATTERNS = {
    "training": ("training",),
    "floor": ("floor",),
    "accuracy": ("accuracy-*",),
    "ladder": ("ladder-*", "accuracy-*"),
    "prediction": ("prediction",),
    "growth": ("growth",),
    "reading": ("reading",),
    "serving": ("serving",),
    "numbers": ("numbers",),
    "scans": ("scans",),
    "explain": ("explain",),
    "attacks": ("attacks",),
    "few": ("few-*",),
    "scale": ("scale-*",),
    "promises": ("promises",),
    "audits": ("audits",),
}
TITLES = {
    "training": "Training, the whole process",
    "floor": "An epoch over its floor",
    "accuracy": "Accuracy",
    "ladder": "The ladder: seconds of training to a mean accuracy",
    "prediction": "Prediction",
    "growth": "How training time grows",
    "reading": "What the shipped model reads",
    "serving": "Serving",
    "numbers": "Numbers on paper",
    "scans": "Pages of print",
    "explain": "Whether explanations hold",
    "attacks": "Attacks",
    "few": "A few pictures of one's own",
    "scale": "On a cluster",
    "promises": "Whether promises are kept",
    "audits": "Whether an audit sees a broken promise",
}
SECTIONS: dict[str, Callable[[Documents, Path], str]] = {
    "training": _training,
    "floor": _floor,
    "accuracy": _accuracy,
    "ladder": _ladder,
    "prediction": _prediction,
    "growth": _growth,
    "reading": _reading,
    "serving": _serving,
    "numbers": _numbers,
    "scans": _scans,
    "explain": _explain,
    "attacks": _attacks,
    "few": _few,
    "scale": _scale,
    "promises": lambda documents, _: promises.section(documents[-1]["result"], TITLES["promises"]),
    "audits": lambda documents, _: audits.section(documents[-1]["result"], TITLES["audits"]),
}


def main(
    results: Annotated[Path, typer.Option(help="The folder with the JSON of the parts.")] = RESULTS,
    document: Annotated[Path, typer.Option(help="The page to write.")] = DOCUMENT,
) -> None:
    """Write the page of results."""
    write(results, document)
    print(document)


if __name__ == "__main__":
    typer.run(main)
