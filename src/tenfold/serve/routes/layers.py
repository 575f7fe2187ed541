"""`POST /v1/layers`: what each layer of the digit network sees, and what it answers with a patch covered."""

from functools import partial
from math import ceil
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from tenfold.arrays import Image
from tenfold.errors import PictureError
from tenfold.model.activations import Activation, Activations
from tenfold.model.folder import Model
from tenfold.picture.decode import Grey
from tenfold.picture.sandbox import kind_of
from tenfold.read.reader import Reader
from tenfold.serve.live import LiveReader
from tenfold.serve.options import Limits
from tenfold.serve.wire.pictures import SentPicture, as_png, as_text, describe_pictures, sent_pictures
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["layer_routes"]

MOST_MAPS = 32
"""Maps of a convolution that are shown, and units of a dense layer in a row: the first of them."""

COLUMNS = 8
"""Maps side by side."""

COVER = r"^(\d{1,2}),(\d{1,2}),(\d{1,2})$"
"""Left, top, and side of the square that is covered, in pixels of the image."""


class SeenLayer(BaseModel):
    """What one layer makes of the image."""

    kind: str = Field(description="`convolution` or `dense`.")
    shape: list[int] = Field(description="Maps, height and width; or units.")
    picture: str = Field(
        description="Its first 32 maps, eight in a row, or its units, 32 in a row; the stronger the lighter. A PNG "
        "file, as base64."
    )


class Layers(BaseModel):
    """What the digit network answers, alone and without what the line recogniser sees, and how it comes to that."""

    probabilities: list[float] = Field(description="Of the classes, for the image as it is.")
    covered: list[float] | None = Field(description="Of the same, with the patch covered; null where none is.")
    image: str = Field(description="What the network sees, the patch covered: a PNG file of 28×28 pixels, as base64.")
    layers: list[SeenLayer] = Field(description="In the order in which they are computed, the last left out.")


class _Opened:
    """The network of the model that answers, opened when it is first looked into."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._found: Activations | None = None

    def of(self, model: Model) -> Activations:
        found = self._found
        if found is None or self._model is not model:
            found = Activations(model)
            self._model, self._found = model, found
        return found


def layer_routes(live: LiveReader, work: Work, limits: Limits) -> APIRouter:
    """Give the route that shows layers."""
    routes = APIRouter(tags=["read"])
    opened = _Opened()

    @routes.post("/v1/layers", response_model=Layers, openapi_extra=describe_pictures())
    async def show_layers(
        request: Request,
        cover: Annotated[
            str | None,
            Query(pattern=COVER, description="Cover a square with paper: left, top, side, in pixels of the image."),
        ] = None,
    ) -> JSONResponse:
        """Say what each layer of the digit network makes of one picture, and what changes with a patch covered."""
        pictures = await sent_pictures(request, limits)
        if len(pictures) != 1:
            raise Problem("bad-request", f"expected one picture, got {len(pictures)}")
        patch = None if cover is None else tuple(map(int, cover.split(",")))
        try:
            job = partial(_answer, live.reader(), live.model, opened, pictures[0], patch, limits.pixels)
            [answer] = await work.run([job], apart=[bool(kind_of(pictures[0].content))])
        except PictureError as error:
            raise Problem("not-readable", str(error)) from error
        return JSONResponse(answer)

    return routes


def _answer(
    reader: Reader, model: Model, opened: _Opened, sent: SentPicture, patch: tuple[int, ...] | None, pixels: int
) -> dict[str, Any]:
    image = reader.prepare(sent.content, pixels=pixels).image
    seen: Image = image.copy()
    if patch:
        left, top, side = patch
        seen[top : top + side, left : left + side] = 0
    probabilities = model(np.stack([image, seen]))
    layers = opened.of(model).of(seen[None])
    return {
        "probabilities": probabilities[0].tolist(),
        "covered": probabilities[1].tolist() if patch else None,
        "image": as_text(as_png(seen)),
        "layers": [
            {"kind": each.kind, "shape": list(each.values.shape), "picture": as_text(as_png(_drawn(each)))}
            for each in layers
        ],
    }


def _drawn(layer: Activation) -> Grey:
    """Draw what a layer gives, 0 black and its strongest white: maps side by side with a line between."""
    values = np.atleast_1d(layer.values)
    if values.ndim != 3:
        units = values.ravel()
        maps = np.zeros(ceil(len(units) / MOST_MAPS) * MOST_MAPS, np.float32)
        maps[: len(units)] = units
        sheet = maps.reshape(-1, MOST_MAPS)
    else:
        shown = values[:MOST_MAPS]
        count, height, width = shown.shape
        sheet = np.zeros((ceil(count / COLUMNS) * (height + 1), COLUMNS * (width + 1)), np.float32)
        for place, each in enumerate(shown):
            row, column = divmod(place, COLUMNS)
            top, left = row * (height + 1), column * (width + 1)
            sheet[top : top + height, left : left + width] = each
    strongest = float(sheet.max())
    shares = np.clip(sheet / strongest if strongest > 0 else sheet, 0, 1)
    return np.asarray(np.sqrt(shares) * 255, np.uint8)  # the root, or all but the strongest would look black
