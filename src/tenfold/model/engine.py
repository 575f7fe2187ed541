"""ONNX Runtime, opened here and nowhere else: a network from the bytes of its file, and how many threads it may use."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.errors import ModelError
from tenfold.model.onnx_wire import check_network_bytes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["Network", "open_network"]

BATCH = 512
"""Images given to a network at once: enough to be fast, few enough to keep activations in the cache."""


class Network:
    """A network, ready to answer.

    Attributes:
        inputs: The names of what it takes.
        outputs: The names of what it gives.
        shape: The sizes of its first input; None where any will do.
        types: What its first input and then its outputs are made of, as ONNX Runtime calls it: `tensor(float)`.
    """

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session
        given, answers = session.get_inputs(), session.get_outputs()
        self.inputs = tuple(entry.name for entry in given)
        self.outputs = tuple(entry.name for entry in answers)
        self.shape = tuple(size if isinstance(size, int) and size > 0 else None for size in given[0].shape)
        self.types = tuple(entry.type for entry in (given[0], *answers))

    def run(self, outputs: Sequence[str], given: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
        """Ask for some outputs, in their order, for the first input, however long it is.

        Raises:
            ModelError: The network cannot answer to that.
        """
        starts = range(0, max(len(given), 1), BATCH)
        try:
            batches = [
                self._session.run(list(outputs), {self.inputs[0]: given[start : start + BATCH]}) for start in starts
            ]
            return [np.concatenate(parts) for parts in zip(*batches, strict=True)]
        except Exception as error:  # as in `open_network`
            raise ModelError(f"the network cannot answer: {error}") from error


def open_network(content: bytes, *, threads: int | None, source: str) -> Network:
    """Open a network.

    Args:
        content: An ONNX file.
        threads: How many of the processor's cores one answer may use; None for all.
        source: What to call the file in errors.

    Raises:
        ModelError: It wants weights from other files, has a loop, or ONNX Runtime cannot open it.
    """
    import onnxruntime

    check_network_bytes(content, source)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or 0
    try:
        return Network(onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]))
    except Exception as error:  # onnxruntime raises a dozen types of its own, with Exception as their only parent
        raise ModelError(f"{source} is no network that ONNX Runtime can open: {error}") from error
