"""`/v1/adaptation`: the model learns from what people corrected, and back to the one before."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from tenfold.serve.adaptation import Adaptation
from tenfold.serve.live import LiveReader
from tenfold.serve.work import Work

__all__ = ["adaptation_routes"]

EXAMPLE: dict[str, Any] = {"offered": True, "corrections": 23, "fewest": 5, "adapted": None}


class AdaptationState(BaseModel):
    """Whether the model can learn from corrections, and whether it has."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    offered: bool = Field(description="Whether it is offered: the review store is a file, and no error is promised.")
    corrections: int = Field(description="Pictures of single digits, or of digits in boxes, that people labelled.")
    fewest: int = Field(description="How many of them it takes.")
    adapted: int | None = Field(description="How many the model that answers was adapted to; null for the one before.")


class Measured(BaseModel):
    """How many pictures were read right, before and after."""

    data: str
    n: int
    accuracy: float
    before: float


class AdaptationResult(AdaptationState):
    """What adapting did."""

    own: Measured = Field(description="The corrections, each asked of a model that did not learn from it.")
    known: Measured | None = Field(description="Images of what the model knew.")


def adaptation_routes(live: LiveReader, work: Work, adaptation: Adaptation) -> APIRouter:
    """Give the routes under `/v1/adaptation`."""
    routes = APIRouter(prefix="/v1/adaptation", tags=["review"])

    @routes.get("", response_model=AdaptationState)
    async def adaptation_state() -> JSONResponse:
        """Say whether the model can learn from corrections, and whether it has."""
        return JSONResponse(await work.stored(adaptation.state))

    @routes.post("", response_model=AdaptationResult)
    async def adapt() -> JSONResponse:
        """Adapt the model to all corrections, and answer with it from now on. The one before is kept.

        Where the corrections would not be read better, or what the model knew worse, nothing changes.
        """
        found = await run_in_threadpool(adaptation.adapt)
        await run_in_threadpool(live.reload)
        told = found.to_dict()
        return JSONResponse({**await work.stored(adaptation.state), "own": told["own"], "known": told["known"]})

    @routes.delete("", response_model=AdaptationState)
    async def undo_adaptation() -> JSONResponse:
        """Go back to the model before."""
        await run_in_threadpool(adaptation.undo)
        await run_in_threadpool(live.reload)
        return JSONResponse(await work.stored(adaptation.state))

    return routes
