"""What is promised of single pictures rests on pictures that neither network learned from."""

from copy import copy
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from sheets import Sheet

import tenfold
from tenfold.calibrate import kinds
from tenfold.calibrate.kinds import cells, cut_digits, held_out_of, keep_kinds, pens, typefaces, worn
from tenfold.data.lines import WrittenNumber
from tenfold.draw.line_examples import BOOKS_HELD_OUT
from tenfold.errors import OptionError
from tenfold.model.promise import HeldOut, without_answers


@pytest.fixture(scope="module")
def model():
    return tenfold.load_model()


@pytest.fixture(autouse=True)
def drawn_by_hands_at_hand(hands, monkeypatch):
    monkeypatch.setattr(kinds, "unlearned_hands", lambda: hands)


@pytest.mark.parametrize("draw", [pens, typefaces, worn])
def test_digits_of_every_kind_are_drawn_alike_again(draw):
    [(first, label), *_] = pairs = list(draw(3, np.random.default_rng(5)))
    [(again, _), *_] = draw(3, np.random.default_rng(5))
    assert len(pairs) == 3
    assert np.array_equal(first, again)
    assert first.dtype == np.uint8
    assert 0 <= label <= 9


def test_most_digits_on_plain_paper_are_read_right_and_refusals_are_the_least_sure(model):
    held_out = held_out_of(model, pens(60, np.random.default_rng(0)))
    assert len(held_out.right) == 60
    assert held_out.right.mean() > 0.85
    assert not held_out.right[held_out.probability == 0].any()


def test_answers_do_not_hang_on_what_was_promised_before(model):
    pictures = list(pens(20, np.random.default_rng(1)))
    bare = copy(model)
    bare.info = replace(model.info, calibration=without_answers(model.info.calibration))
    first, again = held_out_of(model, pictures), held_out_of(bare, pictures)
    assert np.array_equal(first.probability, again.probability)
    assert np.array_equal(first.right, again.right)


def test_digits_are_cut_out_of_cells_of_the_books_held_out(model, mnist, monkeypatch):
    def cell(book, rng):
        sheet, text = Sheet(mnist.x_test, mnist.y_test, 260, 70), f"{rng.integers(100, 1000)}"
        sheet.row(text, 20, 35, 42)
        return WrittenNumber(sheet.page(), text, book)

    rng = np.random.default_rng(0)
    given = [cell(book, rng) for book in (*BOOKS_HELD_OUT, "1") * 3]
    monkeypatch.setattr(kinds, "load_lines", lambda _: given)
    assert 20 <= len(list(cells(model, np.random.default_rng(0)))) <= 3 * 3 * len(BOOKS_HELD_OUT)
    pictures, labels = zip(*islice(cells(model, np.random.default_rng(0)), 30), strict=True)
    digits = tenfold.Reader(model).digits(pictures)
    assert np.mean([digit.digit == str(label) for digit, label in zip(digits, labels, strict=True)]) > 0.6


def test_digits_that_are_cut_off_or_joined_are_not_cut_out(model, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, 260, 70)
    sheet.row("407", 20, 35, 42)
    page = sheet.page()

    def cut(picture):
        cell = WrittenNumber(np.ascontiguousarray(picture), "407", BOOKS_HELD_OUT[0])
        return [label for _, label in cut_digits(model, cell, np.random.default_rng(0))]

    assert cut(page) == [4, 0, 7]
    assert cut(page[35:]) == []
    joined = page.copy()
    joined[34:37, 30:90] = 0
    assert cut(joined) == [7]


def test_a_promise_rests_on_the_kinds_that_the_folder_keeps(model, tmp_path, mnist):
    sure = HeldOut(np.linspace(1, 0.4, 400, dtype=np.float32), np.ones(400, np.bool_))
    kept = keep_kinds(model, {"pens": sure}, tmp_path / "kept")
    picture = next(pens(1, np.random.default_rng(0)))[0]
    assert tenfold.Reader(kept, max_error=0.01).digit(picture).reason in (None, "uncertain")
    with pytest.raises(OptionError):
        tenfold.Reader(kept, max_error=1e-6)
    tiny = tenfold.Reader(kept, max_error=0.001)  # images alone can be promised that, pictures can't
    with pytest.warns(UserWarning, match="nothing is accepted: an error of at most 0.100% cannot be promised"):
        assert tiny.digit(picture).reason == "not-calibrated"
    assert tiny.digit(mnist.x_test[0]).accepted


def test_a_run_of_other_pictures_is_not_calibrated(model, tmp_path):
    sure = HeldOut(np.full(400, 0.9, np.float32), np.ones(400, np.bool_))
    reader = tenfold.Reader(keep_kinds(model, {"pens": sure}, tmp_path / "kept"), max_error=0.01)
    pictures = [picture for picture, _ in worn(40, np.random.default_rng(0))]
    with pytest.warns(UserWarning, match="not calibrated for these"):
        digits = reader.digits(pictures)
    assert not any(digit.accepted for digit in digits)
    assert "not-calibrated" in {digit.reason for digit in digits}
