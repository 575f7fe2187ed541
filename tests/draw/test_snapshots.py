import numpy as np
import pytest

from tenfold.draw.snapshots import _blur_in_places, photograph, vary_picture


@pytest.fixture
def written():
    """Two strokes of full ink, in the middle."""
    layer = np.zeros((60, 120), np.float32)
    layer[15:45, 40:46] = layer[15:45, 70:76] = 1
    return layer


def test_ink_is_darker_than_its_paper_unless_all_is_inverted(written):
    darker = []
    for seed in range(100):
        grey = photograph(written, np.zeros_like(written), 30, np.random.default_rng(seed))
        assert (grey.shape, grey.dtype) == (written.shape, np.uint8)
        darker.append(grey[20:40, 50:66].mean() - grey[20:40, 41:45].mean() > 2)
    assert 0.8 < np.mean(darker) < 1


def test_what_is_written_around_is_as_dark_as_the_number(written):
    around = np.zeros_like(written)
    around[:10] = 1
    differences = []
    for seed in range(60):
        grey = photograph(written, around, 30, np.random.default_rng(seed)).astype(float)
        differences.append(grey[3:7].mean() - grey[20:40, 41:45].mean())
    assert abs(np.median(differences)) < 25


def test_light_and_contrast_differ_from_picture_to_picture(written):
    taken = [photograph(written, np.zeros_like(written), 30, np.random.default_rng(seed)) for seed in range(100)]
    papers = [np.quantile(grey, 0.9) for grey in taken]
    contrasts = [abs(float(grey[20:40, 50:66].mean()) - float(grey[20:40, 41:45].mean())) for grey in taken]
    assert max(papers) - min(papers) > 120
    assert min(contrasts) < 20 < 90 < max(contrasts)


def test_the_same_seed_takes_the_same_picture(written):
    for seed in range(10):
        first, again = (photograph(written, written, 30, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first, again)


def test_a_varied_picture_is_a_picture_and_keeps_its_number(written):
    picture = (230 - 180 * written).astype(np.uint8)
    for seed in range(100):
        varied = vary_picture(picture, np.random.default_rng(seed))
        assert varied.dtype == np.uint8
        assert all(0.3 * side < length <= side for side, length in zip(picture.shape, varied.shape, strict=True))
        middle = varied[round(0.35 * varied.shape[0]) : round(0.65 * varied.shape[0])]
        assert np.median(varied) - middle.min() > 25


def test_a_varied_picture_is_another_one_each_time_and_the_same_for_a_seed(written):
    picture = (230 - 180 * written).astype(np.uint8)
    varied = [vary_picture(picture, np.random.default_rng(seed)).tobytes() for seed in [*range(20), 0]]
    assert len(set(varied)) == 20
    assert varied[0] == varied[-1]


def test_places_out_of_focus_are_blurred_and_the_others_are_not(written):
    page = (200 * (1 - written)).astype(np.float32)
    changed = [np.abs(_blur_in_places(page, 3.0, np.random.default_rng(seed)) - page) for seed in range(20)]
    assert all(each.max() > 20 for each in changed)
    strokes = np.stack([each[20:40, [40, 75]].max(axis=0) for each in changed])
    assert (strokes.min(axis=1) < 0.5 * strokes.max(axis=1)).any()
