"""The clicks of a review are counted as the page asks for them."""

import numpy as np
import pytest
from benchmarks.review import KEY, LOOK, TAP, THINK, Doubt, marked_is_wrong, simulate

from tenfold.serve.store import NewReview, ReviewStore


def doubt(written: str, *readings: str) -> Doubt:
    alternatives = tuple((text, 0.5) for text in readings)
    new = NewReview(
        b"".join(text.encode() for text in readings),
        np.zeros((0, 28, 28), np.uint8),
        readings[0],
        0.5,
        "uncertain",
        "reader",
        alternatives=alternatives,
    )
    return Doubt(written, None, new, None)  # type: ignore[arg-type]


def test_looks_taps_and_keys_are_added_up(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    found = [
        doubt("4711", "4711", "4111"),
        doubt("4111", "4711", "4111"),
        doubt("4011", "4711", "4111", "4911"),
        doubt("4012", "4711", "4111"),
    ]
    counted = simulate(store, found)
    assert store.left() == 0
    assert [review.label for review in store.everything()] == ["4711", "4111", "4011", "4012"]
    store.close()
    assert (counted["sheets"], counted["taps"], counted["typed"], counted["keys"]) == (1, 3, 2, 1 + 4 + 2)
    assert (counted["wrong"], counted["seen"]) == (3, 3)
    assert counted["marked"] == pytest.approx(4 * LOOK + 3 * TAP + 7 * KEY + 3 * LOOK + 2 * THINK)
    assert counted["whole"] == pytest.approx(counted["marked"] + 4 * LOOK)


def test_what_is_wrong_beside_the_mark_is_not_seen():
    assert marked_is_wrong(["4711", "4111"], "4111")
    assert marked_is_wrong(["4711", "4111"], "4911")
    assert not marked_is_wrong(["4711", "4111"], "4712")
    assert marked_is_wrong(["4711", "4111"], "471")
