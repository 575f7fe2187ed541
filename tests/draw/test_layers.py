import numpy as np
import pytest

from tenfold.draw.layers import draw_polyline, draw_segment, lay


def layer() -> np.ndarray:
    return np.full((6, 8), 0.25, np.float32)


def test_the_darker_of_both_stays():
    paper, ink = layer(), np.array([[0.0, 1.0]], np.float32)
    lay(paper, ink, 3, 2)
    assert paper[2, 3] == 0.25
    assert paper[2, 4] == 1
    assert paper.sum() == pytest.approx(layer().sum() + 0.75)


@pytest.mark.parametrize(("x", "y", "rows", "columns"), [(-1, -2, 1, 2), (6, 4, 2, 2), (3, -1, 2, 3), (-9, 0, 0, 0)])
def test_what_lies_outside_is_cut_off(x, y, rows, columns):
    paper = layer()
    lay(paper, np.ones((3, 3), np.float32), x, y)
    assert (paper == 1).sum() == rows * columns


def test_segments_begin_and_end_at_parts_of_a_pixel():
    paper = np.zeros((20, 20), np.uint8)
    draw_segment(paper, (3.5, 5.0), (15.5, 5.0), 1, 200)
    assert paper[5, 5:15].min() > 150
    assert paper[:4].max() == paper[7:].max() == 0


def test_a_polyline_passes_its_points():
    paper = np.zeros((20, 20), np.float32)
    draw_polyline(paper, np.array([(2.0, 2.0), (2.0, 15.0), (16.0, 15.0)]), 1)
    assert paper[[2, 15, 15], [2, 2, 16]].min() == 1
    assert paper[2, 16] == 0
