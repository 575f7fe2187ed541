"""Places on disk and in stores behave alike, and a store that fails for a moment is asked again."""

import itertools
from typing import ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tenfold.errors import DataError, OptionError, PictureError
from tenfold.scale import stores
from tenfold.scale.stores import StoreError, children, content_at, in_order, joined, kind_of, opened_at, put, remove

CALLS = itertools.count(1)


class Unsteady(MemoryFileSystem):
    """A store of fsspec whose every third call to open a file fails."""

    protocol = "unsteady"
    store: ClassVar = {}
    pseudo_dirs: ClassVar = [""]

    def _open(self, path, mode="rb", **options):
        if next(CALLS) % 3 == 0:
            raise OSError("slow down")
        return super()._open(path, mode, **options)


class Silent(MemoryFileSystem):
    """A store that answers nothing."""

    protocol = "silent"

    def _open(self, path, mode="rb", **options):
        raise OSError("no route to host")


fsspec.register_implementation("unsteady", Unsteady, clobber=True)
fsspec.register_implementation("silent", Silent, clobber=True)


@pytest.fixture(params=["disk", "s3", "fsspec"])
def place(request, tmp_path):
    """A folder that is not there yet: on disk, on an S3 server that fails one call in twenty, in a store of fsspec."""
    if request.param == "disk":
        return str(tmp_path / "new")
    if request.param == "fsspec":
        return "unsteady://new"
    return f"{request.getfixturevalue('bucket')}/stores"


def test_what_is_written_is_found_read_and_removed(place):
    for name in ("b.txt", "a/x.txt", "a.txt"):
        put(joined(place, name), name.encode())
    put(joined(place, "b.txt"), b"again")
    assert list(children(place)) == [("a", True), ("a.txt", False), ("b.txt", False)]
    assert [kind_of(joined(place, name)) for name in ("a", "b.txt", "c")] == ["folder", "file", ""]
    assert content_at(joined(place, "b.txt")) == b"again"
    with opened_at(joined(place, "a", "x.txt")) as stream:
        stream.seek(2)
        assert stream.read() == b"x.txt"
    remove(joined(place, "b.txt"))
    remove(joined(place, "b.txt"))
    assert kind_of(joined(place, "b.txt")) == ""


def test_what_is_not_there_is_an_error_of_the_picture(place):
    with pytest.raises(PictureError, match="there is no such file"):
        content_at(joined(place, "missing.png"))


def test_where_writing_fails_nothing_is_left(place):
    def write():
        with stores.written(joined(place, "half")) as stream:
            stream.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert kind_of(joined(place, "half")) == ""


def test_a_full_disk_is_an_error_that_names_the_file():
    with pytest.raises(DataError, match=r"/dev/full cannot be written: No space left"):
        put("/dev/full", b"content")


def test_a_store_that_never_answers_is_told_from_a_picture_that_is_not_there(monkeypatch):
    monkeypatch.setattr(stores, "WAITS", (0.0, 0.0))
    with pytest.raises(StoreError, match="does not answer: no route to host"):
        put("silent://folder/file", b"content")


def test_an_unknown_store_is_refused_by_name():
    with pytest.raises(OptionError, match="moon://base"):
        kind_of("moon://base/pictures")


def test_names_are_sorted_on_disk_where_there_are_many(monkeypatch):
    monkeypatch.setattr(stores, "RUN", 3)
    names = ["b", "a\nb", "ä", "c\udcff", "a", "e", "d"]
    assert list(in_order(iter(names))) == sorted(names)
