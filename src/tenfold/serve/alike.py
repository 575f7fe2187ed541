"""The review queue by likeness: what is doubted for the same reason stands together, to be confirmed together."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update

from tenfold.read.lists import Known
from tenfold.read.matching import Readings, match
from tenfold.serve.audits import AUDIT
from tenfold.serve.store import REVIEWS, TOLD, Review, ReviewStore, now

__all__ = ["Alike", "AlikeReview", "decide_all", "match_again", "waiting_alike"]

NO_READING = "not read"
ONE_READING = "one reading"
OTHER_LENGTH = "more or fewer signs"
"""What reviews are like of which no sign is doubted for another."""

WAITING = REVIEWS.c.label.is_(None), func.coalesce(REVIEWS.c.reason, "") != AUDIT
"""What waits to be looked at, but for the blind sample of an audit: nobody shall see what was read there."""

SHOWN = 5
"""Readings of a review that are told."""


@dataclass(frozen=True)
class AlikeReview:
    """Something to look at, and what else is known of it.

    Attributes:
        review: It.
        like: What it shares with those beside it: the class that a digit was read as; of a number the sign that is
            doubted and the one that it may be, `7 or 1`; or why it has none.
        alternatives: Its most probable readings.
        duplicate_of: The first review of the very same picture, where it is another one.
    """

    review: Review
    like: str
    alternatives: tuple[tuple[str, float], ...]
    duplicate_of: int | None

    def to_dict(self) -> dict[str, Any]:
        """Give the review as plain values that JSON can hold."""
        others = {"like": self.like, "alternatives": self.alternatives, "duplicate_of": self.duplicate_of}
        return {**self.review.to_dict(), **others}


@dataclass(frozen=True)
class Alike:
    """What waits, by likeness.

    Attributes:
        left: How many wait in all.
        groups: How many of them are alike, the most frequent first.
        reviews: The first of them, group by group.
    """

    left: int
    groups: dict[str, int]
    reviews: tuple[AlikeReview, ...]


def likeness(guess: str | None, alternatives: Readings) -> str:
    """Say what a review is like, from its guess and its readings."""
    if guess is None:
        return NO_READING
    if len(guess) == 1:
        return guess
    second = next((text for text, _ in alternatives if text != guess), None)
    if second is None:
        return ONE_READING
    if len(second) != len(guess):
        return OTHER_LENGTH
    return next(f"{one} or {other}" for one, other in zip(guess, second, strict=True) if one != other)


def waiting_alike(store: ReviewStore, most: int, without: Sequence[int] = ()) -> Alike:
    """Give what waits, those that are alike one after another, the largest group first.

    Args:
        store: Where it waits.
        most: How many to give.
        without: The numbers of those that are put off.
    """
    if store.is_new():
        return Alike(0, {}, ())
    columns = REVIEWS.c.id, REVIEWS.c.guess, REVIEWS.c.probability, REVIEWS.c.alternatives
    with store.transaction() as connection:
        rows = connection.execute(select(*columns).where(*WAITING))
        likes = {number: likeness(guess, _readings(text, guess, share)) for number, guess, share, text in rows}
        groups = dict(Counter(likes.values()).most_common())
        places = {like: place for place, like in enumerate(groups)}
        put_off = set(without)
        first = sorted((places[likes[number]], number) for number in likes if number not in put_off)[:most]
        chosen = [number for _, number in first]
        query = select(*TOLD, REVIEWS.c.alternatives, REVIEWS.c.digest).where(REVIEWS.c.id.in_(chosen))
        found = {row[0]: row for row in connection.execute(query)}
        digests = {row[-1] for row in found.values()} - {None}
        originals: Mapping[str, int] = dict(
            connection.execute(
                select(REVIEWS.c.digest, func.min(REVIEWS.c.id))
                .where(REVIEWS.c.digest.in_(digests))
                .group_by(REVIEWS.c.digest)
            ).all()
        )
    reviews = []
    for number in chosen:
        *told, text, digest = found[number]
        review = Review(*told)
        readings = _readings(text, review.guess, review.probability)[:SHOWN]
        original = originals.get(digest)
        twin = original if original != number else None
        reviews.append(AlikeReview(review, likes[number], tuple((said, share) for said, share in readings), twin))
    return Alike(len(likes), groups, tuple(reviews))


def decide_all(store: ReviewStore, labels: Mapping[int, str]) -> int | None:
    """Say what several pictures show: all of it is kept, or none.

    Args:
        store: Where they wait.
        labels: What each shows, by the number of its review.

    Returns:
        How many wait now; None where one of them is not there.

    Raises:
        DataError: The database cannot be written.
    """
    if store.is_new():
        return None
    decided = now()
    with store.transaction() as connection:
        there = connection.execute(select(func.count()).where(REVIEWS.c.id.in_(labels))).scalar_one()
        if there < len(labels):
            return None
        if labels:
            query = (
                update(REVIEWS)
                .where(REVIEWS.c.id == bindparam("place"))
                .values(label=bindparam("said"), decided=decided)
            )
            connection.execute(query, [{"place": number, "said": label} for number, label in labels.items()])
        waiting = select(func.count()).select_from(REVIEWS).where(REVIEWS.c.label.is_(None))
        return int(connection.execute(waiting).scalar_one())


def match_again(store: ReviewStore, known: Known, least: float) -> dict[str, int]:
    """Hold the numbers that wait against a list, without reading them again: those that fit get it as their guess.

    Args:
        store: Where they wait.
        known: The list.
        least: The least probability to accept, as for `match`; what is surer still waits for a person.

    Returns:
        How many there are, `numbers`; how many of them fit, `matched`; and how many fit a number that others fit too,
        `repeated`.

    Raises:
        DataError: The database cannot be written.
    """
    if store.is_new():
        return {"numbers": 0, "matched": 0, "repeated": 0}
    columns = REVIEWS.c.id, REVIEWS.c.guess, REVIEWS.c.probability, REVIEWS.c.reason, REVIEWS.c.alternatives
    with store.transaction() as connection:
        rows = connection.execute(select(*columns).where(*WAITING, func.length(REVIEWS.c.guess) > 1)).all()
        read = (_readings(text, guess, share) for _, guess, share, _, text in rows)
        found = match(read, known, least)
        changed = [
            {"place": number, "text": each.text, "sure": each.probability, "why": each.reason}
            for (number, guess, _, reason, _), each in zip(rows, found, strict=True)
            if (each.text, each.reason) != (guess, reason)
        ]
        if changed:
            names = {"guess": "text", "probability": "sure", "reason": "why"}
            values: dict[str, Any] = {column: bindparam(name) for column, name in names.items()}
            connection.execute(update(REVIEWS).where(REVIEWS.c.id == bindparam("place")).values(values), changed)
    matched = [each for each in found if each.times]
    return {"numbers": len(found), "matched": len(matched), "repeated": sum(each.times > 1 for each in matched)}


def _readings(kept: str | None, guess: str | None, probability: float) -> list[tuple[str, float]]:
    """Give the readings that a review was kept with; of one of an earlier version only its guess."""
    readings: list[tuple[str, float]] = json.loads(kept or "[]")
    return readings or ([] if guess is None else [(guess, probability)])
