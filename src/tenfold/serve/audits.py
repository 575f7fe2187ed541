"""The audit of promises: a blind sample of what was accepted, said again by people, and what that says of promises."""

import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest
from sqlalchemy import Column, Float, Integer, String, Table, insert, select

from tenfold.arrays import without_separators
from tenfold.model.audit import Audited, audited
from tenfold.model.description import document_digest
from tenfold.model.folder import Model
from tenfold.read.promises import READINGS
from tenfold.read.readings import EMPTY
from tenfold.serve.store import REVIEWS, NewReview, Review, ReviewStore, keep
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["AUDIT", "DIGITS", "Audits", "PromiseAudit", "as_metrics", "blind", "is_wrong", "version_of"]

AUDIT = "audit"
"""The reason by which a review is known as one of a sample: what was read was accepted."""

AUDITS = Table(
    "tenfold_audits",
    REVIEWS.metadata,
    Column("review", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("max_error", Float, nullable=False),
    Column("version", String, nullable=False),
)
"""Of each review that is one of a sample: what was promised of it, and by which model."""

DIGITS = "digits"
"""The kind of single digits, beside the kinds of reading numbers."""

log = logging.getLogger("tenfold.serve")


@dataclass(frozen=True)
class PromiseAudit:
    """What the audit of one promise has found.

    Attributes:
        kind: What it was promised of: `digits`, or numbers by the kind of reading, `boxes`, `free` or `list`.
        audited: What was found.
        waiting: How many more wait to be looked at.
    """

    kind: str
    audited: Audited
    waiting: int

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can hold."""
        return {"kind": self.kind, **self.audited.to_dict(), "waiting": self.waiting, "told": str(self)}

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{READINGS.get(self.kind, 'single digits')}: {self.audited}"  # type: ignore[call-overload]


class Audits:
    """Samples what is accepted for people to say again, and sums up what they said.

    Everything is kept in the review store, so that it outlives the server and is the same in all of its processes.

    Args:
        store: The store.
        share: Which share of what is accepted to look at again, 0…1.
    """

    def __init__(self, store: ReviewStore, share: float) -> None:
        self._store = store
        self.share = share
        self._alarms: set[tuple[str, float, str]] = set()

    def chooses(self) -> bool:
        """Choose by chance, whatever an answer is."""
        return random.random() < self.share

    def add(self, new: Sequence[tuple[NewReview, str, float]], model: Model) -> None:
        """Keep accepted answers to be said again, each with the kind that it is of and the error that was promised.

        Raises:
            DataError: The database cannot be written.
        """
        if not new:
            return
        version = version_of(model)
        with self._store.transaction() as connection:
            for review, kind, max_error in new:
                kept = keep(connection, replace(review, reason=AUDIT))
                values = {"review": kept.id, "kind": kind, "max_error": max_error, "version": version}
                connection.execute(insert(AUDITS).values(values))

    async def keep_beside(self, new: Sequence[tuple[NewReview, str, float]], model: Model, work: Work) -> None:
        """Do what `add` does, beside others; where the store cannot be used, reading goes on without the sample."""
        if new:
            with suppress(Problem):  # it stands in the log
                await work.stored(lambda: self.add(new, model))

    def found(self, model: Model) -> list[PromiseAudit]:
        """Give what was found of each promise of a model; an alarm that is new goes into the log.

        Raises:
            DataError: The database cannot be used.
        """
        version = version_of(model)
        query = (
            select(AUDITS.c.kind, AUDITS.c.max_error, REVIEWS.c.guess, REVIEWS.c.label)
            .join(REVIEWS, REVIEWS.c.id == AUDITS.c.review)
            .where(AUDITS.c.version == version)
            .order_by(REVIEWS.c.decided, REVIEWS.c.id)
        )
        wrong: dict[tuple[str, float], list[bool]] = {}
        waiting: dict[tuple[str, float], int] = {}
        for kind, max_error, guess, label in self._store.rows(query):
            said = wrong.setdefault((kind, max_error), [])
            if label is None:
                waiting[kind, max_error] = waiting.get((kind, max_error), 0) + 1
            else:
                said.append(is_wrong(guess or "", label))
        found = [
            PromiseAudit(kind, _audited(bytes(said), max_error), waiting.get((kind, max_error), 0))
            for (kind, max_error), said in sorted(wrong.items())
        ]
        for each in found:
            alarm = each.kind, each.audited.max_error, version
            if each.audited.state != "kept" and alarm not in self._alarms:
                self._alarms.add(alarm)
                log.error("%s", each)
        return found


def is_wrong(guess: str, label: str) -> bool:
    """Say whether what was read is not what a person says; a comma is as good as a point, spaces do not count.

    Where a number was read without separators, as beside a list, those of the label do not count either.
    """
    read, said = (text.replace(",", ".").replace(" ", "").strip(EMPTY) for text in (guess, label))
    return read != said and not (read and read == without_separators(said))


def blind(review: Review) -> Review:
    """Give a review as it is shown: one of a sample without what was read, so that nobody is led by it."""
    return replace(review, guess=None, probability=0.0) if review.reason == AUDIT else review


@lru_cache(maxsize=1)
def version_of(model: Model) -> str:
    """Give what a model and its promises are known by: after a new calibration its audit begins anew."""
    return document_digest(model.info.to_dict())[:16]


def as_metrics(found: Sequence[PromiseAudit]) -> bytes:
    """Give what audits found in Prometheus' text format."""
    registry = CollectorRegistry()
    of = ["kind", "promise"]
    answers = Gauge(
        "tenfold_audit_answers",
        "Accepted answers of the blind sample: looked at again, wrong among them, waiting.",
        [*of, "state"],
        registry=registry,
    )
    bound = Gauge(
        "tenfold_audit_error",
        "Share of wrong answers among the accepted: bounds with 95% confidence at all times.",
        [*of, "bound"],
        registry=registry,
    )
    alarm = Gauge(
        "tenfold_audit_alarm", "1 where a promise does not hold, or holds no longer.", [*of, "alarm"], registry=registry
    )
    for each in found:
        names = each.kind, f"{each.audited.max_error:g}"
        counts = {"audited": each.audited.n, "wrong": each.audited.wrong, "waiting": each.waiting}
        for state, count in counts.items():
            answers.labels(*names, state).set(count)
        for name, share in zip(("lower", "upper"), each.audited.bounds, strict=True):
            bound.labels(*names, name).set(share)
        for name in ("broken", "drift"):
            alarm.labels(*names, name).set(each.audited.state == name)
    return bytes(generate_latest(registry))


@lru_cache(maxsize=64)
def _audited(wrong: bytes, max_error: float) -> Audited:
    return audited(map(bool, wrong), max_error)
