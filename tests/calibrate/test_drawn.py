"""What the model that ships promises about whole numbers rests on drawn pages, each number found at its place."""

import numpy as np
import pytest

import tenfold
from tenfold.calibrate.drawn import (
    answers_alone,
    answers_on,
    blind_list,
    cut_outs,
    pen_digits,
    portions,
    truth,
    unlearned,
)
from tenfold.draw.pages import draw_page
from tenfold.draw.sheets import DigitGlyphs


@pytest.fixture(scope="module")
def page():
    return draw_page(DigitGlyphs(*unlearned()), "boxes", 7, faults=False)


def test_digits_that_were_never_learned_from_are_one_in_ten(mnist):
    images, labels = unlearned()
    assert (len(images), len(labels)) == (6000, 6000)
    assert np.array_equal(images[1], mnist.x_train[10])


def test_a_number_is_known_by_its_place(page):
    for number in page.numbers:
        assert truth(page, number.quad) == number.text
    assert truth(page, ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))) == ""


@pytest.mark.parametrize("written", ["781528989", "42"])
def test_numbers_of_a_blind_list_differ_from_the_true_one_in_two_places(written):
    listed = blind_list(np.random.default_rng(3), written)
    assert len(set(listed)) == len(listed)
    assert {len(number) for number in listed} == {len(written)}
    others = [number for number in listed if number != written]
    assert min(sum(a != b for a, b in zip(number, written, strict=True)) for number in others) >= 2


def test_the_true_number_is_missing_from_one_list_in_ten():
    rng = np.random.default_rng(0)
    missing = sum("42" not in blind_list(rng, "42") for _ in range(400))
    assert 20 <= missing <= 60


def test_every_number_of_a_page_is_answered_alone_and_beside_a_list(page):
    answered = list(answers_on(tenfold.load_model(), page, True, np.random.default_rng(0)))
    kinds = [kind for kind, _ in answered]
    assert kinds.count("boxes") == len(page.numbers)
    assert 0 < kinds.count("list") <= len(page.numbers)
    assert np.mean([right for kind, (_, right) in answered if kind == "boxes"]) > 0.5


def test_pictures_of_one_number_are_drawn_by_hands_that_nothing_was_learned_from():
    drawn = list(cut_outs(12, np.random.default_rng(0)))
    assert len(drawn) == 12
    assert all(picture.dtype == np.uint8 and " " not in text for picture, text in drawn)
    assert any(text for _, text in drawn)


def test_a_picture_of_one_number_is_answered_once_and_wrong_where_it_says_another():
    drawn = [(picture, text) for picture, text in cut_outs(40, np.random.default_rng(1)) if text]
    model = tenfold.load_model()
    answered = list(answers_alone(model, drawn))
    assert np.mean([right for _, right in answered]) > 0.4
    assert not any(right for _, right in answers_alone(model, [(picture, "") for picture, _ in drawn]))
    commas = [(picture, text.replace(".", ",")) for picture, text in drawn]
    assert list(answers_alone(model, commas)) == answered


def test_boxes_are_filled_in_by_people_of_whom_nothing_was_learned():
    people = pen_digits(60, np.random.default_rng(0))
    page = draw_page(people, "boxes", 7, faults=False)
    answered = list(answers_on(tenfold.load_model(), page, False, np.random.default_rng(0)))
    assert len(answered) == len(page.numbers)
    assert np.mean([right for _, (_, right) in answered]) > 0.5


def test_what_promises_rest_on_is_shared_out_and_the_same_whoever_reads_it():
    all_of_it, some = portions(), portions(0.02)
    assert all_of_it.keys() == some.keys()
    assert len(all_of_it["pages of boxes"]) == 170
    assert len(some["pages of boxes"]) == 3
    page, people = some["pages of boxes"][1], some["pages of combs by people"][0]
    answered = page()
    assert {kind for kind, _ in answered} == {"boxes", "list"}
    assert answered == page()
    assert {kind for kind, _ in people()} == {"pens"}
    assert {kind for kind, _ in some["pictures of one number, 50 at once"][0]()} == {"alone"}
