"""What waits for review is told by likeness, decided together, and matched with a list again."""

import numpy as np
import pytest

import tenfold
from tenfold.read.lists import Known
from tenfold.serve.alike import decide_all, match_again, waiting_alike
from tenfold.serve.audits import Audits
from tenfold.serve.store import NewReview, ReviewStore


def review(guess, *alternatives, crop=None):
    crop = crop or f"{guess}{alternatives}".encode()
    images = np.zeros((0, 28, 28), np.uint8)
    return NewReview(crop, images, guess, 0.5, "uncertain", "reader", alternatives=((guess, 0.5), *alternatives))


@pytest.fixture
def store(tmp_path):
    found = ReviewStore(str(tmp_path / "review.db"))
    yield found
    found.close()


def test_what_is_doubted_for_the_same_reason_stands_together_the_most_frequent_first(store):
    store.add(
        review("4711", ("4111", 0.4)),
        review("9"),
        review("127", ("121", 0.3)),
        review("127", ("27", 0.3)),
        review("78", ("18", 0.3)),
        NewReview(b"", np.zeros((0, 28, 28), np.uint8), None, 0.0, "blank", "reader"),
        review("55"),
    )
    found = waiting_alike(store, 10)
    assert found.left == 7
    assert found.groups == {"7 or 1": 3, "9": 1, "more or fewer signs": 1, "not read": 1, "one reading": 1}
    assert [each.review.guess for each in found.reviews][:3] == ["4711", "127", "78"]
    assert found.reviews[0].alternatives == (("4711", 0.5), ("4111", 0.4))
    some = waiting_alike(store, 2, without=[1, 3])
    assert [each.review.id for each in some.reviews] == [5, 2]
    assert some.left == 7


def test_the_same_picture_is_flagged_even_where_the_first_is_decided(store):
    store.add(review("7", crop=b"one"), review("7", crop=b"two"), review("7", crop=b"one"))
    assert [each.duplicate_of for each in waiting_alike(store, 10).reviews] == [None, None, 1]
    store.decide(1, "7")
    assert [each.duplicate_of for each in waiting_alike(store, 10).reviews] == [None, 1]


def test_what_an_audit_shows_blind_is_in_no_group_and_matched_with_no_list(store):
    Audits(store, 1.0).add([(review("4711", ("4712", 0.3)), "boxes", 0.02)], tenfold.load_model())
    store.add(review("9"))
    assert waiting_alike(store, 10).groups == {"9": 1}
    assert match_again(store, Known.of(["4712"], "0123456789"), 0.5)["numbers"] == 0
    assert [each.guess for each in store.everything()] == ["4711", "9"]


def test_all_are_decided_or_none(store):
    store.add(review("7"), review("1"))
    assert decide_all(store, {1: "7", 5: "1"}) is None
    assert store.left() == 2
    assert decide_all(store, {1: "7", 2: "_"}) == 0
    assert [each.label for each in store.everything()] == ["7", "_"]


def test_what_waits_is_matched_with_a_list_without_being_read_again(store):
    store.add(review("4711", ("4712", 0.3)), review("9999", ("9998", 0.2)), review("7"), review("4712"))
    known = Known.of(["4712", "5000"], "0123456789")
    assert match_again(store, known, 0.5) == {"numbers": 3, "matched": 2, "repeated": 2}
    first, second, digit, other = store.everything()
    assert (first.guess, first.reason) == ("4712", None)
    assert (second.guess, second.reason) == ("9999", "not-on-list")
    assert (digit.guess, digit.reason) == ("7", "uncertain")
    assert other.guess == "4712"
    assert match_again(store, Known.of(["4711"], "0123456789"), 0.5)["matched"] == 1


def test_nothing_waits_in_a_store_that_was_never_written(store):
    assert waiting_alike(store, 10).left == 0
    assert decide_all(store, {1: "7"}) is None
    assert match_again(store, Known.of(["4711"], "0123456789"), 0.5)["numbers"] == 0
