"""The model that a server reads with; it may be replaced while the server runs."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

from tenfold.errors import TenfoldError
from tenfold.model.description import DOCUMENT, info_of, read_document
from tenfold.model.folder import DIGITS_FILE, WEIGHTS_FILE, Model, check_has_lines, folder_of, load_model
from tenfold.read.reader import Reader
from tenfold.serve.threads import Threads

__all__ = ["LiveReader", "Outcome"]

Outcome: TypeAlias = Literal["taken", "refused"]
Signature: TypeAlias = tuple[tuple[str, int, int, int], ...]
"""Name, inode, size and time of change of each file of a model folder."""

LOOK_SECONDS = 1.0
"""Seconds between two looks at the folder."""

NEEDED = {DOCUMENT, DIGITS_FILE, WEIGHTS_FILE}
"""The files of every model folder: while one is missing, the folder is being written."""

log = logging.getLogger("tenfold.serve")


class LiveReader:
    """A reader whose model is loaded again when its folder changes, or on demand.

    Requests keep the reader they began with, so none fails while the model is replaced. A folder that does not load is
    refused, and the model that was there goes on answering.

    Args:
        model: The model folder; None for the one that ships.
        max_error: As for `Reader`, where a request does not say.
        tell: Called with the outcome of each reload.
        adapted: A folder whose model is read with in place of that one while there is one.

    Attributes:
        name: The name of the model over HTTP; it stays when the model is replaced.
        model: The model of this moment.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: So small an error cannot be promised with this model.
    """

    def __init__(
        self,
        model: Path | None,
        max_error: float | None = None,
        tell: Callable[[Outcome], None] = lambda _: None,
        adapted: Path | None = None,
    ) -> None:
        self._before, self._adapted = folder_of(model), adapted
        self._max_error = max_error
        self._tell = tell
        self._loading = Threads(1, "load")
        self._signature = self._look()
        self.model, self._reader = self._load()
        self.name = info_of(self._before, read_document(self._before)).name

    def reader(self, max_error: float | None = None) -> Reader:
        """Give the reader of this moment.

        Args:
            max_error: As for `Reader`; None for what the server was started with.

        Raises:
            OptionError: So small an error cannot be promised with this model.
        """
        return self._reader if max_error is None else Reader(self.model, max_error=max_error)

    def number_reader(self) -> Reader:
        """Give the reader of this moment, to read numbers with.

        Raises:
            ModelError: The model reads single digits only.
        """
        check_has_lines(self.model)
        return self._reader

    def reload(self) -> Outcome:
        """Load the model that is in the folder now; where that fails, the old one stays."""
        self._signature = self._look()
        outcome: Outcome = "refused"
        try:
            self.model, self._reader = self._load()
            outcome = "taken"
            log.info("a new model was taken")
        except Exception as error:  # whatever a folder of others brings about: the old model goes on answering
            known = isinstance(error, TenfoldError)
            log.error("a new model was refused and the old one stays: %s", error, exc_info=not known)
        self._tell(outcome)
        return outcome

    async def follow(self) -> None:
        """Reload whenever the folder changes, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._look() not in {self._signature, ()}:
                await self.reload_apart()

    async def reload_apart(self) -> None:
        """Reload in a thread, one reload after another."""
        await self._loading.start(self.reload).result

    @property
    def _folder(self) -> Path:
        """The folder of the model to read with now."""
        return self._adapted if self._adapted and self._adapted.exists() else self._before

    def _load(self) -> tuple[Model, Reader]:
        model = load_model(self._folder, threads=1)
        return model, Reader(model, max_error=self._max_error)

    def _look(self) -> Signature:
        """Give what changes with the folder; nothing while it is not complete."""
        try:
            stats = [(file.name, file.stat()) for file in sorted(self._folder.iterdir())]
        except OSError:
            return ()
        if not {name for name, _ in stats} >= NEEDED:
            return ()
        return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
