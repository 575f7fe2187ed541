"""Degradation of drawn lines: what surrounds them, pen and camera, and what reading does with all that.

Reading takes rules away, divides out the light and brings ink to full strength, none of it perfectly; lines are
degraded in the same order, so that the line recogniser learns from what reading will show it.
"""

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator

from tenfold.arrays import Line
from tenfold.draw.layers import Layer
from tenfold.draw.surroundings import draw_cell_edges, draw_neighbour, draw_pattern, draw_rule

__all__ = ["degrade_line"]


def degrade_line(line: Layer, rng: Generator) -> Line:
    """Degrade a line as paper, pen and camera do, and bring what is left to full strength, as reading does.

    Args:
        line: `float32 (32, width)`, 0 paper, 255 ink; clean.
        rng: Decides everything.

    Returns:
        `uint8 (32, width)`, 0 paper, 255 ink, a little wider.
    """
    line = np.pad(line, ((0, 0), (int(rng.integers(0, 6)), int(rng.integers(0, 6)))))
    if rng.random() < 0.16:
        line = draw_cell_edges(line, rng)
    for _ in range(rng.choice(3, p=(0.75, 0.18, 0.07))):
        draw_rule(line, rng)
    _take_rules_away(line, rng)
    if rng.random() < 0.12:
        draw_neighbour(line, rng)
    degraded = _press(line, rng)
    if rng.random() < 0.12:
        degraded = np.maximum(degraded, draw_pattern(line.shape, rng))
    return np.asarray(_strengthen(_capture(degraded, rng), rng), np.uint8)


def _take_rules_away(line: Layer, rng: Generator) -> None:
    """Clear the paper where a level or an upright rule was found, and with it the strokes that cross it."""
    if rng.random() < 0.12:
        top, thickness = int(rng.integers(6, 26)), int(rng.integers(1, 4))
        line[top : top + thickness] = 0
    if rng.random() < 0.08:
        left, thickness = int(rng.integers(0, line.shape[1])), int(rng.integers(1, 4))
        line[:, left : left + thickness] = 0


def _press(line: Layer, rng: Generator) -> Layer:
    """Make strokes thicker or thinner, by up to a pixel: grey dilation and erosion, partly mixed in."""
    amount = rng.uniform(-0.9, 1.0)
    if amount > 0.2:
        return np.asarray(line + (amount - 0.2) * (cv2.dilate(line, np.ones((3, 3))) - line), np.float32)
    if amount < -0.4:
        return np.asarray(line + (-0.4 - amount) * (cv2.erode(line, np.ones((2, 2))) - line), np.float32)
    return line


def _capture(line: Layer, rng: Generator) -> Layer:
    """Take a line as a camera does: coarsely, blurred, unevenly lit, with noise and specks."""
    captured: Any = line
    if rng.random() < 0.3:
        shrink = rng.uniform(0.5, 0.9)
        small = cv2.resize(captured, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        captured = cv2.resize(small, line.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        captured = cv2.GaussianBlur(captured, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.2:
        knots = rng.uniform(0.3, 1.3, (3, max(2, line.shape[1] // 16))).astype(np.float32)
        captured = captured * np.minimum(cv2.resize(knots, line.shape[::-1]), 1)
    if rng.random() < 0.25:
        noise = rng.normal(0, rng.uniform(4, 22), line.shape)
        captured = captured + noise * (cv2.dilate(captured, np.ones((5, 5))) > 60)
    if rng.random() < 0.15:
        specks = rng.random(line.shape) < rng.uniform(0.001, 0.01)
        captured = np.maximum(captured, specks * rng.uniform(80, 255))
    return np.asarray(np.clip(captured, 0, 255), np.float32)


def _strengthen(line: Layer, rng: Generator) -> Layer:
    """Bring ink to full strength and leave nothing else, with a threshold that is a little too high or too low."""
    inked = line[line > 60]
    if not len(inked):
        return line
    full, paper = float(np.percentile(inked, 80)) * rng.uniform(0.85, 1.1), rng.uniform(5, 40)
    strength = np.clip((line - paper) * (255 / max(full - paper, 20)), 0, 255)
    mask = cv2.dilate((line > rng.uniform(0.25, 0.5) * full).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(np.where(mask > 0, strength, 0), np.float32)
