import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.draw.framing import centred, fitted, framed, stacked


def drawing(height: int, width: int, top: int = 5, left: int = 9) -> np.ndarray:
    """A filled block of ink, not quite black, on a large sheet."""
    ink = np.zeros((120, 160), np.uint8)
    ink[top : top + height, left : left + width] = 200
    return ink


@settings(deadline=None)
@given(st.integers(1, 110), st.integers(1, 150))
def test_ink_fills_the_box_with_its_proportions_and_its_peak_is_full(height, width):
    ink = fitted(drawing(height, width))
    assert max(ink.shape) == 20
    assert ink.max() == 255
    assert min(ink.shape) == max(round(20 * min(height, width) / max(height, width)), 1)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_centre_of_mass_comes_to_the_centre(seed):
    rng = np.random.default_rng(seed)
    ink = (rng.random((60, 40)) < 0.05) * rng.integers(1, 256, (60, 40))
    ink[30, 20] = 255
    (image,) = framed([ink.astype(np.uint8)])
    for places in (image.sum(0), image.sum(1)):
        assert abs(places @ np.arange(28) / image.sum() - 13.5) <= 0.5 + 1e-9


def test_ink_at_one_end_is_kept_in_view():
    ink = np.zeros((20, 20), np.uint8)
    ink[0] = 255
    ink[19, 0] = 30
    image = centred(ink)
    assert (image > 0).sum() == 21
    assert image[8].max() == 255


def test_small_drawings_are_not_scaled_by_centring():
    assert (centred(np.full((3, 5), 9, np.uint8)) == 9).sum() == 15


@pytest.mark.parametrize("none", [[], iter(())])
def test_no_drawings_give_no_images(none):
    assert stacked(none).shape == (0, 28, 28)
