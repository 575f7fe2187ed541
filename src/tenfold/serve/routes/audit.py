"""`GET /v1/audit`: whether what was promised of the accepted answers still holds."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tenfold.model.audit import AuditState
from tenfold.serve.audits import Audits
from tenfold.serve.live import LiveReader
from tenfold.serve.work import Work

__all__ = ["audit_routes"]

EXAMPLE = {
    "kind": "boxes",
    "max_error": 0.02,
    "n": 412,
    "wrong": 3,
    "bounds": [0.001, 0.024],
    "state": "kept",
    "alarm": None,
    "waiting": 5,
    "told": "numbers in boxes: promise of 0.02 kept so far: 3 of 412 looked at again are wrong, 0.10% to 2.40% of all "
    "accepted",
}


class AuditOfPromise(BaseModel):
    """What the audit of one promise has found."""

    kind: Literal["digits", "boxes", "free", "alone", "list"] = Field(description="What it is promised of.")
    max_error: float = Field(description="The share of wrong answers among the accepted that is promised.")
    n: int = Field(description="Accepted answers that people said again.")
    wrong: int = Field(description="Wrong ones among them.")
    bounds: tuple[float, float] = Field(
        description="The least and the largest share of wrong answers among all accepted ones, each with 95% "
        "confidence whenever one looks."
    )
    state: AuditState = Field(description="`broken`: it does not hold; `drift`: it holds no longer.")
    alarm: int | None = Field(description="After how many answers that was seen; null where it is kept.")
    waiting: int = Field(description="How many more wait under `/v1/reviews`.")
    told: str = Field(description="All of it in one line.")


class AuditAnswer(BaseModel):
    """What the audit has found."""

    share: float = Field(description="The share of the accepted answers that people say again.")
    promises: list[AuditOfPromise] = Field(
        examples=[[EXAMPLE]], description="For each promise that was made with the model that answers."
    )


def audit_routes(live: LiveReader, work: Work, audits: Audits) -> APIRouter:
    """Give the route that tells what the audit has found."""
    routes = APIRouter(tags=["review"])

    @routes.get("/v1/audit", response_model=AuditAnswer)
    async def show_audit() -> dict[str, object]:
        """Tell whether what was promised of the accepted answers still holds."""
        found = await work.stored(lambda: audits.found(live.model))
        return {"share": audits.share, "promises": [each.to_dict() for each in found]}

    return routes
