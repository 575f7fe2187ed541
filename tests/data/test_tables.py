"""CSV as Kaggle has MNIST, and as people make it."""

import gzip
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenfold.data.examples import as_examples
from tenfold.data.tables import csv_is_labelled, parse_csv, read_csv, read_rows, write_csv
from tenfold.errors import DataError

HEADER = "label," + ",".join(f"pixel{index}" for index in range(784))
IMAGES = (np.arange(3 * 784) % 256).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9])
EXAMPLES = as_examples(IMAGES, LABELS, origin="test")


def line(label=5, pixel="0", count=784):
    return ",".join([str(label), *[pixel] * count])


def parse(*lines, end="\n"):
    return parse_csv(io.BytesIO((end.join(lines) + end).encode()), origin="digits.csv")


some_images = st.integers(1, 3).flatmap(
    lambda count: st.tuples(
        arrays.arrays(np.uint8, (count, 28, 28)), arrays.arrays(np.int64, count, elements=st.integers(0, 9))
    )
)
few = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)


class TestCsv:
    @few
    @given(some_images)
    def test_what_is_written_is_read_back(self, tmp_path, data):
        write_csv(tmp_path / "a.csv", as_examples(*data, origin=""))
        read = read_csv(tmp_path / "a.csv")
        assert np.array_equal(read.images, data[0])
        assert np.array_equal(read.labels, data[1])

    def test_the_header_is_kaggles(self, tmp_path):
        write_csv(tmp_path / "a.csv", EXAMPLES)
        assert (tmp_path / "a.csv").read_text().splitlines()[0] == HEADER

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("header", [[], [HEADER], ["\ufeff" + HEADER], ['"label",' + HEADER[6:]]])
    def test_header_and_line_ends_may_differ(self, header, end):
        read = parse(*header, line(5, "255"), line(3), end=end)
        assert read.labels.tolist() == [5, 3]
        assert (read.images[0] == 255).all()
        assert (read.images[1] == 0).all()

    def test_the_last_line_may_lack_its_end_and_blank_lines_count_for_nothing(self):
        read = parse_csv(io.BytesIO(f"{line(1)}\n\n{line(2)}".encode()), origin="x")
        assert read.labels.tolist() == [1, 2]

    def test_quoted_numbers_are_numbers(self):
        assert parse(HEADER, line('"5"', '"17"')).images[0, 0, 0] == 17

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ([""], "expected a CSV file of label,pixel0,…,pixel783, got an empty first line"),
            ([HEADER], "expected at least one image, got none"),
            ([HEADER, line(), line(count=783)], "line 3: expected 785 cells, a label and 784 pixels, got 784"),
            ([line(), line(count=785)], "line 2: expected 785 cells, a label and 784 pixels, got 786"),
            ([HEADER, line(), line(pixel="256")], "line 3: expected a number from 0 to 255 for pixel0, got '256'"),
            ([HEADER, line(pixel="-1")], "line 2: .* pixel0, got '-1'"),
            ([HEADER, line(pixel="200"), line(pixel="0.5")], "0.5 to 200; the first fraction is in line 3"),
            ([HEADER, line(pixel="1.0")], "nothing but 0 and 1, which may be either"),
            ([HEADER, line(pixel="")], "line 2: .* pixel0, got ''"),
            ([HEADER, line(pixel="1e3")], "line 2: .* pixel0, got '1e3'"),
            ([HEADER, line("5.5")], "line 2: expected a whole number from 0 to 255 for label, got '5.5'"),
            ([HEADER, line(pixel="99999999999999999999")], "line 2: .* pixel0, got '99999999999999999999'"),
            ([HEADER, line(), line("seven")], "line 3: .* for label, got 'seven'"),
            ([HEADER, line(), line(10)], "expected labels from 0 to 9, got 10 for image 1"),
            ([HEADER.replace("label", "ink")], "expected 785 columns label,.*, got 785 that start with 'ink'"),
            ([HEADER.removeprefix("label,")], "got 784 pixels without a label; Kaggle's test.csv has no labels: train"),
            (["file,label", "a.png,3"], "expected 785 columns .* got 2 that start with 'file'"),
        ],
    )
    def test_a_malformed_file_is_told_by_line(self, lines, message):
        with pytest.raises(DataError, match=message) as caught:
            parse(*lines)
        assert str(caught.value).startswith("digits.csv")

    def test_line_numbers_are_right_far_into_a_file(self, monkeypatch):
        monkeypatch.setattr("tenfold.data.tables.BLOCK_BYTES", 4000)
        lines = [HEADER, *[line()] * 20, line("x")]
        with pytest.raises(DataError, match="line 22: "):
            parse(*lines)

    @few
    @given(st.text(alphabet='0123456789,.-x\n\r "é', max_size=200))
    def test_any_text_is_read_or_refused(self, text):
        with pytest.raises(DataError, match="expected"):
            parse_csv(io.BytesIO(text.encode()), origin="x")


