"""`tenfold info`: what a model is."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.options import AsJson, ModelArgument

if TYPE_CHECKING:
    from tenfold.learn.layers import Layer
    from tenfold.model.folder import Model

__all__ = ["info"]

HEADINGS = {
    "digits": "Layers of the network of single digits, for one image",
    "lines": "Layers of the line recogniser, for one line of 128 pixels",
}


def info(
    model: ModelArgument = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the epochs of its training as a CSV table.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a model is, what it was trained on, what it scored, what it can promise, and of which layers it is made.

    Layers are those of the networks as they are saved: batch normalisation is part of the convolutions.

    Example: `tenfold info`, `tenfold info models/tutorial --json`, or `tenfold info models/tutorial --log epochs.csv`.
    """
    from tenfold.model.card import model_card
    from tenfold.model.folder import load_model
    from tenfold.model.history import write_history
    from tenfold.model.promise import told_promises
    from tenfold.read.promises import all_promises

    loaded = load_model(model)
    if log:
        write_history(log, loaded.info.history)
    described = loaded.info.to_dict()
    promises = all_promises(loaded)
    layers = _layers(loaded)
    if as_json:
        told = {kind: told_promises(shares) for kind, shares in promises.items()}
        plain = {name: [vars(layer) for layer in found] for name, found in layers.items()}
        print(json.dumps({**described, "promises": told or None, "layers": plain or None}))
        return
    print(model_card(described).rstrip())
    if promises:
        print("\n## What can be promised\n")
        print("\n".join(_promised(promises)))
    for name, found in layers.items():
        print(f"\n## {HEADINGS[name]}\n")
        print("\n".join(_table(found)))


def _promised(promises: "Mapping[str, Mapping[float, float | None]]") -> list[str]:
    """Give a table: for each kind the share accepted for each largest error, a dash where it cannot be promised."""
    from tenfold.read.promises import READINGS
    from tenfold.read.runs import KINDS

    names = {
        "digits": "single digits: the least of those below",
        **KINDS,
        **{str(kind): name for kind, name in READINGS.items()},
    }
    errors = list(next(iter(promises.values())))
    rows = [
        [names.get(kind, kind), *(f"{share:.1%}" if share else "–" for share in shares.values())]
        for kind, shares in promises.items()
    ]
    heading = ["accepted with --max-error", *(f"{error:.3g}" for error in errors)]
    width = max(len(row[0]) for row in [heading, *rows])
    lines = [f"| {name:<{width}} | {' | '.join(f'{each:>6}' for each in rest)} |" for name, *rest in [heading, *rows]]
    return [lines[0], f"| {'-' * width} | {' | '.join(['-' * 5 + ':'] * len(errors))} |", *lines[1:]]


def _layers(model: "Model") -> "dict[str, tuple[Layer, ...]]":
    """Give the layers of a model's networks by name; none where the package that reads them is not installed."""
    try:
        from tenfold.learn.layers import layers_of
    except ModuleNotFoundError as error:
        print(f'tenfold: the layers take {error.name} to tell: pip install "tenfold[train]"', file=sys.stderr)
        return {}
    layers = {"digits": layers_of(model.content("model.onnx"))}
    return {**layers, "lines": layers_of(model.content("lines.onnx"))} if model.alphabet else layers


def _table(layers: "tuple[Layer, ...]") -> list[str]:
    rows = [(each.kind, "×".join(map(str, each.shape[1:])), each.weights, each.multiply_adds) for each in layers]
    rows.append(("together", "", sum(each.weights for each in layers), sum(each.multiply_adds for each in layers)))
    heading = [
        f"| {'layer':<13} | {'gives':<14} | {'weights':>9} | {'multiply-adds':>13} |",
        f"| {'-' * 13} | {'-' * 14} | {'-' * 8}: | {'-' * 12}: |",
    ]
    return heading + [
        f"| {kind:<13} | {shape:<14} | {weights:>9,} | {adds:>13,} |" for kind, shape, weights, adds in rows
    ]
