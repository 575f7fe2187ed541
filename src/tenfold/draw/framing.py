"""Ink drawn at any size, placed in 28×28 the way MNIST's makers placed theirs."""

from collections.abc import Iterable
from typing import cast

import cv2
import numpy as np

from tenfold.arrays import SIDE, Image, Images

__all__ = ["BOX", "Ink", "centred", "fitted", "framed", "stacked"]

BOX = 20
"""Height and width, in pixels, of the box that MNIST's makers scaled the ink into."""

Ink = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""`uint8 (height, width)`: a drawing of any size, 0 paper, 255 full ink."""


def framed(drawings: Iterable[Ink]) -> Images:
    """Place drawings as MNIST's makers placed theirs.

    Args:
        drawings: Each `uint8 (height, width)` of any size, with ink somewhere.

    Returns:
        `uint8 (n, 28, 28)`: the ink scaled into 20×20 with its proportions kept, its peak at 255, its centre of mass
        at the centre as near as whole pixels allow.

    Source:
        LeCun, Cortes, Burges, "The MNIST database"; Yadav and Bottou 2019 (QMNIST) for the order of the steps.
    """
    return stacked(centred(fitted(drawing)) for drawing in drawings)


def fitted(drawing: Ink) -> Ink:
    """Scale a drawing's ink so that its longer side is 20 pixels and its peak 255.

    Args:
        drawing: `uint8 (height, width)`, with ink somewhere.

    Returns:
        `uint8 (height, width)`, the longer of them 20, the other at least 1.
    """
    ink = _cropped(drawing)
    height, width = ink.shape
    scale = BOX / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(np.rint(small * np.float32(255 / max(int(small.max()), 1))), np.uint8)


def centred(drawing: Ink) -> Image:
    """Place a small drawing with its centre of mass at the centre, its size as it is.

    Args:
        drawing: `uint8 (height, width)`, both at most 28, with ink somewhere.

    Returns:
        `uint8 (28, 28)`: moved by whole pixels, and no further than keeps all of it in view.
    """
    height, width = drawing.shape
    total = float(drawing.sum())
    middle = [float(drawing.sum(1) @ np.arange(height)) / total, float(drawing.sum(0) @ np.arange(width)) / total]
    top, left = (
        min(max(round((SIDE - 1) / 2 - mean), 0), SIDE - extent)
        for mean, extent in zip(middle, drawing.shape, strict=True)
    )
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = drawing
    return image


def stacked(images: Iterable[Image]) -> Images:
    """Give images as one array, `uint8 (n, 28, 28)`; of none, an empty one."""
    return np.array(list(images), np.uint8).reshape(-1, SIDE, SIDE)


def _cropped(drawing: Ink) -> Ink:
    rows, columns = np.flatnonzero(drawing.max(1)), np.flatnonzero(drawing.max(0))
    return cast(Ink, drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
