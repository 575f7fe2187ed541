"""What ink is measured with: shares of numbers, and pieces."""

import cv2
import numpy as np
import pytest

from tenfold.picture.ink import connected_components, quantile


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1001])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_a_quantile_is_what_numpy_says(count, share, dtype):
    values = (255 * np.random.default_rng(count).random(count)).astype(dtype)
    assert quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-12)


def test_pieces_come_in_the_order_in_which_opencv_usually_gives_them():
    mask = (np.random.default_rng(0).random((90, 120)) < 0.3).astype(np.uint8)
    count, labels, stats, centres = connected_components(mask)
    usual = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert count == usual[0] > 20
    np.testing.assert_array_equal(labels, usual[1])
    np.testing.assert_array_equal(stats, usual[2])
    np.testing.assert_allclose(centres, usual[3])
