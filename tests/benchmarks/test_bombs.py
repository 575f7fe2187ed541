"""Bombs are small to send and as large to open as they say."""

import zlib

import pytest
from benchmarks.bombs import BOMBS, zeros


@pytest.mark.parametrize("count", [0, 1, 1 << 20, (3 << 20) + 7])
def test_zeros_unpack_to_zeros(count):
    assert zlib.decompress(zeros(count)) == bytes(count)


@pytest.mark.parametrize("name", ["forms 10 wide, 12 deep", "900 million pixels as PNG", "80,000 directories"])
def test_bombs_are_small(name):
    assert len(BOMBS[name]()) < 8_000_000
