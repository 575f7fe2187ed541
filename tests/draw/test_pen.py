import numpy as np
import pytest

from tenfold.draw.hands import DIGITS, LETTERS, SIGNS
from tenfold.draw.pen import draw, draw_digits, draw_hand, draw_large, parse
from tenfold.model.folder import SHIPPED, load_model

HANDS = [(digit, hand) for digit, hands in DIGITS.items() for hand in hands]


def centroids(images: np.ndarray) -> np.ndarray:
    """Mean row and column of the ink, pixel centres at +0.5: `float64 (n, 2)`."""
    ink, places = images.astype(float), np.arange(28) + 0.5
    return np.stack([ink.sum(2) @ places, ink.sum(1) @ places], 1) / ink.sum((1, 2))[:, None]


def test_digits_have_labels_and_each_is_drawn():
    images, labels = draw_digits(400, np.random.default_rng(0))
    assert images.shape == (400, 28, 28)
    assert images.dtype == np.uint8
    assert labels.shape == (400,)
    assert labels.dtype == np.int64
    assert set(labels.tolist()) == set(range(10))


def test_the_seed_decides_everything():
    first, again, other = (draw_digits(20, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_no_digits_are_drawn_when_none_are_asked_for():
    images, labels = draw_digits(0, np.random.default_rng(0))
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


@pytest.mark.parametrize(("digit", "hand"), HANDS)
def test_every_hand_is_framed_as_mnist_is_and_never_twice_the_same(digit, hand):
    images = draw_hand(digit, hand, 30, np.random.default_rng(0))
    assert (images.max((1, 2)) == 255).all()
    for axis in (1, 2):
        inked = images.any(axis)
        assert (28 - inked.argmax(1) - inked[:, ::-1].argmax(1)).max() <= 20
    assert np.abs(centroids(images) - 14.5).max() <= 0.5 + 1e-9
    assert len(np.unique(images, axis=0)) == 30


def test_who_knows_mnist_reads_most_of_them():
    images, labels = draw_digits(1000, np.random.default_rng(0))
    assert (load_model(SHIPPED)(images).argmax(1) == labels).mean() > 0.9


def test_ink_is_about_as_much_as_in_mnist(mnist):
    images, _ = draw_digits(1000, np.random.default_rng(0))
    assert images.mean() == pytest.approx(mnist.x_train.mean(), rel=0.2)


def test_every_hand_comes_up(monkeypatch):
    seen = []
    monkeypatch.setattr("tenfold.draw.pen.draw", lambda drawings, rng: seen.extend(drawings))
    draw_digits(50 * len(HANDS), np.random.default_rng(0))
    assert set(seen) == {parse(DIGITS[digit][hand]) for digit, hand in HANDS}


def test_a_curve_passes_its_points_and_corners_stay_sharp():
    strokes = parse("0,0 50,30 100,0! 100,100 ; 10,90 20,90")
    on_the_way = np.concatenate([strokes.starts, strokes.ends]) @ strokes.control
    for point in strokes.control:
        assert np.hypot(*(on_the_way - point).T).min() < 1e-9
    last = (strokes.starts @ strokes.control)[12:18]
    assert np.allclose(last[:, 0], 100)


def test_the_pen_is_lifted_between_strokes():
    strokes = parse("0,0 0,100 ; 60,0 60,100")
    lengths = np.hypot(*((strokes.ends - strokes.starts) @ strokes.control).T)
    assert lengths.max() < 20


@pytest.mark.parametrize("description", [*(each for hands in LETTERS.values() for each in hands), *SIGNS.values()])
def test_letters_and_signs_can_be_drawn(description):
    images = draw([parse(description)] * 3, np.random.default_rng(0))
    assert (images.max((1, 2)) == 255).all()


def test_no_pen_is_cut_off_at_the_edge_of_the_sheet():
    drawings = [parse(DIGITS[digit][hand]) for digit, hand in HANDS] * 3
    for ink in draw_large(drawings, np.random.default_rng(0)):
        assert not ink[[0, -1]].any()
        assert not ink[:, [0, -1]].any()
