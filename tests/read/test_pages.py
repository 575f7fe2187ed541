"""A page is read by anything that keeps the seam; a model of other signs is refused by name.

A picture of one line is read whole, and rows are cut where the line recogniser reads a space.
"""

from itertools import pairwise

import numpy as np
import pytest
from sheets import Sheet

import tenfold
from tenfold.arrays import SEPARATORS
from tenfold.errors import ModelError, OptionError
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page
from tenfold.read.types import NumberType


class Stub:
    """Reads every digit as the same sign, surely."""

    def __init__(self, classes: str = "0123456789", alphabet: str = "0123456789", sign: str = "4") -> None:
        self.classes, self.alphabet, self.sign = tuple(classes), alphabet, sign

    def digits(self, images):
        probabilities = np.full((len(images), len(self.classes)), 1e-3, np.float32)
        probabilities[:, self.classes.index(self.sign)] = 1 - 1e-3 * (len(self.classes) - 1)
        return probabilities, np.zeros(len(images), np.float32)

    def lines(self, lines):
        answers = []
        for line in lines:
            columns = np.full((line.shape[1] // 2, len(self.alphabet) + 1), -12.0, np.float32)
            columns[:, -1] = 0.0
            columns[line.shape[1] // 4, -1], columns[line.shape[1] // 4, self.alphabet.index(self.sign)] = -12.0, 0.0
            answers.append(columns)
        return answers


class Says(Stub):
    """Reads the same text in every line with ink, its signs evenly apart, and keeps the lines that it was given."""

    def __init__(self, text: str) -> None:
        super().__init__(alphabet="0123456789" + SEPARATORS)
        self.text, self.given = text, []

    def lines(self, lines):
        self.given += lines
        return [self._say(line) for line in lines]

    def _say(self, line):
        columns = np.full((line.shape[1] // 2, len(self.alphabet) + 1), -12.0, np.float32)
        columns[:, -1] = 0.0
        for place, sign in enumerate(self.text if line.any() else ""):
            column = int((place + 0.5) * len(columns) / len(self.text))
            columns[column, -1], columns[column, self.alphabet.index(sign)] = -12.0, 0.0
        return columns


def strip(mnist, text="2718", width=320, height=90):
    """A small picture of one number."""
    sheet = Sheet(mnist.x_test, mnist.y_test, width, height)
    sheet.row(text, 20, height / 2, 45)
    return sheet.page()


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


def test_signs_beside_digits_are_in_the_text_and_have_their_places(mnist):
    [number] = read(Says("-12,5"), strip(mnist))
    assert number.text == "-12,5"
    assert "".join(digit.digit for digit in number.digits) == "-12,5"
    assert all(digit.probability > 0.99 for digit in number.digits)
    ends = [(digit.quad[0][0], digit.quad[1][0]) for digit in number.digits]
    assert ends[0][0] == number.quad[0][0]
    assert ends[-1][1] == number.quad[1][0]
    assert all(first[0] < first[1] == second[0] for first, second in pairwise(ends))


def test_a_row_is_cut_where_a_space_is_read(mnist):
    left, right = read(Says("27 18"), strip(mnist))
    assert (left.text, right.text) == ("27", "18")
    assert 0 == left.quad[0][0] < left.quad[1][0] <= right.quad[0][0] < right.quad[1][0] == 320
    assert left.quad[1][0] == pytest.approx(160, abs=10)


def test_a_row_of_a_type_is_not_cut(mnist):
    [number] = read(Says("27 18"), strip(mnist), type="id")
    assert (number.text, number.value) == ("27 18", "2718")
    [row] = read_page(Says("27 18"), strip(mnist), NumberOptions(type=NumberType("id")))
    assert len(row.says.signs(row.readings[0].text)) == 5


@pytest.mark.parametrize("text", [" 27", "27 ", " 27 "])
def test_spaces_before_and_behind_a_number_are_not_of_it(mnist, text):
    assert [number.text for number in read(Says(text), strip(mnist))] == ["27"]


def test_signs_do_not_count_as_digits(mnist):
    assert [number.text for number in read(Says("12,5"), strip(mnist), digits=3)] == ["12,5"]
    assert all(sum(map(str.isdigit, each.text)) == 4 for each in read(Says("12,5"), strip(mnist), digits=4))


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
