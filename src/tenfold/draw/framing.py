"""Drawings of any size as one array of images, framed as people's pictures are."""

from collections.abc import Iterable

import numpy as np

from tenfold.arrays import SIDE, Image, Images
from tenfold.picture.frame import Ink, frame

__all__ = ["frame_all", "stack"]


def frame_all(drawings: Iterable[Ink]) -> Images:
    """Frame drawings, each `uint8 (height, width)` with ink somewhere, as MNIST's makers did: `uint8 (n, 28, 28)`."""
    return stack(map(frame, drawings))


def stack(images: Iterable[Image]) -> Images:
    """Put images into one array, `uint8 (n, 28, 28)`; of no images, an empty one."""
    return np.array(list(images), np.uint8).reshape(-1, SIDE, SIDE)
