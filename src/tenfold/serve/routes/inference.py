"""The Open Inference Protocol, version 2: existing clients of it can ask the network directly.

Source: https://github.com/kserve/open-inference-protocol, with its extension for binary tensors.
"""

import json
from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any, NoReturn

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

import tenfold
from tenfold.arrays import SIDE, Images
from tenfold.model.folder import Model
from tenfold.serve.live import LiveReader
from tenfold.serve.options import Limits
from tenfold.serve.wire.problems import Problem
from tenfold.serve.work import Work

__all__ = ["inference_routes"]

JSON_LENGTH = "inference-header-content-length"
"""The header with the number of bytes of JSON at the start of a body; tensors follow as bytes."""

VERSION = "1"
"""What the model's version is called, whatever model that is: it may be replaced, but there is one at a time."""

INPUT = "images"
OUTPUTS = ("probabilities", "out_of_distribution")
PIXELS = SIDE * SIDE

JSON_BYTES = 5 * PIXELS
"""Bytes of JSON that an image may take: three digits, a comma and a space for each pixel. Parsed JSON takes many times
the memory of its text."""

Tensor = np.ndarray[Any, np.dtype[np.float32]]


class TensorMetadata(BaseModel):
    """Name, type and shape of a tensor; -1 stands for any size."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ServerMetadata(BaseModel):
    """The server's name, version and extensions of the protocol."""

    name: str
    version: str
    extensions: list[str]


class Live(BaseModel):
    """Whether the server runs."""

    live: bool


class Ready(BaseModel):
    """Whether requests are answered."""

    ready: bool


class OutputTensor(BaseModel):
    """A tensor of the answer."""

    name: str = Field(examples=["probabilities"])
    datatype: str = Field(examples=["FP32"])
    shape: list[int] = Field(examples=[[1, 10]])
    data: list[float] = Field(description="Row by row.")


