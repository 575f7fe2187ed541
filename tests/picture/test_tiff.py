"""The pages of a TIFF are counted by its directories."""

import struct
from io import BytesIO

import pytest
from benchmarks.bombs import directories
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tenfold.picture.tiff import count_directories, is_tiff


def saved(pages: int, **options) -> bytes:
    stream = BytesIO()
    Image.new("L", (9, 9)).save(
        stream, "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))] * (pages - 1), **options
    )
    return stream.getvalue()


@pytest.mark.parametrize("options", [{}, {"big_tiff": True}])
def test_pages_are_counted(options):
    for pages in (1, 2, 7):
        content = saved(pages, **options)
        assert is_tiff(content)
        assert count_directories(content) == pages


def test_many_are_counted_at_once_and_no_further_than_asked():
    content = directories(80_000)
    assert count_directories(content) == 80_000
    assert count_directories(content, 21) == 21


def test_a_chain_in_a_circle_ends():
    content = bytearray(saved(2))
    first = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, first)[0]
    struct.pack_into("<I", content, first + 2 + 12 * count, first)
    assert count_directories(bytes(content)) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_counted(content):
    assert count_directories(b"II*\0" + content) >= 0
    assert count_directories(b"MM\0+" + content) >= 0
