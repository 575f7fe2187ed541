"""`/v1/reviews/alike`: the review queue by likeness; and `/v1/matches`: a list held against what was read already."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from tenfold.read.lists import Known, parse_list
from tenfold.read.matching import match
from tenfold.read.reader import Reader
from tenfold.serve.alike import decide_all, match_again, waiting_alike
from tenfold.serve.live import LiveReader
from tenfold.serve.options import Limits
from tenfold.serve.routes.reviews import DIGIT, HIGHEST_NUMBER, NUMBER, ReviewAnswer, check_label
from tenfold.serve.store import ReviewStore
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["alike_routes"]

MOST = 200
"""Reviews that are given, or decided, at once."""

MOST_PUT_OFF = 200
"""Reviews that may be left out; their numbers are in the head of a request, which is bounded."""

MOST_READINGS = 64
"""Readings of a number that are weighed."""

ReviewNumber = Annotated[int, Field(ge=1, le=HIGHEST_NUMBER)]


class AlikeAnswer(ReviewAnswer):
    """Something to look at, and what it shares with those beside it."""

    like: str = Field(
        description="The class that a digit was read as; of a number the sign that is doubted, and what it may be.",
        examples=["7 or 1"],
    )
    alternatives: list[tuple[str, float]] = Field(description="The most probable readings, the best first.")
    duplicate_of: int | None = Field(
        description="The first review of the very same picture; null where it is the first."
    )


class AlikeReviews(BaseModel):
    """What waits, group by group, the largest first."""

    left: int = Field(description="How many wait in all.")
    groups: dict[str, int] = Field(description="How many are alike.", examples=[{"7 or 1": 32, "4 or 9": 12}])
    reviews: list[AlikeAnswer]


class Decided(BaseModel):
    """What a person says that one picture shows."""

    model_config = ConfigDict(extra="forbid")

    id: ReviewNumber = Field(description="The review's number.")
    label: str = Field(description="As for one review.")


class Decisions(BaseModel):
    """What a person says that several pictures show."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[Decided] = Field(min_length=1, max_length=MOST)


class Left(BaseModel):
    """How many wait."""

    left: int


class Again(BaseModel):
    """Which numbers can occur."""

    model_config = ConfigDict(extra="forbid")

    known: list[str] = Field(min_length=1, description="The only numbers that can occur.", examples=[["4711", "4712"]])
    max_error: float | None = Field(None, description="As for `/v1/numbers`.")


class Matched(BaseModel):
    """How the numbers that wait fit a list."""

    numbers: int = Field(description="How many numbers wait.")
    matched: int = Field(description="How many of them are one of the list.")
    repeated: int = Field(description="How many are one that others are too.")


class ReadAgain(Again):
    """Numbers that were read, and which can occur."""

    numbers: list[Annotated[list[tuple[str, Annotated[float, Field(ge=0, le=1)]]], Field(max_length=MOST_READINGS)]] = (
        Field(description="Of each its readings, as `alternatives` of `/v1/numbers` gives them.")
    )


class MatchAnswer(BaseModel):
    """What one number says, in the knowledge of the list."""

    text: str
    probability: float
    accepted: bool
    reason: str | None = Field(description="As for `/v1/numbers`.")
    times: int = Field(description="How many of the numbers say the same of the list; 0 where none of it fits.")


class Matches(BaseModel):
    """The numbers, in their order."""

    matches: list[MatchAnswer]


def alike_routes(live: LiveReader, work: Work, store: ReviewStore, limits: Limits) -> APIRouter:
    """Give the routes that show, decide and match many at once."""
    routes = APIRouter(tags=["review"])

    @routes.get("/v1/reviews/alike", response_model=AlikeReviews)
    async def list_alike(
        most: Annotated[int, Query(ge=1, le=MOST, description="How many reviews at most.")] = 24,
        without: Annotated[
            list[ReviewNumber], Query(max_length=MOST_PUT_OFF, description="The numbers of reviews that are put off.")
        ] = [],  # noqa: B006 (FastAPI copies it)
    ) -> JSONResponse:
        """Give what waits, those that are alike one after another."""
        found = await work.stored(lambda: waiting_alike(store, most, without))
        reviews = [each.to_dict() for each in found.reviews]
        return JSONResponse({"left": found.left, "groups": found.groups, "reviews": reviews})

    @routes.put("/v1/reviews", response_model=Left)
    async def decide_many(asked: Decisions) -> JSONResponse:
        """Say what several pictures show: all of it is kept, or none. The answer comes when the disk has it."""
        for each in asked.decisions:
            check_label(each.label, live.model, [DIGIT, NUMBER])
        labels = {each.id: each.label for each in asked.decisions}
        left = await work.stored(lambda: decide_all(store, labels))
        if left is None:
            raise Problem("not-found", "there is no review of one of these numbers; nothing was kept")
        return JSONResponse({"left": left})

    @routes.post("/v1/reviews/matches", response_model=Matched)
    async def match_reviews(asked: Again) -> JSONResponse:
        """Hold the numbers that wait against a list, without reading them again; the list's becomes their guess."""
        known, least = _listed(asked, live.number_reader(), limits)
        return JSONResponse(await work.stored(lambda: match_again(store, known, least)))

    @routes.post("/v1/matches", tags=["read"], response_model=Matches)
    async def match_numbers(asked: ReadAgain) -> JSONResponse:
        """Hold numbers that were read against a list, without reading them again."""
        if len(asked.numbers) > limits.known:
            raise Problem("too-large", f"at most {limits.known:,} numbers are matched at once")
        known, least = _listed(asked, live.number_reader(), limits)
        [found] = await work.run([partial(match, asked.numbers, known, least)])
        return JSONResponse({"matches": [{**vars(each), "accepted": each.reason is None} for each in found]})

    return routes


def _listed(asked: Again, reader: Reader, limits: Limits) -> tuple[Known, float]:
    """Give the list that was sent, and how probable a number of it must be."""
    known = parse_list("\n".join(asked.known), reader.model.alphabet)
    if len(known.numbers) > limits.known:
        raise Problem("too-large", f"the list is too long: at most {limits.known:,} numbers are taken")
    options = reader.options(known=known, max_error=asked.max_error)
    return known, reader.promised_numbers(options).least["list"]
