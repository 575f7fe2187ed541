"""A page is read by anything that keeps the seam; a model of other signs is refused by name.

A picture of one line is read whole.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from recognizers import Says, Stub, strip
from sheets import Sheet

import tenfold
from tenfold.arrays import SEPARATORS
from tenfold.errors import ModelError, OptionError
from tenfold.read.options import NumberOptions
from tenfold.read.pages import _not_around_others, _shows_digits, read_page


def read(says, page, **options):
    return tenfold.Reader(says).numbers(page, **options)


@pytest.fixture
def page(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("781528", 200, 150)
    return sheet.page()


def test_a_stub_reads_a_page(page):
    [row] = read_page(Stub(), page, NumberOptions(), file="form.png", number=3)
    assert row.readings[0].text == "444444"
    assert (row.file, row.page, row.row, row.kind) == ("form.png", 3, 0, "boxes")


def test_a_reader_takes_anything_that_keeps_the_seam(page):
    [number] = tenfold.Reader(Stub()).numbers(page)
    assert (number.text, number.accepted) == ("444444", True)
    with pytest.raises(OptionError, match="expected a model folder, a loaded model, or an object with"):
        tenfold.Reader(17)


def test_classes_in_another_order_than_the_alphabet_are_read_right(page):
    [number] = tenfold.Reader(Stub(classes="9876543210")).numbers(page)
    assert number.text == "444444"


def test_an_alphabet_of_other_signs_than_digits_is_read(page):
    reader = tenfold.Reader(Stub("ABCX", "XABC", "C"))
    [number] = reader.numbers(page)
    assert number.text == "CCCCCC"
    [known] = reader.numbers(page, known=["CCCCCC", "ABCABC"])
    assert (known.text, known.matched) == ("CCCCCC", True)
    with pytest.raises(OptionError, match="line 1: expected a number of the signs XABC alone, got '12'"):
        reader.numbers(page, known=["12"])


def test_separators_are_signs_of_lines_alone_and_no_box_holds_one(page):
    [row] = read_page(Stub(alphabet="0123456789" + SEPARATORS), page, NumberOptions())
    assert row.readings[0].text == "444444"
    assert not any(set(reading.text) & set(SEPARATORS) for reading in row.readings)


def test_a_small_picture_of_one_number_is_read_whole(mnist):
    says = Says("27,18")
    [number] = read(says, strip(mnist))
    assert number.text == "27,18"
    assert says.given[0].shape == (48, round(320 * 48 / 90))
    assert (number.quad[0], number.quad[2]) == ((0, 0), (320, 90))


def test_a_small_picture_of_several_lines_is_read_row_by_row(mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, 320, 230)
    for y in (60, 170):
        sheet.row("2718", 20, y, 45)
    numbers = read(Says("31"), sheet.page())
    assert [number.text for number in numbers] == ["31", "31"]
    assert numbers[0].quad[2][1] < 115 < numbers[1].quad[0][1]


def test_a_small_picture_without_a_number_that_is_read_whole_is_looked_at_as_a_page(mnist):
    says = Says("")
    assert list(read(says, strip(mnist))) == []
    assert len({line.shape for line in says.given}) > 2


def test_a_list_is_held_against_digits_and_against_signs_where_it_has_some(mnist):
    for known in (["125", "126", "215"], ["12,5", "1,25", "12,6"]):
        [number] = read(Says("12,5"), strip(mnist), known=known)
        assert (number.text, number.matched) == (known[0], True)


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        (Stub("01234", "0123456789"), "tells single pictures of 0, 1, 2, 3, 4 apart, and reads lines of 0, 1, .* 9"),
        (Stub("0123456789", "0123456789.x"), "numbers on pages take a model that does both in the same signs"),
        (Stub("0123456789x", "0123456789+"), "numbers on pages take a model that does both in the same signs"),
    ],
)
def test_digits_and_lines_in_different_signs_are_refused_by_name(page, stub, message):
    with pytest.raises(ModelError, match=message):
        read_page(stub, page, NumberOptions())


@pytest.mark.parametrize("names", ["01234", "abcde"])
def test_a_model_of_other_classes_reads_single_pictures_and_refuses_pages(few, tmp_path, page, names):
    images, labels = few
    chosen = labels < 5
    classifier = tenfold.DigitClassifier(hidden=(32,), epochs=2)
    classifier.fit(images[chosen], np.array(list(names))[labels[chosen]]).save(tmp_path / "five")
    reader = tenfold.Reader(tmp_path / "five")
    assert {reader.digit(image).digit for image in images[chosen][:60]} <= set(names)
    with pytest.raises(ModelError, match="five reads single digits only"):
        reader.numbers(page)
    with pytest.raises(ModelError, match="five reads single digits only"):
        reader.options(digits=9)


def test_what_is_read_across_the_rows_of_a_table_is_none_of_its_numbers():
    def row(left, top, right, bottom):
        return SimpleNamespace(quad=((left, top), (right, top), (right, bottom), (left, bottom)))

    cells = [row(10 + 40 * column, 10, 40 + 40 * column, 30) for column in range(3)]
    table, line, cell = row(0, 0, 140, 60), row(0, 40, 140, 55), row(0, 0, 60, 40)
    assert _not_around_others([table, *cells, line]) == [*cells, line]
    assert _not_around_others([cell, cells[0]]) == [cell, cells[0]]


@pytest.mark.parametrize(
    ("text", "probability", "shows"),
    [("28", 0.9, True), ("2_", 0.9, True), ("2__", 0.99, False), ("___", 1.0, False), ("281", 0.01, False)],
)
def test_boxes_show_digits_where_half_of_them_hold_what_is_more_likely_one_than_not(text, probability, shows):
    assert _shows_digits(SimpleNamespace(readings=[SimpleNamespace(text=text, probability=probability)])) == shows
