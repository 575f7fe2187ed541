"""Parquet as Hugging Face has MNIST, and Arrow as its library leaves it on disk."""

import io
import json
import sys

import numpy as np
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenfold.data.arrow import read_arrow, write_parquet
from tenfold.data.examples import as_examples
from tenfold.data.folders import encode_image
from tenfold.errors import DataError

IMAGES = (np.arange(3 * 784) % 256).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9])
EXAMPLES = as_examples(IMAGES, LABELS, origin="test")

some_images = st.integers(1, 3).flatmap(
    lambda count: st.tuples(
        arrays.arrays(np.uint8, (count, 28, 28)), arrays.arrays(np.int64, count, elements=st.integers(0, 9))
    )
)
few = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)


class TestParquet:
    @few
    @given(some_images)
    def test_what_is_written_is_read_back(self, tmp_path, data):
        write_parquet(tmp_path / "a.parquet", as_examples(*data, origin=""))
        read = read_arrow([tmp_path / "a.parquet"])
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
        assert read_arrow([tmp_path / "a.parquet"]).classes == ("Bag", "T-shirt/top")

    def test_parts_are_joined_in_order_and_plain_bytes_are_pictures_too(self, tmp_path):
        paths = []
        for index, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
            paths.append(tmp_path / f"{index}.parquet")
            table = pa.table({"label": [int(label)], "image": [encode_image(image)], "more": ["x"]})
            pq.write_table(table, paths[-1])
        read = read_arrow(paths)
        assert np.array_equal(read.images, IMAGES)
        assert read.labels.tolist() == [7, 0, 9]

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"picture": [b""], "label": [1]}, "expected the columns image and label, got picture, label"),
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
            read_arrow([path])
        assert str(caught.value).startswith(str(path))

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all"])
    def test_another_file_is_told(self, tmp_path, content):
        (tmp_path / "a.parquet").write_bytes(content)
        with pytest.raises(DataError, match="expected a Parquet file, got a damaged or other one"):
            read_arrow([tmp_path / "a.parquet"])

    def test_without_pyarrow_the_way_to_install_it_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(DataError, match=r'pip install "tenfold\[train\]"'):
            write_parquet(tmp_path / "a.parquet", EXAMPLES)

    def test_a_picture_of_another_size_goes_through_what_pictures_are_read_with(self, tmp_path):
        stream = io.BytesIO()
        PIL.Image.new("L", (32, 30)).save(stream, format="PNG")
        pq.write_table(pa.table({"image": [stream.getvalue()], "label": [1]}), tmp_path / "a.parquet")
        assert np.array_equal(read_arrow([tmp_path / "a.parquet"], lambda _: IMAGES[1]).images, IMAGES[1:2])

    def test_a_picture_that_is_only_named_is_told(self, tmp_path):
        kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        pictures = pa.array([{"bytes": None, "path": "a/0.png"}], type=kind)
        pq.write_table(pa.table({"image": pictures, "label": [1]}), tmp_path / "a.parquet")
        with pytest.raises(DataError, match=r"row 0: expected the bytes of a picture, got only its place a/0\.png"):
            read_arrow([tmp_path / "a.parquet"])


def write_arrow(path, images, labels, names=("image", "label"), opener=pa.ipc.new_stream):
    """Write as the library `datasets` does: the stream format, the classes in the metadata."""
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pictures = pa.array([{"bytes": encode_image(image), "path": None} for image in images], type=kind)
    features = {names[0]: {"_type": "Image"}, names[1]: {"_type": "ClassLabel", "names": [str(n) for n in range(10)]}}
    table = pa.table(dict(zip(names, (pictures, pa.array(labels)), strict=True)))
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    with opener(path, table.schema) as writer:
        writer.write_table(table)


class TestArrow:
    @pytest.mark.parametrize("opener", [pa.ipc.new_stream, pa.ipc.new_file])
    @pytest.mark.parametrize("names", [("image", "label"), ("img", "labels")])
    def test_both_formats_and_both_names_are_read(self, tmp_path, opener, names):
        write_arrow(tmp_path / "a.arrow", IMAGES, LABELS, names, opener)
        read = read_arrow([tmp_path / "a.arrow"])
        assert np.array_equal(read.images, IMAGES)
        assert read.labels.tolist() == LABELS.tolist()
        assert read.classes == tuple("0123456789")

    @pytest.mark.parametrize("content", [b"", b"ARROW1", b"no table at all"])
    def test_another_file_is_told(self, tmp_path, content):
        (tmp_path / "a.arrow").write_bytes(content)
        with pytest.raises(DataError, match="expected an Arrow file, got a damaged or other one"):
            read_arrow([tmp_path / "a.arrow"])


def test_a_small_parquet_file_does_not_unpack_to_much(tmp_path):
    column = pa.array([b"the same"], pa.binary()).take(pa.array(np.zeros(1_000_000, np.int64)))
    pq.write_table(pa.table({"image": column, "label": np.zeros(1_000_000, np.int64)}), tmp_path / "own.parquet")
    with pytest.raises(DataError, match="is refused: its .* bytes unpack to .* no images shrink 200-fold"):
        read_arrow([tmp_path / "own.parquet"])


def test_a_name_that_is_no_text_is_a_damaged_file(tmp_path):
    pq.write_table(pa.table({"image": [b""], "label": [1]}), tmp_path / "own.parquet")
    content = (tmp_path / "own.parquet").read_bytes()
    (tmp_path / "own.parquet").write_bytes(content.replace(b"image", b"\xff\xff\xff\xff\xff"))
    with pytest.raises(DataError, match="expected"):
        read_arrow([tmp_path / "own.parquet"])
