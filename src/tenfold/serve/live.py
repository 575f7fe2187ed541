"""The model that a server reads with, which may be replaced while it serves."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

from tenfold.errors import TenfoldError
from tenfold.model.folder import Model, folder_of, load_model
from tenfold.read.reader import Reader

__all__ = ["LiveReader", "Outcome"]

Outcome: TypeAlias = Literal["taken", "refused"]
Signature: TypeAlias = tuple[tuple[str, int, int, int], ...]
"""Name, number, size and time of each file of a model folder."""

LOOK_SECONDS = 1.0
"""How often the folder is looked at."""

FILES = ("model.json", "model.onnx", "model.safetensors")

log = logging.getLogger("tenfold.serve")


class LiveReader:
    """A reader whose model follows its folder: on demand, or when the folder's files change.

    Requests keep the reader they began with, so none fails while the model is replaced. A folder that does not load is
    refused, and the model that was there goes on answering.

    Args:
        model: The model folder; None for the one that ships.
        max_error: As for `Reader`, where a request does not say.
        tell: Is told what became of each new model.

    Attributes:
        name: What the model is called over HTTP, which stays when it is replaced.
        model: The model of this moment.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: So small an error cannot be promised with this model.
    """

    def __init__(
        self, model: Path | None, max_error: float | None = None, tell: Callable[[Outcome], None] = lambda _: None
    ) -> None:
        self._folder = folder_of(model)
        self._max_error = max_error
        self._tell = tell
        self._signature = self._look()
        self.model, self._reader = self._load()
        self.name = self.model.info.name

    def reader(self, max_error: float | None = None) -> Reader:
        """Give the reader of this moment.

        Args:
            max_error: As for `Reader`; None for what the server was started with.

        Raises:
            OptionError: So small an error cannot be promised with this model.
        """
        return self._reader if max_error is None else Reader(self.model, max_error=max_error)

    def reload(self) -> Outcome:
        """Take the model that lies in the folder now, if it is one."""
        self._signature = self._look()
        outcome: Outcome = "refused"
        try:
            self.model, self._reader = self._load()
            outcome = "taken"
            log.info("a new model was taken")
        except TenfoldError as error:
            log.error("a new model was refused and the old one stays: %s", error)
        self._tell(outcome)
        return outcome

    async def follow(self) -> None:
        """Take each new model that appears in the folder, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._look() not in {self._signature, ()}:
                await asyncio.to_thread(self.reload)

    def _load(self) -> tuple[Model, Reader]:
        model = load_model(self._folder, threads=1)
        return model, Reader(model, max_error=self._max_error)

    def _look(self) -> Signature:
        """Give what shows a change of the folder; nothing where it is not whole at this moment."""
        try:
            stats = [(name, (self._folder / name).stat()) for name in FILES]
        except OSError:
            return ()
        return tuple((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
