"""Processes that work for another one end with it, however it ends."""

import os
from multiprocessing import parent_process
from threading import Thread

__all__ = ["end_with_parent"]


def end_with_parent() -> None:
    """Have this process end as soon as the one that started it has; to be called in it, by `multiprocessing`.

    A process of a pool waits for work for good where its parent was killed, and keeps its memory.
    """
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()
