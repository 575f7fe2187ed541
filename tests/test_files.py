"""Files are written whole or not at all, and a place that cannot be written is noticed before the work."""

import pytest

from tenfold.errors import DataError, ModelError
from tenfold.files import check_folder_writable, check_writable, in_place_of, opened, read_at_most


def left_over(folder):
    return list(folder.glob(".*.part"))


def test_a_file_appears_whole(tmp_path):
    with in_place_of(tmp_path / "deep" / "file") as fresh:
        fresh.write_text("whole")
        assert not (tmp_path / "deep" / "file").exists()
    assert (tmp_path / "deep" / "file").read_text() == "whole"
    assert not left_over(tmp_path / "deep")


def test_what_fails_in_between_leaves_the_old_file(tmp_path):
    (tmp_path / "file").write_text("old")

    def write_half():
        with in_place_of(tmp_path / "file") as fresh:
            fresh.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert (tmp_path / "file").read_text() == "old"
    assert not left_over(tmp_path)


def test_a_writable_place_is_left_as_it_is(tmp_path):
    check_writable(tmp_path / "new" / "out.csv")
    (tmp_path / "old.csv").write_text("old")
    check_writable(tmp_path / "old.csv")
    assert (tmp_path / "old.csv").read_text() == "old"
    check_folder_writable(tmp_path / "more" / "crops")
    check_folder_writable(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"out\.csv cannot be written"):
        check_writable(tmp_path / "file" / "out.csv")
    with pytest.raises(ModelError, match="there is a folder of that name"):
        check_writable(tmp_path, ModelError)
    for folder in (tmp_path / "file", tmp_path / "file" / "crops"):
        with pytest.raises(DataError, match=f"{folder.name} cannot be written to"):
            check_folder_writable(folder)
    for folder in (tmp_path / "new", tmp_path):
        with pytest.raises(DataError, match="cannot be written"):
            check_writable(folder / ("a" * 300))
    assert not (tmp_path / "new").exists()


def test_reading_never_takes_more_than_one_byte_too_many(tmp_path):
    (tmp_path / "file").write_bytes(b"12345")
    with opened(tmp_path / "file") as stream:
        assert read_at_most(stream, 3) == b"1234"
    with opened(tmp_path / "file") as stream:
        assert read_at_most(stream, 9) == b"12345"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="none cannot be read: there is no such file"), opened(tmp_path / "none"):
        pass
