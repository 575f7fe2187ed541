"""The audit of promises, kept in the review store."""

import logging
from dataclasses import replace

import numpy as np
import pytest

import tenfold
from tenfold.model.folder import SHIPPED
from tenfold.serve.audits import AUDIT, Audits, as_metrics, blind, is_wrong
from tenfold.serve.store import NewReview, ReviewStore

NONE = np.zeros((0, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def model():
    return tenfold.load_model(SHIPPED)


def accepted(guess):
    return NewReview(crop=b"png", images=NONE, guess=guess, probability=0.99, reason=None, model="m")


def test_what_people_said_is_summed_up_for_each_promise_and_survives_a_restart(tmp_path, model, caplog):
    place = str(tmp_path / "review.db")
    store = ReviewStore(place)
    store.add(accepted("0"))  # no part of the sample
    audits = Audits(store, 0.5)
    assert audits.found(model) == []
    audits.add([(accepted(str(number)), "boxes", 0.02) for number in range(40)], model)
    audits.add([(accepted("7"), "digits", 0.1)], model)
    waiting = [review for review in store.waiting(most=200) if review.reason == AUDIT]
    assert [blind(review).guess for review in waiting] == [None] * 41
    for number, review in enumerate(waiting[:30]):
        store.decide(review.id, str(number) if number % 3 else "99")
    with caplog.at_level(logging.ERROR, "tenfold.serve"):
        boxes, digits = audits.found(model)
        audits.found(model)
    assert (boxes.kind, boxes.audited.n, boxes.audited.wrong, boxes.waiting) == ("boxes", 30, 10, 10)
    assert boxes.audited.state == "broken"
    assert (digits.audited.n, digits.waiting, digits.audited.state) == (0, 1, "kept")
    assert len(caplog.records) == 1, "an alarm is told once"
    store.close()
    again = Audits(ReviewStore(place), 0.0)
    assert again.found(model) == [boxes, digits]
    text = as_metrics([boxes, digits]).decode()
    assert 'tenfold_audit_alarm{alarm="broken",kind="boxes",promise="0.02"} 1.0' in text
    assert 'tenfold_audit_answers{kind="boxes",promise="0.02",state="wrong"} 10.0' in text


def test_after_a_new_calibration_the_audit_begins_anew(tmp_path, model):
    audits = Audits(ReviewStore(str(tmp_path / "review.db")), 1.0)
    audits.add([(accepted("7"), "digits", 0.02)], model)
    calibration = {**model.info.calibration, "data": {"name": "other"}}
    info = replace(model.info, calibration=calibration)
    other = tenfold.model.folder.Model(model.folder, info, model._network, None, model.golden)
    assert audits.found(other) == []
    assert len(audits.found(model)) == 1


def test_a_store_of_before_takes_audits_too(tmp_path, model):
    place = tmp_path / "review.db"
    old = ReviewStore(str(place))
    old.add(accepted("1"))
    with old.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE tenfold_audits")
    old.close()
    audits = Audits(ReviewStore(str(place)), 1.0)
    audits.add([(accepted("7"), "digits", 0.02)], model)
    assert len(audits.found(model)) == 1


@pytest.mark.parametrize(
    ("guess", "label", "wrong"),
    [
        ("7", "7", False),
        ("7", "_", True),
        ("12,5", "12.5", False),
        ("125", "12.5", False),
        ("12.5", "125", True),
        ("_40", "40", False),
    ],
)
def test_a_label_is_compared_as_people_write_it(guess, label, wrong):
    assert is_wrong(guess, label) is wrong
