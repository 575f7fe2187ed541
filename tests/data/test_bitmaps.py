"""Digits as bitmaps of 32×32."""

import gzip
import os
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from tenfold.data import bitmaps
from tenfold.data.bitmaps import load_bitmaps, parse_bitmaps
from tenfold.errors import DataError

HEADER = "Writer-independent test file\n\nentwidth = 32\nntot = 2\n"
BAR = "\n".join("0" * 31 + "1" for _ in range(32))
BLANK = "\n".join("0" * 32 for _ in range(32))
TEXT = f"{HEADER}{BAR}\n 1\n{BLANK}\n 0\nEOF\n"


def test_ink_is_255_and_paper_0():
    found = parse_bitmaps(TEXT)
    assert found.images.shape == (2, 32, 32)
    assert found.images.dtype == np.uint8
    assert (found.images[0, :, 31] == 255).all()
    assert found.images.sum() == 255 * 32
    assert found.labels.tolist() == [1, 0]
    assert found.labels.dtype == np.int64


@pytest.mark.parametrize(
    "text",
    [HEADER, "", TEXT.replace(" 0\n", ""), TEXT.replace(" 1\n", " x\n"), TEXT.replace("01\n", "02\n", 1), BAR],
    ids=["no bitmap", "nothing", "a label missing", "no digit", "another sign", "cut off"],
)
def test_a_text_of_another_form_is_refused(text: str):
    with pytest.raises(DataError, match="expected 32 lines of 32 signs"):
        parse_bitmaps(text)


def test_a_set_on_this_machine_is_loaded_without_the_network(home, tmp_path, monkeypatch):
    known = bitmaps.OPTDIGITS
    file = replace(known.files[0], shape=(len(TEXT),), sha256=sha256(TEXT.encode()).hexdigest())
    monkeypatch.setattr(bitmaps, "OPTDIGITS", replace(known, files=(file,)))
    monkeypatch.setenv("TENFOLD_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "scanned-32").mkdir(parents=True)
    (tmp_path / "data" / "scanned-32" / "optdigits-orig.windep.gz").write_bytes(gzip.compress(TEXT.encode()))
    assert load_bitmaps(offline=True).labels.tolist() == [1, 0]


def test_another_name_is_refused():
    with pytest.raises(DataError, match="expected a set of bitmaps, optdigits; got 'mnist'"):
        load_bitmaps("mnist")


if "TENFOLD_DATA" in os.environ:  # the set is its users', not a part of the tests

    def test_the_known_set_has_as_many_of_each_digit_as_its_makers_say():
        counts = np.bincount(load_bitmaps(offline=True).labels)
        assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # optdigits-orig.names, 9
