"""`tenfold info`: what a model is."""

import json
import sys
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
    """Say what a model is, what it was trained on, what it scored, and of which layers it is made.

    Layers are those of the networks as they are saved: batch normalisation is part of the convolutions.

    Example: `tenfold info`, `tenfold info models/tutorial --json`, or `tenfold info models/tutorial --log epochs.csv`.
    """
    from tenfold.model.card import model_card
    from tenfold.model.folder import load_model
    from tenfold.model.history import write_history

    loaded = load_model(model)
    if log:
        write_history(log, loaded.info.history)
    described = loaded.info.to_dict()
    layers = _layers(loaded)
    if as_json:
        plain = {name: [vars(layer) for layer in found] for name, found in layers.items()}
        print(json.dumps({**described, "layers": plain or None}))
        return
    print(model_card(described).rstrip())
    for name, found in layers.items():
        print(f"\n## {HEADINGS[name]}\n")
        print("\n".join(_table(found)))


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
