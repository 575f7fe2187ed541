"""PP-OCRv6's recogniser answers as a line recogniser does, and where it is not installed the extra is named."""

import cv2
import numpy as np
import pytest

from tenfold.errors import ModelError, OptionError
from tenfold.model import ocr
from tenfold.model.ocr import OcrRecognizer, plain_line
from tenfold.read.ctc import most_probable


@pytest.fixture(scope="module")
def recognizer():
    return OcrRecognizer(threads=1)


def line(text: str, width: int) -> np.ndarray:
    drawn = np.zeros((48, width), np.uint8)
    return cv2.putText(drawn, text, (6, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 2, cv2.LINE_AA)


def test_lines_of_any_widths_are_read_in_their_order(recognizer):
    answers = recognizer([line("2704", 120), line("59", 64), line("3186", 120)])
    assert [most_probable(columns, 1, recognizer.alphabet)[0] for columns in answers] == ["2704", "59", "3186"]
    assert [columns.shape for columns in answers] == [(16, 11), (9, 11), (16, 11)]
    assert answers[0].dtype == np.float32


def test_columns_are_log_probabilities_of_the_alphabet_and_the_blank(recognizer):
    [columns] = recognizer([line("17", 70)])
    assert np.exp(columns).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert columns[-1].argmax() == 10


def test_a_line_is_answered_alike_whatever_is_asked_beside_it(recognizer):
    one, other = line("48", 80), line("1234567", 300)
    np.testing.assert_array_equal(recognizer([one])[0], recognizer([other, one])[1])


def test_an_empty_line_holds_no_number(recognizer):
    [columns] = recognizer([np.zeros((48, 96), np.uint8)])
    assert most_probable(columns, 1, recognizer.alphabet) == [""]


@pytest.mark.parametrize("ink", [40, 230])
def test_a_picture_is_read_as_it_is_dark_on_light_or_light_on_dark(recognizer, ink):
    paper = 255 - ink
    picture = cv2.putText(
        np.full((96, 200), paper, np.uint8), "6291", (12, 76), cv2.FONT_HERSHEY_SIMPLEX, 2.2, ink, 4, cv2.LINE_AA
    )
    line = plain_line(picture)
    assert line.shape == (48, 100)
    [columns] = recognizer([line])
    assert most_probable(columns, 1, recognizer.alphabet) == ["6291"]


def test_a_plain_line_is_black_where_the_picture_is_and_never_wider_than_768():
    assert plain_line(np.zeros((20, 900), np.uint8)).shape == (48, 768)
    assert plain_line(np.zeros((96, 3), np.uint8)).shape == (48, 8)
    assert plain_line(np.zeros((30, 30), np.uint8)).min() == 255


def test_no_lines_are_no_trouble(recognizer):
    assert recognizer([]) == []


def test_separators_are_read_where_they_are_asked_for():
    recognizer = OcrRecognizer("0123456789.,/-:+' ", threads=1)
    [columns] = recognizer([line("20/07", 150)])
    assert columns.shape[1] == 19
    assert most_probable(columns, 1, recognizer.alphabet) == ["20/07"]


def test_a_sign_that_it_does_not_read_is_refused():
    with pytest.raises(OptionError, match="PP-OCRv6 reads no 'ᚠ'"):
        OcrRecognizer("01ᚠ", threads=1)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(ocr, "PACKAGE", "no_such_package")
    with pytest.raises(OptionError, match=r"pip install 'tenfold\[ocr\]'"):
        OcrRecognizer(threads=1)


def test_a_version_without_the_file_is_refused(monkeypatch):
    monkeypatch.setattr(ocr, "FILE", ocr.FILE.with_name("PP-OCRv99.onnx"))
    with pytest.raises(OptionError, match=r"does not bring PP-OCRv99\.onnx"):
        OcrRecognizer(threads=1)


def test_a_file_that_names_no_characters_is_refused(monkeypatch):
    monkeypatch.setattr(ocr, "FILE", ocr.FILE.with_name("ch_ppocr_mobile_v2.0_cls_mobile.onnx"))
    monkeypatch.setattr(ocr, "CHARACTERS", b"\n\tno such thing\x12")
    with pytest.raises(ModelError, match="does not say which characters"):
        OcrRecognizer(threads=1)
