"""The epochs of a training as a CSV table, for whoever draws curves elsewhere."""

import csv
from collections.abc import Sequence
from pathlib import Path

from tenfold.files import in_place_of
from tenfold.model.description import Epoch

__all__ = ["write_history"]


def write_history(file: Path, history: Sequence[Epoch]) -> None:
    """Write a row for each epoch, whole or not at all.

    Args:
        file: The CSV file: `epoch`, `seconds`, `learning_rate`, then each quantity of training, and of the images held
            out with `validation_` before it, as Keras's `CSVLogger` has them. What was not measured is empty.
        history: The epochs.

    Raises:
        DataError: The file cannot be written.
    """
    trained = list(dict.fromkeys(name for epoch in history for name in epoch.training))
    held_out = list(dict.fromkeys(name for epoch in history for name in epoch.validation or ()))
    with in_place_of(file) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["epoch", "seconds", "learning_rate", *trained, *(f"validation_{name}" for name in held_out)])
        for epoch in history:
            cells = [epoch.training.get(name, "") for name in trained]
            cells += [(epoch.validation or {}).get(name, "") for name in held_out]
            table.writerow([epoch.number, epoch.seconds, epoch.learning_rate, *cells])
