"""Digits as strokes of a pen."""

import gzip
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tenfold.data import strokes
from tenfold.data.strokes import load_strokes, parse_unipen
from tenfold.errors import DataError, FetchError

TEXT = """.INCLUDE        dene.doc

.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 260  500
.PEN_UP
.DT 100
.SEGMENT DIGIT    1-2 ? "4"
.COMMENT 4 13  7
.PEN_DOWN
 10  20
.PEN_UP
.DT 100
.PEN_DOWN
 30  40
 50  60
.PEN_UP
.DT 100
"""


def test_each_digit_has_its_label_its_writer_and_its_strokes():
    eight, four = parse_unipen(TEXT)
    assert (eight.label, eight.writer, len(eight.strokes)) == (8, 12, 1)
    assert (four.label, four.writer, len(four.strokes)) == (4, 13, 2)
    assert all(stroke.dtype == np.float32 for stroke in eight.strokes + four.strokes)


def test_y_runs_downwards():
    assert parse_unipen(TEXT)[0].strokes[0].tolist() == [[267, 167], [260, 0]]


@pytest.mark.parametrize(
    "line", [".COMMENT eight 12 224", ".COMMENT 8", " 267", " 267 333 4", " 267 x"], ids=lambda line: line.strip()
)
def test_a_line_of_another_form_is_named(line: str):
    with pytest.raises(DataError, match=r"line 3: expected UNIPEN text of single digits"):
        parse_unipen(f".COMMENT 8 12 224\n.PEN_DOWN\n{line}\n.PEN_UP\n")


def test_a_point_while_the_pen_is_up_is_refused():
    with pytest.raises(DataError, match="line 2"):
        parse_unipen(".COMMENT 8 12 224\n 267 333\n")


def test_a_digit_without_a_stroke_is_refused():
    with pytest.raises(DataError, match="with a stroke, got 8 with 0 strokes"):
        parse_unipen(".COMMENT 8 12 224\n.PEN_DOWN\n.PEN_UP\n")


@pytest.fixture
def small(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The known set with two digits in each file, packed in the folder that TENFOLD_DATA names."""
    files = tuple(
        replace(file, shape=(len(TEXT),), sha256=sha256(TEXT.encode()).hexdigest()) for file in strokes.PENDIGITS.files
    )
    monkeypatch.setattr(strokes, "PENDIGITS", replace(strokes.PENDIGITS, files=files))
    monkeypatch.setenv("TENFOLD_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "pen-strokes"
    folder.mkdir(parents=True)
    for file in files:
        (folder / f"{file.name}.gz").write_bytes(gzip.compress(TEXT.encode()))
    return folder


def test_a_set_on_this_machine_is_loaded_without_the_network(small):
    assert [digit.label for digit in load_strokes("pendigits", offline=True)] == [8, 4]


def test_writers_of_the_test_set_have_numbers_of_their_own(small):
    assert [digit.writer for digit in load_strokes("pendigits", "train", offline=True)] == [12, 13]
    assert [digit.writer for digit in load_strokes("pendigits", "test", offline=True)] == [42, 43]


def test_a_file_with_another_hash_is_refused(small):
    (small / "pendigits-orig.tra.gz").write_bytes(gzip.compress(TEXT.replace("267", "268").encode()))
    with pytest.raises(FetchError, match=r"pendigits-orig\.tra: expected SHA-256"):
        load_strokes("pendigits", offline=True)


def test_another_name_is_refused():
    with pytest.raises(DataError, match="expected a set of pen strokes, pendigits; got 'mnist'"):
        load_strokes("mnist")


if "TENFOLD_DATA" in os.environ:  # the set is its users', not a part of the tests

    def test_the_known_set_has_the_digits_and_writers_that_its_makers_name():
        train, test = load_strokes("pendigits", "train", offline=True), load_strokes("pendigits", "test", offline=True)
        assert (len(train), len(test)) == (7_494, 3_498)
        assert {digit.writer for digit in train} == set(range(1, 31))
        assert {digit.writer for digit in test} == set(range(31, 45))
