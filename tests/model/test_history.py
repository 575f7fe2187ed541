"""The epochs as a CSV table."""

import csv

from tenfold.model.description import Epoch
from tenfold.model.history import write_history


def test_a_row_for_each_epoch_with_what_was_measured(tmp_path):
    history = [Epoch(1, 0.5, 0.1, {"loss": 0.3}), Epoch(2, 0.25, 0.05, {"loss": 0.2}, {"loss": 0.25, "accuracy": 0.9})]
    write_history(tmp_path / "log.csv", history)
    with (tmp_path / "log.csv").open(newline="") as stream:
        first, second = csv.DictReader(stream)
    assert list(first) == ["epoch", "seconds", "learning_rate", "loss", "validation_loss", "validation_accuracy"]
    assert first["validation_accuracy"] == ""
    assert {name: float(value) for name, value in second.items()} == {
        **{"epoch": 2, "seconds": 0.25, "learning_rate": 0.05},
        **{"loss": 0.2, "validation_loss": 0.25, "validation_accuracy": 0.9},
    }
