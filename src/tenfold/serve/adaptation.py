"""The model adapted to what people corrected: written beside the review store, served in place of the one before."""

import shutil
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from tenfold.adapt.digits import FEWEST, AdaptedDigits, adapt_digits
from tenfold.errors import DataError
from tenfold.model.description import info_of, read_document
from tenfold.model.folder import folder_of, load_model
from tenfold.serve.options import ServeOptions
from tenfold.serve.store import ReviewStore

__all__ = ["Adaptation", "adapted_folder"]

KEY = "adapted"
"""Where `model.json` says what a model was adapted to, in what it says of its data."""


def adapted_folder(options: ServeOptions) -> Path | None:
    """Give where the adapted model lies: beside a store that is a file.

    None where the store is elsewhere, and where all answers are to keep an error: a few corrections can't promise one.
    """
    if "://" in options.store or options.max_error is not None:
        return None
    store = Path(options.store)
    return store.with_name(f"{store.stem}-model")


class Adaptation:
    """Adapts the served model to the corrections of a store, and goes back to the one before.

    The model before stays where it is: what is adapted is always it, to all corrections, so that nothing adds up.

    Args:
        options: How to serve.
        store: The corrections.
    """

    def __init__(self, options: ServeOptions, store: ReviewStore) -> None:
        self._before = folder_of(options.model)
        self._folder = adapted_folder(options)
        self._store = store
        self._lock = Lock()

    def state(self) -> dict[str, Any]:
        """Say whether adapting is offered, to how many pictures, and to how many the served model was adapted."""
        classes = info_of(self._before, read_document(self._before)).classes
        corrections = len(self._store.examples(classes)[1]) if self._folder else 0
        adapted = None
        if self._folder and self._folder.exists():
            adapted = info_of(self._folder, read_document(self._folder)).data.get(KEY, {}).get("n")
        return {"corrections": corrections, "fewest": FEWEST, "adapted": adapted, "offered": self._folder is not None}

    def adapt(self) -> AdaptedDigits:
        """Adapt the model before to all that people said, and write it where the server finds it.

        Raises:
            DataError: There are too few corrections, or no model is adapted here.
            ModelError: The pictures are not read better, or what the model knew suffers; the served model stays.
        """
        if self._folder is None:
            raise DataError(
                "no model is adapted here: the review store is no file beside which one can lie, or the server keeps a "
                "--max-error: a promise takes more labels than corrections give"
            )
        with self._lock:
            model = load_model(self._before, threads=1)
            images, shown = self._store.examples(model.classes)
            labels = np.array([model.classes.index(name) for name in shown], np.int64)
            return adapt_digits(model, images, labels, self._folder, data="corrections")

    def undo(self) -> None:
        """Go back to the model before."""
        if self._folder is not None:
            with self._lock:
                shutil.rmtree(self._folder, ignore_errors=True)
