"""IDX, the format that MNIST is published in: a magic number, the dimensions, the values, all big-endian."""

import gzip
import math
import zlib
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np

from tenfold.errors import DataError
from tenfold.files import check_unpacked, in_place_of, most_unpacked, opened, read_at_most

__all__ = ["encode_idx", "gunzip", "idx_header", "read_idx", "write_idx"]

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Any]]

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The third byte of the magic number, and the type of value that it announces."""

CODES = {np.dtype(dtype).newbyteorder("="): code for code, dtype in DTYPES.items()}
GZIP_MAGIC = b"\x1f\x8b"
MOST_DIMENSIONS = 32  # NumPy before version 2 could hold no more


def read_idx(path: Path) -> Array:
    """Read the array in an IDX file, which may be gzipped whatever its name is.

    Args:
        path: The file.

    Returns:
        The values in this machine's byte order, writable, in the shape that the file gives.

    Raises:
        DataError: The file cannot be read, is no IDX file, is truncated or is too long.

    Source:
        LeCun, Cortes, Burges, "The MNIST database", section "File formats".
    """
    with opened(path) as stream:
        magic = stream.read(2)
        stream.seek(0)
        if magic != GZIP_MAGIC:
            return _parse(stream, path)
        with gzip.open(stream) as inflated:
            try:
                return _parse(cast(BinaryIO, inflated), path)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DataError(f"{path}: expected a whole gzip file, got a damaged one: {error}") from error


def write_idx(path: Path, array: Array) -> None:
    """Write an array as an IDX file, gzipped where the name ends in `.gz`, whole or not at all.

    Args:
        path: The file; one that is there is replaced.
        array: Values of type uint8, int8, int16, int32, float32 or float64.

    Raises:
        DataError: IDX has no such type, or the file cannot be written.
    """
    content = encode_idx(array)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    with in_place_of(path) as temporary:
        temporary.write_bytes(content)


def encode_idx(array: Array) -> bytes:
    """Give the bytes of an IDX file that holds `array`; errors as for `idx_header`."""
    return idx_header(array.dtype, array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def idx_header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    """Give the bytes that an IDX file starts with: the magic number and the dimensions.

    Raises:
        DataError: IDX has no such type of value, or too many dimensions or values.
    """
    code = CODES.get(dtype.newbyteorder("="))
    if code is None:
        raise DataError(f"expected values that IDX can hold ({', '.join(map(str, CODES))}), got {dtype}")
    if len(shape) > MOST_DIMENSIONS or any(length >= 1 << 32 for length in shape):
        raise DataError(f"expected at most {MOST_DIMENSIONS} dimensions below 2³² each, got {shape}")
    return bytes([0, 0, code, len(shape)]) + b"".join(length.to_bytes(4, "big") for length in shape)


def gunzip(stream: BinaryIO, size: int) -> bytearray:
    """Inflate a gzip stream that is known to hold `size` bytes, and stop one byte after them.

    Raises:
        DataError: The stream is damaged; too short or too long is left to the caller, as for `read_at_most`.
    """
    try:
        with gzip.open(stream) as inflated:
            return read_at_most(cast(BinaryIO, inflated), size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"expected a whole gzip file, got a damaged one: {error}") from error


def _parse(stream: BinaryIO, path: Path) -> Array:
    dtype, shape = _read_header(stream, path)
    size = math.prod(shape) * dtype.itemsize
    packed = path.stat().st_size
    content = read_at_most(stream, min(size, most_unpacked(packed)))
    check_unpacked(len(content), packed, path)
    if len(content) != size:
        got = f"{len(content):,} and then the end" if len(content) < size else "more"
        raise DataError(f"{path}: expected {size:,} bytes of values for shape {shape}, got {got}")
    return np.frombuffer(content, dtype=dtype).astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def _read_header(stream: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if not magic:
        raise DataError(f"{path}: expected an IDX file, got an empty file")
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in DTYPES or magic[3] > MOST_DIMENSIONS:
        raise DataError(
            f"{path}: expected the magic number of an IDX file, such as 00000803 for images or 00000801 "
            f"for labels, got {magic.hex()}"
        )
    dimensions = stream.read(4 * magic[3])
    if len(dimensions) < 4 * magic[3]:
        raise DataError(f"{path}: expected {magic[3]} dimensions in the header, got the end of the file")
    return np.dtype(DTYPES[magic[2]]), tuple(int(length) for length in np.frombuffer(dimensions, dtype=">u4"))
