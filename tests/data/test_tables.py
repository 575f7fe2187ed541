"""CSV as Kaggle has MNIST, and Parquet as Hugging Face has it."""

import io
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenfold.data.examples import as_examples
from tenfold.data.folders import encode_image
from tenfold.data.tables import parse_csv, read_csv, read_parquet, write_csv, write_parquet
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
            ([HEADER, line(), line(pixel="256")], "line 3: expected a whole .* 0 to 255 for pixel0, got '256'"),
            ([HEADER, line(pixel="-1")], "line 2: .* pixel0, got '-1'"),
            ([HEADER, line(pixel="0.5")], "line 2: .* pixel0, got '0.5'"),
            ([HEADER, line(pixel="")], "line 2: .* pixel0, got ''"),
            ([HEADER, line(pixel="1e2")], "line 2: .* pixel0, got '1e2'"),
            ([HEADER, line(pixel="99999999999999999999")], "line 2: .* pixel0, got '99999999999999999999'"),
            ([HEADER, line(), line("seven")], "line 3: .* for label, got 'seven'"),
            ([HEADER, line(), line(10)], "expected labels from 0 to 9, got 10 for image 1"),
            ([HEADER.replace("label", "digit")], "expected 785 columns label,.*, got 785 that start with 'digit'"),
            ([HEADER.removeprefix("label,")], "got 784 that start with 'pixel0'; Kaggle's test.csv has no labels"),
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


class TestParquet:
    @few
    @given(some_images)
    def test_what_is_written_is_read_back(self, tmp_path, data):
        write_parquet(tmp_path / "a.parquet", as_examples(*data, origin=""))
        read = read_parquet([tmp_path / "a.parquet"])
        assert np.array_equal(read.images, data[0])
        assert np.array_equal(read.labels, data[1])

    def test_the_columns_are_those_of_hugging_face(self, tmp_path):
        write_parquet(tmp_path / "a.parquet", EXAMPLES)
        schema = pq.read_schema(tmp_path / "a.parquet")
        assert schema.field("image").type == pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        assert schema.field("label").type == pa.int64()

    def test_names_of_classes_are_kept(self, tmp_path):
        examples = as_examples(IMAGES, [0, 1, 1], origin="", classes=("Bag", "T-shirt/top"))
        write_parquet(tmp_path / "a.parquet", examples)
        assert read_parquet([tmp_path / "a.parquet"]).classes == ("Bag", "T-shirt/top")

    def test_parts_are_joined_in_order_and_plain_bytes_are_pictures_too(self, tmp_path):
        paths = []
        for index, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
            paths.append(tmp_path / f"{index}.parquet")
            table = pa.table({"label": [int(label)], "image": [encode_image(image)], "more": ["x"]})
            pq.write_table(table, paths[-1])
        read = read_parquet(paths)
        assert np.array_equal(read.images, IMAGES)
        assert read.labels.tolist() == [7, 0, 9]

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"img": [b""], "label": [1]}, "expected the columns image and label, got img, label"),
            ({"image": [b"?"], "label": [1]}, r"row 0: expected a picture \(PNG, .*got a damaged or other file"),
            ({"image": pa.array([None], pa.binary()), "label": [1]}, r"row 0: expected a picture \(PNG"),
            ({"image": [b"?"], "label": ["7"]}, "expected picture bytes and integer labels, got binary and string"),
            ({"image": [{"path": "a.png"}], "label": [7]}, "got struct<path: string> and int64"),
            (
                {"image": [encode_image(IMAGES[0])], "label": pa.array([None], pa.int64())},
                "expected a label in every row, got 1 without",
            ),
            (
                {"image": [encode_image(np.zeros((32, 30), np.uint8))], "label": [1]},
                "row 0: expected a picture of 28×28 pixels, got 30×32",
            ),
            ({"image": [encode_image(IMAGES[0])], "label": [11]}, "expected labels from 0 to 9, got 11"),
            ({"image": pa.array([], pa.binary()), "label": pa.array([], pa.int64())}, "at least one image, got none"),
        ],
    )
    def test_a_malformed_file_is_told(self, tmp_path, columns, message):
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table(columns), path)
        with pytest.raises(DataError, match=message) as caught:
            read_parquet([path])
        assert str(caught.value).startswith(str(path))

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all"])
    def test_another_file_is_told(self, tmp_path, content):
        (tmp_path / "a.parquet").write_bytes(content)
        with pytest.raises(DataError, match="expected a Parquet file, got a damaged or other one"):
            read_parquet([tmp_path / "a.parquet"])

    def test_without_pyarrow_the_way_to_install_it_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(DataError, match=r'pip install "tenfold\[train\]"'):
            write_parquet(tmp_path / "a.parquet", EXAMPLES)


def test_a_line_without_end_is_refused(tmp_path):
    for content in (
        b"1" * 3_000_000,
        ",".join(["label", *("p" for _ in range(784))]).encode() + b"\n" + b"1," * 3_000_000,
    ):
        (tmp_path / "long.csv").write_bytes(content)
        with pytest.raises(DataError, match="a line has more than 1,048,576 bytes: expected a table, line by line"):
            read_csv(tmp_path / "long.csv")


def test_a_small_parquet_file_does_not_unpack_to_much(tmp_path):
    column = pa.array([b"the same"], pa.binary()).take(pa.array(np.zeros(1_000_000, np.int64)))
    table = pa.table({"image": column, "label": np.zeros(1_000_000, np.int64)})
    pq.write_table(table, tmp_path / "own.parquet")
    with pytest.raises(DataError, match="is refused: its .* bytes unpack to .* no images shrink 200-fold"):
        read_parquet([tmp_path / "own.parquet"])


def test_a_name_that_is_no_text_is_a_damaged_file(tmp_path):
    pq.write_table(pa.table({"image": [b""], "label": [1]}), tmp_path / "own.parquet")
    content = (tmp_path / "own.parquet").read_bytes()
    (tmp_path / "own.parquet").write_bytes(content.replace(b"image", b"\xff\xff\xff\xff\xff"))
    with pytest.raises(DataError, match="expected"):
        read_parquet([tmp_path / "own.parquet"])
