"""Pictures of one number each."""

import hashlib
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tenfold.data import lines
from tenfold.data.lines import load_lines
from tenfold.errors import DataError, FetchError

LABELS = "file,label,book\na.png,17.6,6118\nb.png,203,6319\n"


@pytest.fixture
def cells(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "weather-cells"
    folder.mkdir(parents=True)
    (folder / "labels.csv").write_text(LABELS)
    PIL.Image.fromarray(np.full((5, 9), 200, dtype=np.uint8)).save(folder / "a.png")
    PIL.Image.fromarray(np.full((7, 4, 3), 30, dtype=np.uint8)).save(folder / "b.png")
    return folder


@pytest.fixture
def known(cells: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The known set with two pictures, hashed by the command that its description names."""
    command = ["bash", "-c", "LC_ALL=C sha256sum * | sha256sum"]
    sha256 = subprocess.run(command, cwd=cells, capture_output=True, check=True).stdout.decode().split()[0]
    monkeypatch.setattr(lines, "WEATHER_CELLS", replace(lines.WEATHER_CELLS, sha256=sha256, count=2))
    monkeypatch.setenv("TENFOLD_DATA", str(cells.parent))
    return cells


def test_each_number_has_its_grey_picture_its_text_and_its_book(cells):
    first, second = load_lines(cells)
    assert (first.text, first.book, first.picture.shape) == ("17.6", "6118", (5, 9))
    assert (second.text, second.book, second.picture.shape) == ("203", "6319", (7, 4))
    assert second.picture.dtype == np.uint8
    assert (second.picture == 30).all()


def test_the_known_set_is_found_where_tenfold_data_says(known):
    assert [number.text for number in load_lines("weather-cells")] == ["17.6", "203"]


def test_the_known_set_is_found_in_the_cache(known, home):
    home.mkdir()
    known.rename(home / "weather-cells")
    assert len(load_lines()) == 2


@pytest.mark.parametrize("changed", ["a.png", "labels.csv"])
def test_a_known_set_with_another_content_is_refused(known, changed):
    (known / changed).write_bytes((known / changed).read_bytes() + b"\n")
    with pytest.raises(FetchError, match=r"weather-cells: expected SHA-256 \w{64}, got \w{64}"):
        load_lines()


def test_a_known_set_with_a_file_too_many_is_refused(known):
    (known / "c.png").write_bytes(b"")
    with pytest.raises(FetchError, match="expected SHA-256"):
        load_lines()


def test_where_the_known_set_is_not_here_the_error_says_where_to_get_it_and_how_to_lay_it_out(home, monkeypatch):
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    with pytest.raises(FetchError, match=r"there is no such folder(.|\n)*zenodo\.7104838(.|\n)*file,label,book"):
        load_lines()


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"labels\.csv cannot be read"):
        load_lines(tmp_path)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("file,label\na.png,1\n", "expected the columns file, label and book, got file, label"),
        ("file,label,book\n", "expected at least one picture, got none"),
        ("file,label,book\na.png,,6118\n", "line 2: expected a file, a label and a book, got an empty cell"),
    ],
)
def test_labels_without_a_column_a_row_or_a_cell_are_refused(cells, labels, message):
    (cells / "labels.csv").write_text(labels)
    with pytest.raises(DataError, match=message):
        load_lines(cells)


def test_a_damaged_picture_is_named(cells):
    (cells / "a.png").write_bytes(hashlib.sha256().digest())
    with pytest.raises(DataError, match=r"a\.png: expected a picture"):
        load_lines(cells)


if "TENFOLD_DATA" in os.environ:  # the set is its users', not a part of the tests

    def test_the_known_set_has_its_pictures_and_books():
        numbers = load_lines("weather-cells")
        assert len(numbers) == 6_565
        assert len({number.book for number in numbers}) == 36
