"""Boxes around a digit are removed, and what a crop cut off; a digit stays, however close it was cut out."""

import cv2
import numpy as np
import pytest

from tenfold.picture.edges import remove_edges
from tenfold.picture.prepare import prepare_grey

SIZE = 96


def paper(draw=None):
    """A picture as ink, `uint8 (96, 96)`, with a 3 in its middle."""
    ink = np.zeros((SIZE, SIZE), np.uint8)
    cv2.putText(ink, "3", (34, 64), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 255, 5, cv2.LINE_AA)
    if draw:
        draw(ink)
    return ink


def without_edges(ink):
    return remove_edges(ink, (ink > 100).astype(np.uint8))


def box(ink, wide=4):
    cv2.rectangle(ink, (8, 8), (86, 88), 255, wide)


@pytest.mark.parametrize(
    "draw",
    [
        box,
        lambda ink: box(ink, 9),
        lambda ink: (box(ink), cv2.line(ink, (0, 50), (8, 50), 255, 4)),
        lambda ink: cv2.polylines(ink, [np.array([(4, 0), (4, 91), (95, 91)])], False, 255, 5),
        lambda ink: cv2.polylines(ink, [np.array([(4, 0), (4, 91), (91, 91), (91, 0)])], False, 255, 5),
    ],
    ids=["box", "thick box", "box in a row", "two edges", "three edges"],
)
def test_only_the_digit_stays(draw):
    ink, mask = without_edges(paper(draw))
    assert np.abs(ink.astype(int) - paper()).max() < 60
    assert np.array_equal(mask, (paper() > 100).astype(np.uint8))


def test_an_empty_box_is_blank():
    ink = np.zeros((SIZE, SIZE), np.uint8)
    box(ink)
    assert not without_edges(ink)[0].any()
    assert not prepare_grey(255 - ink).image.any()


@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_that_was_cut_out_close_stays(digit):
    ink = np.zeros((SIZE, SIZE), np.uint8)
    cv2.putText(ink, digit, (30, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 255, 5, cv2.LINE_AA)
    left, top, wide, tall = cv2.boundingRect((ink > 100).astype(np.uint8))
    assert without_edges(ink[top : top + tall, left : left + wide].copy()) is None


def test_a_picture_without_edges_stays_as_it_is():
    assert without_edges(paper()) is None
    assert without_edges(np.zeros((SIZE, SIZE), np.uint8)) is None


def test_the_step_is_told():
    assert "edges removed" in prepare_grey(255 - paper(box)).steps


@pytest.mark.parametrize("side", [8, 10, 12, 20, 28, 40, 64])
def test_a_small_box_is_shown_too(side):
    grey = np.full((side, side), 220, np.uint8)
    cv2.rectangle(grey, (1, 1), (side - 2, side - 2), 20, 1)
    grey[side // 3 : -(side // 3), side // 2] = 20
    seen = prepare_grey(grey).picture
    assert 0 < min(seen.shape) <= side


def test_of_a_digit_in_a_box_the_inside_is_shown():
    grey = np.full((96, 96), 250, np.uint8)
    cv2.rectangle(grey, (4, 12), (84, 92), 15, 9)
    cv2.line(grey, (45, 30), (45, 75), 15, 6)
    cv2.line(grey, (92, 30), (95, 60), 15, 3)
    seen = prepare_grey(grey).picture
    assert 70 <= min(seen.shape) <= max(seen.shape) <= 74
    assert (seen[:, 5:-5] > 200).mean() > 0.8
    cv2.line(grey, (45, 30), (45, 75), 250, 6)
    cv2.line(grey, (92, 10), (92, 80), 15, 6)  # beside the box
    assert prepare_grey(grey).picture.shape == grey.shape
