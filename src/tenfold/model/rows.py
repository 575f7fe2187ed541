"""The network that reads whole rows, as it ships: from a row's columns to digits."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from tenfold.errors import ModelError
from tenfold.files import reason

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["NOTHING", "SHIPPED_ROWS", "Columns", "RowNetwork", "row_network"]

SHIPPED_ROWS = Path(__file__).with_name("rows.onnx")

NOTHING = 10
"""The class of columns where no new digit is."""

BATCH = 16
"""So many rows go through the network at once, of about the same width."""

Strips: TypeAlias = Sequence[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]
"""Each `uint8 (32, width)`, 0 paper, 255 ink, digits about 20 rows high."""

Columns: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (width // 2, 11)`: for each second column the logarithms of how probable a new digit is, and none."""


class RowNetwork:
    """A network of rows, ready to answer.

    Attributes:
        sha256: Of its file.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(f"the network of rows {path} cannot be read: {reason(error)}") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self.sha256 = hashlib.sha256(content).hexdigest()
        try:
            self._session: InferenceSession = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a dozen types of its own, with Exception as their only parent
            raise ModelError(f"{path} is no network that ONNX Runtime can open: {error}") from error

    def __call__(self, strips: Strips) -> list[Columns]:
        """Answer for each strip, in their order."""
        order = sorted(range(len(strips)), key=lambda place: strips[place].shape[1])
        answers: dict[int, Columns] = {}
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            width = max(strips[place].shape[1] for place in some) + 1 & ~1
            rows = np.zeros((len(some), strips[some[0]].shape[0], width), np.uint8)
            for number, place in enumerate(some):
                rows[number, :, : strips[place].shape[1]] = strips[place]
            columns = cast(np.ndarray, self._session.run(["columns"], {"rows": rows})[0])
            answers |= {
                place: columns[number, : (strips[place].shape[1] + 1) // 2] for number, place in enumerate(some)
            }
        return [answers[place] for place in range(len(strips))]


@cache
def row_network() -> RowNetwork:
    """Open the network of rows that ships, once.

    Raises:
        ModelError: It is not there, or damaged.
    """
    return RowNetwork(SHIPPED_ROWS)
