"""`POST /v1/digits`: one digit per picture."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from tenfold.errors import PictureError
from tenfold.picture.decode import Grey
from tenfold.picture.prepare import Prepared
from tenfold.picture.sandbox import kind_of
from tenfold.read.digits import Digit, DigitReason
from tenfold.read.reader import Reader
from tenfold.serve.audits import DIGITS, Audits
from tenfold.serve.live import LiveReader
from tenfold.serve.new_reviews import prepared_digit_review
from tenfold.serve.options import Limits
from tenfold.serve.store import NewReview
from tenfold.serve.wire.metrics import Metrics
from tenfold.serve.wire.pictures import SentPicture, as_png, as_text, describe_pictures, sent_pictures
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["FailedPicture", "ReadDigit", "as_stages", "digit_routes"]

EXAMPLE = {
    "file": "seven.png",
    "digit": "7",
    "probability": 0.9987,
    "probabilities": [0.0, 0.0001, 0.0004, 0.0002, 0.0, 0.0, 0.0, 0.9987, 0.0001, 0.0005],
    "accepted": True,
    "reason": None,
    "steps": ["inverted", "framed"],
}


class Stage(BaseModel):
    """What a picture looked like at one stage of its way to the network."""

    name: str = Field(
        description="What was done to it; the first stage is the picture, the last what the network sees."
    )
    picture: str = Field(description="A PNG file, as base64.")


class ReadDigit(BaseModel):
    """What one picture shows."""

    file: str | None = Field(description="The picture's name, where it was sent with one.")
    digit: str | None = Field(description="The most probable class; null in a blank picture.")
    probability: float = Field(description="How probable it is, 0…1.")
    probabilities: list[float] = Field(description="Of each class how probable it is, in the model's order.")
    accepted: bool = Field(description="Whether to believe it.")
    reason: DigitReason | None = Field(description="Why not.")
    steps: list[str] = Field(description="What was done to the picture before the network saw it.")
    stages: list[Stage] | None = Field(None, description="What it looked like on the way, where that was asked for.")


class FailedPicture(BaseModel):
    """A picture that cannot be read."""

    file: str | None = Field(description="The picture's name, where it was sent with one.")
    error: str = Field(description="What was expected, what came, and what to do.")


class ReadDigits(BaseModel):
    """One answer per picture, in their order."""

    digits: list[ReadDigit | FailedPicture] = Field(examples=[[EXAMPLE]])
    promised: float | None = Field(
        None,
        description="The share of wrong digits among the accepted that is promised not to be passed, with 95% "
        "confidence: 0.02 where no other is asked for; null where nothing can be promised, and halves decide.",
    )


def digit_routes(live: LiveReader, work: Work, metrics: Metrics, audits: Audits, limits: Limits) -> APIRouter:
    """Give the route that reads digits."""
    routes = APIRouter(tags=["read"])

    @routes.put("/v1/digits", include_in_schema=False)  # what `curl -T` sends
    @routes.post("/v1/digits", response_model=ReadDigits, openapi_extra=describe_pictures())
    async def read_digits(
        request: Request,
        max_error: Annotated[
            float | None,
            Query(description="The share of wrong digits among the accepted not to be passed: above 0, below 1."),
        ] = None,
        stages: Annotated[bool, Query(description="Also give what each picture looked like on the way.")] = False,
    ) -> JSONResponse:
        """Say which digit each picture shows.

        Send one picture as the body with its own type, or several as the files of a form or in JSON. A picture that
        cannot be read has an `error` in its place; where none can be read, the answer is a problem.
        """
        pictures = await sent_pictures(request, limits)
        reader = live.reader(max_error)
        samples: list[NewReview] = []
        jobs = [
            partial(
                _answer,
                reader,
                picture,
                pixels=limits.pixels,
                stages=stages,
                sample=partial(_sample, samples, picture, reader, live.name) if audits.chooses() else None,
            )
            for picture in pictures
        ]
        answers = await work.run(jobs, apart=[bool(kind_of(picture.content)) for picture in pictures])
        if samples and (promised := reader.promised_digits()):
            await audits.keep_beside([(each, DIGITS, promised) for each in samples], live.model, work)
        for answer in answers:
            metrics.digits.labels(answer.get("reason") or ("error" if "error" in answer else "accepted")).inc()
        if all("error" in answer for answer in answers):
            raise Problem("not-readable", answers[0]["error"], pictures=answers)
        return JSONResponse({"digits": answers, "promised": reader.promised_digits()})

    return routes


def _answer(
    reader: Reader,
    picture: SentPicture,
    *,
    pixels: int,
    stages: bool,
    sample: Callable[[Digit, Prepared], None] | None,
) -> dict[str, Any]:
    """Read one picture; `sample` is given what was accepted."""
    try:
        prepared = reader.prepare(picture.content, pixels=pixels, stages=stages or sample is not None)
        [digit] = reader.read([prepared])
    except PictureError as error:
        return {"file": picture.name, "error": str(error)}
    if sample and digit.accepted:
        sample(digit, prepared)
    shown = {"stages": as_stages(prepared.stages)} if stages else {}
    return {"file": picture.name, **digit.to_dict(), **shown}


def _sample(
    samples: list[NewReview], picture: SentPicture, reader: Reader, model: str, digit: Digit, prepared: Prepared
) -> None:
    classes = reader.model.classes
    samples.append(prepared_digit_review(digit, prepared, classes, name=picture.name, model=model))


def as_stages(stages: Sequence[tuple[str, Grey]]) -> list[dict[str, str]]:
    """Give what a picture looked like on the way, as `Stage` has it."""
    return [{"name": name, "picture": as_text(as_png(picture))} for name, picture in stages]
