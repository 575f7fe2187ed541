"""What is learned from, drawn by other processes before it is needed."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from tenfold.workers import start_worker

__all__ = ["drawn_ahead"]

Chunk = TypeVar("Chunk")

AHEAD = 2
"""Chunks that are drawn already when the next is needed, beside those that are being drawn: training never waits."""


def drawn_ahead(
    draw: Callable[[int, int, int], Chunk], seed: int, numbers: Iterable[int], size: int, drawers: int
) -> Generator[Chunk, None, None]:
    """Draw chunks in other processes.

    Args:
        draw: Draws one: is given the seed, the chunk's number and `size`, which decide all of it. A function of a
            module, for processes find it by its name.
        seed: Of all chunks.
        numbers: Of the chunks, in the order in which they are wanted.
        size: How many examples a chunk has.
        drawers: How many processes draw, a core each.

    Yields:
        The chunks.
    """
    drawing = ProcessPoolExecutor(drawers, get_context("spawn"), start_worker)  # forked, OpenCV's threads would hang
    left = iter(numbers)
    try:
        waiting = deque(drawing.submit(draw, seed, number, size) for number in islice(left, drawers + AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(drawing.submit(draw, seed, number, size) for number in islice(left, 1))
    finally:
        drawing.shutdown(cancel_futures=True)