class Inference(BaseModel):
    """The network's answer: a row of each output for each image."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


REQUEST = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "id": {"type": "string"},
        "parameters": {"type": "object"},
        "inputs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "datatype", "shape", "data"],
                "properties": {
                    "name": {"const": INPUT},
                    "datatype": {"const": "UINT8"},
                    "shape": {
                        "type": "array",
                        "prefixItems": [{"type": "integer", "minimum": 1}, {"const": SIDE}, {"const": SIDE}],
                        "minItems": 3,
                        "maxItems": 3,
                    },
                    "data": {
                        "type": "array",
                        "items": {"type": "integer", "minimum": 0, "maximum": 255},
                        "description": f"0 paper to 255 ink, row by row; {PIXELS} for each image.",
                    },
                },
            },
        },
        "outputs": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"enum": list(OUTPUTS)}}},
        },
    },
}
EXAMPLE = {"inputs": [{"name": INPUT, "datatype": "UINT8", "shape": [1, SIDE, SIDE], "data": [0] * PIXELS}]}


def inference_routes(live: LiveReader, work: Work, limits: Limits) -> APIRouter:
    """Give the routes under `/v2`."""
    routes = APIRouter(prefix="/v2", tags=["open inference protocol"])

    def check(name: str, version: str = VERSION) -> Model:
        if version != VERSION:
            raise Problem("not-found", f"there is one version here: {VERSION}")
        if name != live.name:
            raise Problem("not-found", f"there is one model here: {live.name}")
        return live.model

    @routes.get("", response_model=ServerMetadata)
    async def server_metadata() -> dict[str, Any]:
        """Say what this server is."""
        return {"name": "tenfold", "version": tenfold.__version__, "extensions": ["binary_tensor_data"]}

    @routes.get("/health/live", response_model=Live)
    async def is_live() -> dict[str, bool]:
        """Say that the server lives."""
        return {"live": True}

    @routes.get("/health/ready", response_model=Ready)
    async def is_ready() -> dict[str, bool]:
        """Say that the model is loaded and answers."""
        return {"ready": True}

    @routes.get("/models/{name}", response_model=ModelMetadata)
    async def model_metadata(name: str) -> dict[str, Any]:
        """Say what the model takes and gives."""
        classes = len(check(name).info.classes)
        return {
            "name": name,
            "versions": [VERSION],
            "platform": "onnxruntime_onnx",
            "inputs": [{"name": INPUT, "datatype": "UINT8", "shape": [-1, SIDE, SIDE]}],
            "outputs": [
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, classes]},
                {"name": "out_of_distribution", "datatype": "FP32", "shape": [-1]},
            ],
        }

    @routes.get("/models/{name}/versions/{version}", response_model=ModelMetadata)
    async def version_metadata(name: str, version: str) -> dict[str, Any]:
        """Say what the version takes and gives."""
        check(name, version)
        return await model_metadata(name)

    @routes.get("/models/{name}/versions/{version}/ready", response_model=Ready)
    async def version_is_ready(name: str, version: str) -> dict[str, bool]:
        """Say that the version is loaded and answers."""
        check(name, version)
        return {"ready": True}

    @routes.get("/models/{name}/ready", response_model=Ready)
    async def model_is_ready(name: str) -> dict[str, bool]:
        """Say that the model is loaded and answers."""
        check(name)
        return {"ready": True}

    body = {"required": True, "content": {"application/json": {"schema": REQUEST, "example": EXAMPLE}}}

    @routes.post("/models/{name}/infer", response_model=Inference, openapi_extra={"requestBody": body})
    async def infer(request: Request, name: str) -> Response:
        """Ask the network about images of 28×28.

        `out_of_distribution` is how probably an image shows none of the classes. The protocol's binary tensors are
        understood, both ways.
        """
        return await answer(request, check(name), name)

    @routes.post(
        "/models/{name}/versions/{version}/infer", response_model=Inference, openapi_extra={"requestBody": body}
    )
    async def infer_version(request: Request, name: str, version: str) -> Response:
        """Ask the network by its version, which is 1: there is one at a time."""
        return await answer(request, check(name, version), name)

    async def answer(request: Request, model: Model, name: str) -> Response:
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Problem("wrong-type", "send the body as it is, without content-encoding")
        content = await request.body()
        json_bytes = _json_length(request.headers.get(JSON_LENGTH), len(content))
        (response,) = await work.run([partial(_infer, model, name, content, json_bytes, limits.images)])
        return response

    return routes


def _infer(model: Model, name: str, content: bytes, json_bytes: int, most: int) -> Response:
    if json_bytes > most * JSON_BYTES:
        raise Problem("too-large", f"expected at most {most * JSON_BYTES:,} bytes of JSON, got {json_bytes:,}")
    asked = _parse(content[:json_bytes])
    images = _images(asked, content[json_bytes:], most)
    wanted = _wanted(asked)
    probabilities, out_of_distribution = model.digits(images)
    tensors = {"probabilities": probabilities, "out_of_distribution": out_of_distribution}
    described, tail = [], b""
    for output, binary in wanted.items():
        entry, follows = _described(output, tensors[output], binary=binary)
        described.append(entry)
        tail += follows
    answer: dict[str, Any] = {"model_name": name, "model_version": VERSION, "outputs": described}
    if "id" in asked:
        answer["id"] = asked["id"]
    if not tail:
        return JSONResponse(answer)
    head = json.dumps(answer).encode()
    return Response(head + tail, headers={JSON_LENGTH: str(len(head))}, media_type="application/octet-stream")


def _described(name: str, tensor: Tensor, *, binary: bool) -> tuple[dict[str, Any], bytes]:
    entry: dict[str, Any] = {"name": name, "datatype": "FP32", "shape": list(tensor.shape)}
    if binary:
        content = tensor.astype("<f4").tobytes()
        return {**entry, "parameters": {"binary_data_size": len(content)}}, content
    return {**entry, "data": tensor.astype(np.float64).round(7).ravel().tolist()}, b""


def _json_length(header: str | None, length: int) -> int:
    if header is None:
        return length
    if not (header.isascii() and header.isdigit() and len(header) < 12 and int(header) <= length):
        raise Problem("bad-request", f"{JSON_LENGTH} must be the number of bytes of JSON, at most those of the body")
    return int(header)


def _parse(content: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        asked = json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Problem("bad-request", "the body is not JSON, or no JSON that a request of this kind needs") from error
    if not isinstance(asked, dict) or not _is_text(asked.get("id", "")):
        raise Problem("bad-request", "expected an object with inputs, and an id that is text if there is one")
    return asked


def _is_text(value: object) -> bool:
    """Say whether something is text that an answer can hold: half of a sign beyond 16 bits is none."""
    return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _images(asked: Mapping[str, Any], binary: bytes, most: int) -> Images:
    """Take the images out of a request, and check them against what it says of them."""
    inputs = asked.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise Problem("bad-request", f"expected one input, {INPUT}")
    given = inputs[0]
    if given.get("name") != INPUT or given.get("datatype") != "UINT8":
        raise Problem("bad-request", f"expected the input {INPUT} with the datatype UINT8")
    shape = given.get("shape")
    if not isinstance(shape, list) or [type(side) for side in shape] != [int] * 3 or shape[1:] != [SIDE, SIDE]:
        raise Problem("bad-request", f"expected the shape [n, {SIDE}, {SIDE}]")
    if not 1 <= shape[0] <= most:
        raise Problem("too-large" if shape[0] > most else "bad-request", f"expected from 1 to {most:,} images")
    parameters = given.get("parameters", {})
    if "data" in given:
        pixels = _pixels(given["data"])
    elif isinstance(parameters, dict) and type(parameters.get("binary_data_size")) is int:
        pixels = binary if parameters["binary_data_size"] == len(binary) else b""
    else:
        raise Problem("bad-request", "expected data, or the parameter binary_data_size and the bytes after the JSON")
    if len(pixels) != shape[0] * PIXELS:
        raise Problem("bad-request", f"expected {PIXELS} numbers for each image of the shape, got {len(pixels):,}")
    return np.frombuffer(pixels, np.uint8).reshape(-1, SIDE, SIDE)


def _pixels(data: Any) -> bytes:  # noqa: ANN401
    """Give pixels, flat or nested as the shape says, as bytes."""
    wrong = Problem("bad-request", "expected data as whole numbers from 0 to 255, flat or nested as the shape says")
    for _ in range(3):
        if not isinstance(data, list):
            raise wrong
        kinds = set(map(type, data))
        if kinds == {int}:
            try:
                return bytes(data)
            except ValueError as error:
                raise wrong from error
        if kinds != {list}:
            raise wrong
        data = list(chain.from_iterable(data))
    raise wrong


def _wanted(asked: Mapping[str, Any]) -> dict[str, bool]:
    """Give the outputs that are wanted, and for each whether as bytes."""
    parameters = asked.get("parameters", {})
    binary = isinstance(parameters, dict) and parameters.get("binary_data_output") is True
    outputs = asked.get("outputs")
    if outputs is None or outputs == []:
        return dict.fromkeys(OUTPUTS, binary)
    wanted = {}
    for output in outputs if isinstance(outputs, list) else [None]:
        if not isinstance(output, dict) or output.get("name") not in OUTPUTS:
            raise Problem("bad-request", f"expected outputs of {', '.join(OUTPUTS)}")
        own = output.get("parameters", {})
        wanted[output["name"]] = own.get("binary_data", binary) is True if isinstance(own, dict) else binary
    return wanted
