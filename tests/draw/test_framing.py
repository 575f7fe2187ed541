import numpy as np
import pytest

from tenfold.draw.framing import frame_all, stack
from tenfold.picture.frame import is_framed


def test_drawings_of_any_size_are_framed_as_pictures_are():
    rng = np.random.default_rng(0)
    drawings = [(rng.random(size) < 0.1).astype(np.uint8) * 200 for size in ((60, 40), (96, 30), (25, 25))]
    images = frame_all(drawings)
    assert (images.shape, images.dtype) == ((3, 28, 28), np.uint8)
    assert all(map(is_framed, images))


@pytest.mark.parametrize("none", [[], iter(())])
def test_no_drawings_give_no_images(none):
    assert stack(none).shape == (0, 28, 28)
