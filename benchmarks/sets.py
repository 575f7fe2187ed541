"""Labelled pictures of people's handwriting: folders with a `labels.csv`, to measure on real paper."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LabelledSet", "labelled_sets"]

LABELS = "labels.csv"
"""The file that makes a folder a set: columns `file` and `label`, others are passed over."""


@dataclass(frozen=True)
class LabelledSet:
    """One folder of pictures.

    Attributes:
        name: The folder's name.
        pictures: The picture files.
        labels: For each picture the digit or the number that it shows, as it is written.
    """

    name: str
    pictures: tuple[Path, ...]
    labels: tuple[str, ...]

    @property
    def of_digits(self) -> bool:
        """Whether every picture shows a single digit; else they show numbers."""
        return all(len(label) == 1 for label in self.labels)


def labelled_sets(folder: Path) -> Iterator[LabelledSet]:
    """Give the sets in the folders of a folder, by name."""
    for file in sorted(folder.glob(f"*/{LABELS}")):
        with file.open(newline="", encoding="utf-8-sig") as stream:
            rows = [(file.parent / row["file"], row["label"]) for row in csv.DictReader(stream)]
        pictures, labels = zip(*rows, strict=True)
        yield LabelledSet(file.parent.name, pictures, labels)
