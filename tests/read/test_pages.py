"""A page is read by anything that keeps the seam; a model of other signs is refused by name."""

import numpy as np
import pytest
from sheets import Sheet

import tenfold
from tenfold.errors import ModelError, OptionError
from tenfold.read.options import NumberOptions
from tenfold.read.pages import read_page


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


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        (Stub("01234", "0123456789"), "tells single pictures of 0, 1, 2, 3, 4 apart, and reads lines of 0, 1, .* 9"),
        (Stub("0123456789", "0123456789+"), "numbers on pages take a model that does both in the same signs"),
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
