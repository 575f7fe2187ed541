"""Patterns of paper: printed stripes and dots, of any direction and distance, and its own grain."""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator

__all__ = ["Distances", "draw_dots", "draw_grain", "draw_stripes", "print_dots", "turned_axes"]

Distances: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]
"""`float (height, width)`: how far each pixel is along a direction, in pixels."""


def turned_axes(height: int, width: int, rng: Generator) -> tuple[Distances, Distances]:
    """Give how far each pixel of a picture is along a random direction, and how far across it."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    return np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x


def draw_stripes(across: Distances, step: float, thickness: float) -> Distances:
    """Draw parallel lines: 0 paper, 1 ink.

    Args:
        across: How far each pixel is across the lines; bent distances make waves.
        step: From one line to the next, in pixels.
        thickness: Of a line, in pixels.
    """
    stripes: Distances = np.clip(thickness / 2 + 0.5 - np.abs(across % step - step / 2), 0, 1)
    return stripes


def draw_dots(along: Distances, across: Distances, step: float, radius: float) -> Distances:
    """Draw dots on a square lattice: 0 paper, 1 ink.

    Args:
        along: How far each pixel is along the lattice.
        across: How far it is across.
        step: From one dot to the next, in pixels.
        radius: Of a dot, in pixels.
    """
    dots: Distances = np.clip(radius + 0.5 - np.hypot(along % step - step / 2, across % step - step / 2), 0, 1)
    return dots


def print_dots(height: int, width: int, size: float, rng: Generator) -> Distances:
    """Print dots under digits: 0 paper, 1 ink.

    Args:
        height: Of the paper, in pixels.
        width: Of the paper, in pixels.
        size: Height of the digits, in pixels; four to twelve dots are as high as one of them.
        rng: Decides their direction, distance and radius.
    """
    step = max(2.5, size * rng.uniform(0.08, 0.25))
    along, across = turned_axes(height, width, rng)
    return draw_dots(along, across, step, step * rng.uniform(0.15, 0.4))


def draw_grain(height: int, width: int, blurs: tuple[float, float], rng: Generator) -> Distances:
    """Draw noise that is even in all directions.

    Args:
        height: Of the paper, in pixels.
        width: Of the paper, in pixels.
        blurs: Least and largest standard deviation of the blur that makes it coarse, in pixels.
        rng: Decides everything.

    Returns:
        `float32 (height, width)`, of mean 0; the coarser, the weaker it is.
    """
    noise = rng.normal(0, 1, (height, width)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), rng.uniform(*blurs)), np.float32)
