"""The line recogniser: from a line's pixels to the signs of an alphabet, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tenfold.arrays import LINE_HEIGHT, SIDE, Columns, Images, Line
from tenfold.errors import ModelError
from tenfold.model.engine import open_network

__all__ = ["LineNetwork", "LineRecognizer", "golden_line"]

COLUMN = 2
"""Pixels of a line for each column of the answer."""

WIDTHS = 4
"""Lines are made as wide as a multiple of this, in pixels: the network halves them twice."""


@dataclass(frozen=True)
class LineNetwork:
    """A line recogniser as it is stored.

    Attributes:
        alphabet: The signs that it tells apart, each once, in the order of its columns.
        content: Its ONNX file: `lines` uint8 (n, 48, w) in, `columns` float32 (n, w // 2, len(alphabet) + 1) out.
    """

    alphabet: str
    content: bytes = field(repr=False)


class LineRecognizer:
    """A line recogniser, ready to answer.

    Args:
        network: What to open.
        threads: How many of the processor's cores one answer may use; None for all.
        source: What to call its file in errors.

    Attributes:
        alphabet: The signs that it tells apart.

    Raises:
        ModelError: It cannot be opened, or its answers do not have a column for each sign and one for none.
    """

    def __init__(self, network: LineNetwork, *, threads: int | None, source: str) -> None:
        self.alphabet = network.alphabet
        self._network = open_network(network.content, threads=threads, source=source)
        if len(self._network.inputs) != 1 or "columns" not in self._network.outputs:
            raise ModelError(f"{source}: expected one input and the output columns, got {self._network.outputs}")
        [blank] = self([np.zeros((LINE_HEIGHT, SIDE), np.uint8)])
        if blank.shape[-1] != len(set(self.alphabet)) + 1:
            raise ModelError(
                f"{source}: expected columns for the {len(self.alphabet)} signs of its alphabet and one for none, "
                f"got {blank.shape[-1]}"
            )

    def __call__(self, lines: Sequence[Line]) -> list[Columns]:
        """Answer for each line by itself, in their order: no answer depends on another line."""
        return [self._answer(line) for line in lines]

    def _answer(self, line: Line) -> Columns:
        width = line.shape[1]
        [columns] = self._network.run(["columns"], np.pad(line, ((0, 0), (0, -width % WIDTHS)))[None])
        answer: Columns = columns[0, : (width + 1) // COLUMN]
        return answer


def golden_line(images: Images) -> Line:
    """Lay a model's golden images side by side as a line, `uint8 (48, 28 n)`, to ask its line recogniser about."""
    edge = (LINE_HEIGHT - SIDE) // 2
    line: Line = np.hstack(list(np.pad(images, ((0, 0), (edge, edge), (0, 0)))))
    return line
