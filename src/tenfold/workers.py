"""Processes that work for another one: each on one core, and ended with it, however it ends."""

import os
from multiprocessing import parent_process
from threading import Thread

import cv2

__all__ = ["start_worker"]


def start_worker() -> None:
    """Prepare this process to work for the one that started it; to be called in it, by `multiprocessing`.

    OpenCV computes on one core, for its siblings have the others; and it ends as soon as its parent has: a process of a
    pool waits for work for good where its parent was killed, and keeps its memory.
    """
    cv2.setNumThreads(1)
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()
