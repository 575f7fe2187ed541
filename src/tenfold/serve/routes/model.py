"""`GET /v1/model`: what the model tells apart."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tenfold.arrays import SEPARATORS
from tenfold.serve.live import LiveReader

__all__ = ["model_routes"]

EXAMPLE: dict[str, Any] = {"name": "reader", "classes": list("0123456789"), "alphabet": "0123456789" + SEPARATORS}


class ServedModel(BaseModel):
    """The model that answers, and what it tells apart."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    name: str = Field(description="What it is called under `/v2` and in reviews.")
    classes: list[str] = Field(description="What a single picture may show, in the order of `probabilities`.")
    alphabet: str = Field(
        description="The signs that numbers are written in, those beside digits among them; empty where the model "
        "reads single digits only."
    )


def model_routes(live: LiveReader) -> APIRouter:
    """Give the route that describes the model."""
    routes = APIRouter(tags=["read"])

    @routes.get("/v1/model", response_model=ServedModel)
    async def served_model() -> dict[str, Any]:
        """Give the name of the model, its classes and its alphabet."""
        return {"name": live.name, "classes": live.model.classes, "alphabet": live.model.alphabet}

    return routes
