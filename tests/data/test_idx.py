"""IDX files: what is written is read back, and what is damaged is told."""

import gzip
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenfold.data.idx import read_idx, write_idx
from tenfold.errors import DataError
from tenfold.files import in_place_of

DTYPES = ["uint8", "int8", "int16", "int32", "float32", "float64"]
IMAGES_HEADER = bytes.fromhex("00000803 00000002 0000001c 0000001c")

any_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def written(path, content):
    path.write_bytes(content)
    return path


@any_folder
@given(
    array=st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
    ),
    name=st.sampled_from(["some-idx", "some-idx.gz"]),
)
def test_what_is_written_is_read_back(tmp_path, array, name):
    write_idx(tmp_path / name, array)
    read = read_idx(tmp_path / name)
    assert read.dtype == array.dtype
    assert read.shape == array.shape
    assert read.tobytes() == array.tobytes()


def test_values_are_big_endian_in_the_file_and_native_in_memory(tmp_path):
    path = written(tmp_path / "x", bytes.fromhex("00000c01 00000002 00000001 fffffffe"))
    assert read_idx(path).tolist() == [1, -2]
    assert read_idx(path).dtype == np.dtype("=i4")


def test_gzip_is_recognised_whatever_the_name(tmp_path):
    path = written(tmp_path / "plain-name", gzip.compress(IMAGES_HEADER + bytes(2 * 784)))
    assert read_idx(path).shape == (2, 28, 28)


def test_arrays_can_be_written_to(tmp_path):
    path = written(tmp_path / "x", IMAGES_HEADER + bytes(2 * 784))
    read_idx(path)[0] = 1


def test_the_same_array_makes_the_same_gzip_file(tmp_path):
    for name in ("a.gz", "b.gz"):
        write_idx(tmp_path / name, np.arange(9, dtype=np.uint8))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an IDX file, got an empty file"),
        (b"\x89PNG\r\n\x1a\n", "expected the magic number of an IDX file, such as 00000803 .* got 89504e47"),
        (bytes.fromhex("00000703 00000001"), "got 00000703"),
        (bytes.fromhex("000008ff 00000001"), "got 000008ff"),
        (b"\0\0", "got 0000$"),
        (bytes.fromhex("00000803 00000001"), "expected 3 dimensions in the header, got the end of the file"),
        (IMAGES_HEADER + bytes(1567), r"expected 1,568 bytes .* shape \(2, 28, 28\), got 1,567 and then the end"),
        (IMAGES_HEADER + bytes(1569), r"expected 1,568 bytes of values for shape \(2, 28, 28\), got more"),
        (gzip.compress(IMAGES_HEADER + bytes(1568), mtime=0)[:-9], "expected a whole gzip file, got a damaged one"),
        (gzip.compress(IMAGES_HEADER + bytes(99_999_999), mtime=0), "expected 1,568 bytes .* got more"),
        (b"\x1f\x8b not gzip at all", "expected a whole gzip file, got a damaged one"),
    ],
)
def test_a_damaged_file_is_told(tmp_path, content, message):
    path = written(tmp_path / "file", content)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path)
    assert str(caught.value).startswith(str(path))


@any_folder
@given(content=st.binary(max_size=60), packed=st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path, content, packed):
    path = written(tmp_path / "file", gzip.compress(content) if packed else content)
    with suppress(DataError):
        read_idx(path)


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_that_promises_a_terabyte_takes_no_memory(tmp_path, packed):
    content = bytes.fromhex("00000803 00010000 00001000 00001000") + bytes(10)
    path = written(tmp_path / "file", gzip.compress(content) if packed else content)
    script = """
import resource, sys
from pathlib import Path
from tenfold.data.idx import read_idx
from tenfold.errors import DataError
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    read_idx(Path(sys.argv[1]))
except DataError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True)
    assert "expected 1,099,511,627,776 bytes" in done.stdout
    assert "got 10 and then the end" in done.stdout


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(DataError, match="nothing cannot be read: there is no such file"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(DataError, match="cannot be read: expected a file, got a folder"):
        read_idx(tmp_path)


def test_a_file_without_permission_is_told(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "file").touch()
    monkeypatch.setattr(Path, "open", refuse)  # root, as which tests may run, is refused nothing
    with pytest.raises(DataError, match="file cannot be read: no permission"):
        read_idx(tmp_path / "file")


def test_a_type_that_idx_has_not_is_refused(tmp_path):
    with pytest.raises(DataError, match="expected values that IDX can hold .* got int64"):
        write_idx(tmp_path / "file", np.zeros(3, dtype=np.int64))
    assert list(tmp_path.iterdir()) == []


class TestWritingInPlace:
    def test_a_failure_leaves_the_old_file_and_nothing_else(self, tmp_path):
        path = written(tmp_path / "file", b"old")

        def write_half():
            with in_place_of(path) as temporary:
                temporary.write_bytes(b"ha")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_half()
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path):
        path = written(tmp_path / "file", b"")
        with pytest.raises(DataError, match="cannot be written"):
            write_idx(path / "inside", np.zeros(3, dtype=np.uint8))


def test_a_small_file_does_not_unpack_to_much(tmp_path):
    file = tmp_path / "images.gz"
    count = 200_000
    file.write_bytes(gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", count, 28, 28) + bytes(784 * count)))
    with pytest.raises(DataError, match="images.gz is refused: its .* bytes unpack to .* no images shrink 200-fold"):
        read_idx(file)
