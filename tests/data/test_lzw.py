"""Files of the Unix tool compress."""

import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold.data.lzw import uncompress
from tenfold.errors import DataError

ABCS = b"abababababab" * 40 + bytes(range(256)) * 5
TEXTS = st.one_of(
    st.binary(max_size=2_000),
    st.text("01\n", max_size=20_000).map(str.encode),
    st.tuples(st.binary(min_size=1, max_size=20), st.integers(1, 2_000)).map(lambda pair: pair[0] * pair[1]),
)


def with_gzip(packed: bytes) -> bytes:
    command = ["gzip", "-dc"]
    return subprocess.run(command, input=packed, capture_output=True, check=True).stdout


@given(TEXTS, st.integers(9, 16), st.booleans(), st.one_of(st.none(), st.integers(1, 600)))
def test_what_was_packed_comes_back(compress, content, most_bits, block_mode, clear_every):
    packed = compress(content, most_bits=most_bits, block_mode=block_mode, clear_every=clear_every)
    assert uncompress(packed, len(content)) == content


@pytest.mark.parametrize("most_bits", [12, 16])
@pytest.mark.parametrize("clear_every", [None, 300])
def test_gzip_reads_the_same(compress, most_bits, clear_every):
    content = b"".join(b"%d %d\n" % (n * n % 501, n * 7 % 499) for n in range(20_000))
    packed = compress(content, most_bits=most_bits, clear_every=clear_every)
    assert with_gzip(packed) == content
    assert uncompress(packed, len(content)) == content


def test_no_more_than_one_byte_past_the_size_is_unpacked(compress):
    assert uncompress(compress(ABCS), 10) == ABCS[:11]


def test_a_truncated_file_gives_less(compress):
    packed = compress(ABCS)
    assert len(uncompress(packed[: len(packed) // 2], len(ABCS))) < len(ABCS)


@pytest.mark.parametrize("content", [b"", b"\x1f\x9d", b"\x1f\x8b\x90aaaa", b"\x1f\x9d\x88aaaa", b"\x1f\x9d\x91aaaa"])
def test_another_file_is_refused(content):
    with pytest.raises(DataError, match=r"expected a whole \.Z file"):
        uncompress(content, 100)


@given(st.binary(max_size=300))
def test_a_damaged_file_gives_bytes_or_a_data_error(damage):
    with suppress(DataError):
        assert len(uncompress(b"\x1f\x9d\x90" + damage, 1_000)) <= 1_001
