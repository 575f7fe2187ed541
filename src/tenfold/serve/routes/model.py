"""`GET /v1/model`: what the model tells apart."""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tenfold.arrays import SEPARATORS, Recognizer
from tenfold.model.promise import ERRORS
from tenfold.read.promises import all_promises
from tenfold.serve.live import LiveReader

__all__ = ["model_routes"]

EXAMPLE: dict[str, Any] = {
    "name": "reader",
    "classes": list("0123456789"),
    "alphabet": "0123456789" + SEPARATORS,
    "promises": {"digits": [0.02, 0.01], "numbers": [0.05, 0.02], "list": [0.02, 0.01]},
}


class ServedModel(BaseModel):
    """The model that answers, and what it tells apart."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    name: str = Field(description="What it is called under `/v2` and in reviews.")
    classes: list[str] = Field(description="What a single picture may show, in the order of `probabilities`.")
    alphabet: str = Field(
        description="The signs that numbers are written in, those beside digits among them; empty where the model "
        "reads single digits only."
    )
    promises: dict[str, list[float]] = Field(
        description="The largest errors that can be promised (`max_error`): for `digits`, for `numbers` in boxes, "
        "written freely or alone in their pictures, and for numbers beside a `list`."
    )


@lru_cache(maxsize=1)
def promised(model: Recognizer) -> dict[str, list[float]]:
    """Give the largest errors that can be promised for digits, for numbers, and for numbers beside a list."""
    shares = all_promises(model)
    kinds = {"digits": ("digits",), "numbers": ("boxes", "free", "alone"), "list": ("list",)}
    return {
        name: [error for error in ERRORS if any(shares.get(kind, {}).get(error) for kind in of)]
        for name, of in kinds.items()
    }


def model_routes(live: LiveReader) -> APIRouter:
    """Give the route that describes the model."""
    routes = APIRouter(tags=["read"])

    @routes.get("/v1/model", response_model=ServedModel)
    async def served_model() -> dict[str, Any]:
        """Give the name of the model, its classes, its alphabet and what it can promise."""
        model = live.model
        return {"name": live.name, "classes": model.classes, "alphabet": model.alphabet, "promises": promised(model)}

    return routes
