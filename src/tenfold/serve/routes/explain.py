"""`POST /v1/explain`: what the answer to one picture rests on."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from tenfold.errors import PictureError
from tenfold.picture.sandbox import kind_of
from tenfold.read.explain import PATCH, draw_falls
from tenfold.read.reader import Reader
from tenfold.serve.live import LiveReader
from tenfold.serve.options import Limits
from tenfold.serve.routes.digits import ReadDigit, as_stages
from tenfold.serve.wire.pictures import SentPicture, as_text, describe_pictures, sent_pictures
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["explain_routes"]


class Covered(BaseModel):
    """How the answer changes where a patch of the image that the network sees is covered with paper."""

    patch: int = Field(description="Width and height of a patch, in pixels.")
    falls: list[list[float]] = Field(
        description="For each patch, 2 pixels apart, how much less probable the answer becomes; below 0 where it "
        "becomes more probable."
    )
    picture: str = Field(description="The same as colours over the image that the network sees: a PNG file, as base64.")


class ExplainedDigit(ReadDigit):
    """What a picture shows, and what the answer rests on."""

    covered: Covered


def explain_routes(live: LiveReader, work: Work, limits: Limits) -> APIRouter:
    """Give the route that explains an answer."""
    routes = APIRouter(tags=["read"])

    @routes.post("/v1/explain", response_model=ExplainedDigit, openapi_extra=describe_pictures())
    async def explain(request: Request) -> JSONResponse:
        """Say which digit one picture shows, how it was prepared, and what the answer rests on."""
        pictures = await sent_pictures(request, limits)
        if len(pictures) != 1:
            raise Problem("bad-request", f"expected one picture, got {len(pictures)}")
        reader = live.reader()
        try:
            job = partial(_answer, reader, pictures[0], pixels=limits.pixels)
            [answer] = await work.run([job], apart=[bool(kind_of(pictures[0].content))])
        except PictureError as error:
            raise Problem("not-readable", str(error)) from error
        return JSONResponse(answer)

    return routes


def _answer(reader: Reader, picture: SentPicture, *, pixels: int) -> dict[str, Any]:
    explanation = reader.explain(picture.content, pixels=pixels)
    seen = explanation.prepared
    return {
        "file": picture.name,
        **explanation.digit.to_dict(),
        "stages": as_stages(seen.stages),
        "covered": {
            "patch": PATCH,
            "falls": [[round(float(fall), 6) for fall in row] for row in explanation.falls],
            "picture": as_text(draw_falls(seen.image, explanation.falls)),
        },
    }
