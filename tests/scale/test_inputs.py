"""Inputs are listed once, in the order of one machine, and cut into ranges."""

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tenfold.cli.inputs import files
from tenfold.errors import DataError, OptionError
from tenfold.scale.inputs import Span, count_all, listed, picture_column, read_list, rows_in, slices, write_list
from tenfold.scale.stores import put


@pytest.fixture
def folder(tmp_path):
    for name in ("a/2.png", "a/10.png", "a.png", "a b/x.PDF", "b.txt", "c/d/e.tif", ".hidden.jpg", "odd\udcff.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    return tmp_path


def test_the_order_is_that_of_one_machine(folder):
    given = [str(folder), str(folder / "*.png"), str(folder / "**/*.tif"), str(folder / "missing*.png"), "none.png"]
    assert list(listed(given)) == list(files(given))


def test_stores_are_listed_as_disks_are(bucket):
    for name in ("a/2.png", "a/10.png", "a.png", "b.txt", "c/d/e.tif"):
        put(f"{bucket}/listed/{name}", b"x")
    place = f"{bucket}/listed"
    assert list(listed([place])) == [f"{place}/{name}" for name in ("a/10.png", "a/2.png", "a.png", "c/d/e.tif")]
    assert list(listed([f"{place}/*/*.png"])) == [f"{place}/a/10.png", f"{place}/a/2.png"]
    assert list(listed([f"{place}/**/*.tif"])) == [f"{place}/c/d/e.tif"]
    assert list(listed([f"{place}/*.gif"])) == [f"{place}/*.gif"]


def test_standard_input_is_refused():
    with pytest.raises(OptionError, match="standard input"):
        list(listed(["-"]))


def test_the_list_comes_back_as_it_was_whatever_names_hold(tmp_path):
    names = ["a.png", "odd\udcff\n.png", "s3://bucket/ü.pdf"]
    write_list(str(tmp_path / "list"), iter(names), lambda some: range(1, len(some) + 1))
    assert list(read_list(str(tmp_path / "list"))) == [Span(name, 0, end) for end, name in enumerate(names, 1)]


@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 40), max_size=8, unique=True))
def test_slices_hold_just_the_inputs_of_their_ranges(lengths, edges):
    spans = [Span(str(place), 0, length) for place, length in enumerate(lengths)]
    flat = [(span.file, row) for span in spans for row in range(span.first, span.end)]
    edges = sorted(edge for edge in edges if edge <= len(flat))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    found = list(slices(spans, ranges))
    assert [first for first, _ in found] == [first for first, _ in ranges]
    for (_, inside), (first, end) in zip(found, ranges, strict=True):
        assert [(each.file, row) for each in inside for row in range(each.first, each.end)] == flat[first:end]


def test_pages_are_counted_and_what_cannot_be_opened_counts_as_one(tmp_path):
    from PIL import Image

    page = Image.new("L", (60, 60), 255)
    page.save(tmp_path / "three.tif", save_all=True, append_images=[page, page])
    page.save(tmp_path / "two.pdf", save_all=True, append_images=[page])
    assert count_all(["three.tif", "two.pdf", "missing.pdf"], str(tmp_path)) == [3, 2, 1]


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"image": [{"bytes": b"x", "path": "x.png"}], "label": [1]}, "image"),
        ({"scan": [b"x"], "label": [1]}, "scan"),
        ({"other": [b"x"], "content": [b"x"]}, "content"),
        ({"one": [b"x"], "two": [b"x"]}, None),
        ({"label": [1]}, None),
    ],
)
def test_the_column_of_pictures_is_found_or_asked_for(tmp_path, columns, column):
    table = pyarrow.table(columns)
    parquet.write_table(table, tmp_path / "table.parquet")
    if column:
        assert picture_column(table.schema) == column
        assert rows_in(str(tmp_path / "table.parquet")) == 1
    else:
        with pytest.raises(DataError, match="expected one column"):
            rows_in(str(tmp_path / "table.parquet"))