def cells_of(image, write=str):
    return [write(value) for value in image.ravel().tolist()]


TABLES = {
    "label first": [[str(label), *cells_of(image)] for image, label in zip(IMAGES, LABELS, strict=True)],
    "label last": [[*cells_of(image), str(label)] for image, label in zip(IMAGES, LABELS, strict=True)],
    "label last, named": [
        [*(f"pixel{index}" for index in range(1, 785)), "class"],
        *([*cells_of(image), str(label)] for image, label in zip(IMAGES, LABELS, strict=True)),
    ],
    "row numbers": [
        [str(400 + row), str(label), *cells_of(image)]
        for row, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
    ],
    "row numbers of pandas": [
        ["", "label", *(f"pixel{index}" for index in range(784))],
        *(
            [str(row), str(label), *cells_of(image)]
            for row, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
        ),
    ],
    "floats of numpy.savetxt": [
        [f"{label:.18e}", *cells_of(image, lambda value: f"{value:.18e}")]
        for image, label in zip(IMAGES, LABELS, strict=True)
    ],
    "divided by 255": [
        [str(label), *cells_of(image / 255, lambda value: f"{value:.6g}")]
        for image, label in zip(IMAGES, LABELS, strict=True)
    ],
}


def test_a_line_without_an_end_takes_no_memory():
    with pytest.raises(DataError, match="a line has more than 1,048,576 bytes"):
        parse_csv(io.BytesIO(b"label," + b"0," * (1 << 20)), origin="endless.csv")


class TestTablesAsPeopleMakeThem:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("table", TABLES)
    def test_they_hold_the_same_images_and_labels(self, table, separator):
        read = parse(*(separator.join(row) for row in TABLES[table]))
        assert np.array_equal(read.images, IMAGES)
        assert read.labels.tolist() == LABELS.tolist()

    def test_a_comma_is_the_point_of_fractions_where_semicolons_part_the_cells(self):
        lines = [";".join(row).replace(".", ",") for row in TABLES["divided by 255"]]
        assert np.array_equal(parse(*lines).images, IMAGES)

    def test_a_gzipped_file_is_read_whatever_its_name(self, tmp_path):
        write_csv(tmp_path / "a.csv", EXAMPLES)
        content = gzip.compress((tmp_path / "a.csv").read_bytes())
        (tmp_path / "a.csv").write_bytes(content)
        assert np.array_equal(read_csv(tmp_path / "a.csv").images, IMAGES)
        (tmp_path / "a.csv").write_bytes(content[:-20])
        with pytest.raises(DataError, match="expected a whole gzip file, got a damaged one"):
            read_csv(tmp_path / "a.csv")

    @pytest.mark.parametrize(
        ("lines", "labelled", "ids", "name"),
        [
            ([HEADER.removeprefix("label,"), line(count=783, label=0)], False, (1,), ""),
            (["id," + HEADER.removeprefix("label,"), line(label=7), line(label=9)], False, (7, 9), "id"),
            ([line(count=783, label=0)], False, (1,), ""),
            ([HEADER, line()], True, (1,), ""),
            ([line(), line()], True, (1, 2), ""),
        ],
    )
    def test_rows_to_answer_for_may_lack_labels_and_have_numbers(self, tmp_path, lines, labelled, ids, name):
        (tmp_path / "test.csv").write_text("\n".join(lines))
        rows = read_rows(tmp_path / "test.csv")
        assert csv_is_labelled(tmp_path / "test.csv") == labelled == (rows.labels is not None)
        assert (rows.ids, rows.id_name) == (ids, name)


def test_a_small_gzipped_table_does_not_unpack_to_much(tmp_path, monkeypatch):
    monkeypatch.setattr("tenfold.files.MUCH", 100_000)
    (tmp_path / "own.csv.gz").write_bytes(gzip.compress((line() + "\n").encode() * 2_000))
    with pytest.raises(DataError, match="is refused: its .* bytes unpack to .* no images shrink 200-fold"):
        read_csv(tmp_path / "own.csv.gz")
