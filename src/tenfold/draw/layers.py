"""Layers: pictures in the making, a float for each pixel, and how ink is put on them."""

from typing import Any, TypeAlias

import cv2
import numpy as np

from tenfold.picture.frame import Ink

__all__ = ["SUBPIXEL", "Layer", "Point", "draw_polyline", "draw_segment", "lay"]

Layer: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""`float32 (height, width)`: ink or light. On pages ink is the share of light that it takes away, 0…1; on lines, as in
`tenfold.arrays.Line`, 0…255; light is 0 black to 255 white."""

Point: TypeAlias = tuple[float, float]
"""x and y, in pixels."""

SUBPIXEL = 4
"""Binary places of the coordinates that OpenCV draws with: a sixteenth of a pixel."""


def lay(layer: Layer, ink: Layer | Ink, x: int, y: int) -> None:
    """Lay ink on a layer, its top left corner at `x`, `y`; the darker of both stays, what lies outside is cut off."""
    height, width = layer.shape
    top, left = max(0, -y), max(0, -x)
    inside = ink[top : max(0, height - y), left : max(0, width - x)]
    if inside.size:
        part = layer[y + top : y + top + inside.shape[0], x + left : x + left + inside.shape[1]]
        np.maximum(part, inside, out=part)


def draw_segment(layer: Layer | Ink, start: Point, end: Point, thickness: int, value: float) -> None:
    """Draw a straight line of whole thickness, in pixels, between two points that need not be whole."""
    first, last = ((round(2**SUBPIXEL * x), round(2**SUBPIXEL * y)) for x, y in (start, end))
    cv2.line(layer, first, last, value, thickness, cv2.LINE_AA, SUBPIXEL)


def draw_polyline(layer: Layer, points: "np.ndarray[Any, np.dtype[np.float64]]", thickness: int) -> None:
    """Draw a line of full ink through points, `float64 (n, 2)`, x and y in pixels."""
    path = np.rint(2**SUBPIXEL * points).astype(np.int32)
    cv2.polylines(layer, [path], False, 1.0, thickness, cv2.LINE_AA, SUBPIXEL)
