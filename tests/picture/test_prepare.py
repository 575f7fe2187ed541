"""Pictures as people take them become images as MNIST has them, and say what was done."""

from io import BytesIO

import cv2
import numpy as np
import papers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import tenfold
from tenfold.picture.prepare import prepare, prepare_grey
from tenfold.picture.steps import draw_steps

EACH = 60
"""Pictures drawn of each kind."""

EXPECTED = {"faint_pencil": 0.85}
"""The share of digits read right of each kind of picture; 0.93 where none is given."""


def png(picture: np.ndarray) -> bytes:
    order = [2, 1, 0, 3][: picture.shape[2]] if picture.ndim == 3 else slice(None)
    done, content = cv2.imencode(".png", np.ascontiguousarray(picture[..., order]) if picture.ndim == 3 else picture)
    assert done
    return content.tobytes()


@pytest.fixture(scope="module")
def reader() -> tenfold.Reader:
    return tenfold.Reader()


@pytest.mark.parametrize("kind", papers.KINDS)
def test_digits_are_read_from_every_kind_of_picture(mnist, reader, kind):
    digits = [
        reader.digit(png(papers.KINDS[kind](mnist.x_train[50_000 + index], np.random.default_rng(index)))).digit
        for index in range(EACH)
    ]
    right = np.mean([digit == str(label) for digit, label in zip(digits, mnist.y_train[50_000:], strict=False)])
    assert right >= EXPECTED.get(kind, 0.93)


def test_an_image_as_mnist_has_it_comes_back_untouched(mnist, tmp_path):
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "seven.png")
    prepared = prepare(tmp_path / "seven.png")
    assert np.array_equal(prepared.image, mnist.x_test[0])
    assert prepared.steps == ()


def test_the_same_dark_on_light_is_only_inverted(mnist):
    prepared = prepare(png(255 - mnist.x_test[0]))
    assert np.array_equal(prepared.image, mnist.x_test[0])
    assert prepared.steps == ("inverted",)


def test_the_steps_say_what_was_done(mnist):
    ink = papers.strokes(mnist.x_train[0], 200, margin=0.5)
    rules = papers.ruled(ink.shape, 60, np.random.default_rng(1), squared=False)
    page = papers.ink_on(np.maximum(ink, rules), (0, 0, 0), (255, 255, 255)).astype(np.uint8)
    assert prepare(png(page)).steps == ("lines removed", "framed")
    assert "inverted" in prepare(png(255 - page)).steps


@pytest.mark.parametrize("level", [0, 20, 128, 255])
@pytest.mark.parametrize("shape", [(28, 28), (3, 3), (300, 200), (3, 480)])
def test_a_picture_of_one_colour_is_blank(level, shape):
    assert not prepare_grey(np.full(shape, level, np.uint8)).image.any()


def test_paper_in_uneven_light_is_blank():
    blank = [prepare(png(papers.blank_paper(np.random.default_rng(seed)))) for seed in range(20)]
    assert sum(not each.image.any() for each in blank) >= 18


def test_a_detached_bar_stays_and_a_neighbour_goes():
    page = np.full((200, 160), 255, np.uint8)
    cv2.polylines(page, [np.array([(60, 60), (55, 100), (100, 110), (95, 150), (50, 150)])], False, 0, 8)
    alone = prepare_grey(page).image
    cv2.line(page, (72, 44), (108, 42), 0, 8)
    with_bar = prepare_grey(page).image
    assert not np.array_equal(alone, with_bar)
    cv2.line(page, (0, 60), (12, 140), 0, 8)
    assert np.abs(prepare_grey(page).image.astype(int) - with_bar).max() <= 2


def test_a_turn_by_exif_and_a_first_frame_come_first_in_the_steps(mnist):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = BytesIO()
    Image.fromarray(np.rot90(mnist.x_test[0])).save(content, "TIFF", exif=exif)
    prepared = prepare(content.getvalue())
    assert prepared.steps == ("turned",)
    assert np.array_equal(prepared.image, mnist.x_test[0])


def test_stages_are_kept_where_asked_for_and_drawn_as_a_strip(mnist):
    content = png(papers.squared_paper(mnist.x_train[0], np.random.default_rng(0)))
    assert prepare(content).stages == ()
    prepared = prepare(content, stages=True)
    names = [name for name, _ in prepared.stages]
    assert names[0] == "picture"
    assert names[-1] == "28×28"
    strip = Image.open(BytesIO(draw_steps(prepared)))
    assert strip.width > 168 * len(names)


@given(
    arrays(np.uint8, st.tuples(st.integers(3, 50), st.integers(3, 50)), elements=st.integers(0, 255))
    | arrays(np.uint8, st.tuples(st.integers(3, 50), st.integers(3, 50)), elements=st.sampled_from([0, 9, 255]))
)
@settings(deadline=None)
def test_any_page_gives_an_image(page):
    image = prepare_grey(page).image
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8


def test_a_picture_of_an_images_size_is_kept_as_it_came_light_ink_on_dark(mnist):
    spoiled = mnist.x_test[0].copy()
    spoiled[3, :] = 255
    for page in (spoiled, 255 - spoiled):
        assert np.array_equal(prepare_grey(page).as_it_came, spoiled)
    assert prepare_grey(mnist.x_test[0]).as_it_came is None
    assert prepare_grey(np.kron(spoiled, np.ones((2, 2), np.uint8))).as_it_came is None
