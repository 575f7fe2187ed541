"""Writes what peers are given: the data, and the weights of a model trained here.

Each is written by a separate process (`python -m benchmarks.handed_over data`), so that the process that measures the
peers stays small: Linux counts what it holds as theirs.
"""

import sys

import numpy as np

import tenfold
from benchmarks.environment import DATA, MODEL, WEIGHTS


def write_data() -> None:
    """Write MNIST as one file that NumPy reads in milliseconds."""
    (x_train, y_train), (x_test, y_test) = tenfold.load_data("mnist", progress=True)
    DATA.parent.mkdir(parents=True, exist_ok=True)
    np.savez(DATA, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def write_weights() -> None:
    """Train the founding network and write its weights as plain arrays."""
    from safetensors.numpy import load

    tenfold.train_model("mnist", MODEL, tenfold.recipe("tutorial"), restart=True, replace=True)
    weights = load(tenfold.load_model(MODEL).content("model.safetensors"))
    layers = sorted({int(name.partition(".")[0]) for name in weights})
    kinds = ("weight", "bias")
    arrays = {f"{place}_{kind}": weights[f"{layer}.{kind}"] for place, layer in enumerate(layers) for kind in kinds}
    np.savez(WEIGHTS, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    {"data": write_data, "weights": write_weights}[sys.argv[1]]()
