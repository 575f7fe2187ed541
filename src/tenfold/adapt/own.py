"""One's own pictures of whole numbers, with what they say."""

import csv
from pathlib import Path
from typing import TypeAlias

from tenfold.calibrate.pages import LABELS, LabelledPages
from tenfold.data.datasets import DATASETS
from tenfold.errors import DataError
from tenfold.files import reading
from tenfold.model.folder import Model, check_has_lines
from tenfold.picture.decode import Grey

__all__ = ["NumberPicture", "holds_numbers", "load_numbers"]

NumberPicture: TypeAlias = tuple[Grey, str]
"""`uint8 (height, width)`, a picture of one number, and its text."""


def holds_numbers(data: str | Path) -> bool:
    """Say whether labelled pictures show whole numbers: their `labels.csv` has a column `text`.

    Raises:
        DataError: There is a `labels.csv` that cannot be read.
    """
    table = Path(data) / LABELS
    if str(data) in DATASETS or not table.is_file():
        return False
    with reading(table), table.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        return "text" in (csv.DictReader(stream).fieldnames or ())


def load_numbers(folder: Path, model: Model) -> list[NumberPicture]:
    """Load pictures of one number each.

    Args:
        folder: It holds pictures and `labels.csv` with the columns file and text.
        model: The model, whose signs the texts may have.

    Returns:
        Each picture and what it says.

    Raises:
        DataError: A line of the table names a file that is not there, has no text, or one with signs that the model
            does not read; each with its line. Or a picture has several numbers.
        ModelError: The model reads single digits only.
    """
    check_has_lines(model)
    pictures = []
    pages = LabelledPages(folder, model.alphabet)
    for path, texts in pages.texts.items():
        wrong = next((written for written in texts.values() if len(written) != 1 or "_" in written[0]), None)
        if wrong is not None or len(texts) != 1:
            said = ", ".join(wrong or [written[0] for written in texts.values()])
            raise DataError(
                f"{folder / LABELS}: expected one number in each picture, got {path.name} with {said}; cut the numbers "
                "out of their pages"
            )
    for page, (text,) in pages:
        pictures.append((page, text))
    return pictures
