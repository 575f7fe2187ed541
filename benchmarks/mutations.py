"""Damaged inputs of every kind that the product opens, each made again from its number, and who is given them."""

import hashlib
import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["KINDS", "Kind", "mutated"]

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM", "TIFF", "PDF", "HEIF")
MODES = ("L", "RGB", "RGBA", "P", "1", "LA", "CMYK", "I;16")
"""Pillow's formats and modes that the first pictures are written in."""

PIXELS = 1_000_000
"""Pixels that a picture may have here."""

INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
"""Numbers at which counts and sizes go wrong."""

FORM = """width = 900
height = 1200
[[field]]
name = "id"
region = [100, 100, 500, 150]
digits = 9
[[field]]
name = "sum"
region = [100, 300, 500, 350]
kind = "free"
type = "amount"
[[sum]]
total = "sum"
fields = ["id"]
"""


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        seeds: Makes whole ones.
        give: Gives one to who opens it; an error of Tenfold's own is an answer.
    """

    seeds: Callable[[], list[bytes]]
    give: Callable[[bytes], object]


def mutated(seeds: list[bytes], number: int) -> bytes:
    """Damage a seed; the same number gives the same bytes."""
    draw = random.Random(number)
    content = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        place = draw.randrange(len(content) + 1)
        way = draw.randrange(8)
        if way == 0:
            content[place : place + 1] = bytes([draw.randrange(256)])
        elif way == 1:
            del content[place : place + draw.choice((1, 4, 64, len(content)))]
        elif way == 2:
            content[place:place] = draw.randbytes(draw.choice((1, 4, 64)))
        elif way == 3:
            size = draw.choice((1, 2, 4, 8))
            value = draw.choice(INTERESTING) & ((1 << 8 * size) - 1)
            content[place : place + size] = value.to_bytes(size, draw.choice(("big", "little")))
        elif way == 4 and content:
            content[place : place + 1] = bytes([content[min(place, len(content) - 1)] ^ 1 << draw.randrange(8)])
        elif way == 5:
            other = draw.choice(seeds)
            start = draw.randrange(len(other) + 1)
            content[place : place + 64] = other[start : start + draw.choice((8, 64, 512))]
        elif way == 6:
            content[place:place] = content[place : place + draw.choice((8, 64, 512))] * draw.choice((1, 3, 50))
        else:
            content[place : place + 12] = b"%d" % draw.choice((-1, 0, 10**9, 10**18, 255, 256))
    return bytes(content[:200_000])


def pictures() -> list[bytes]:
    """Write one small picture in every format and mode, with one frame and with two."""
    from PIL import Image

    try:
        import pillow_heif

        pillow_heif.register_heif_opener()
    except ImportError:
        pass
    ink = np.zeros((30, 20), np.uint8)
    ink[5:25, 8:12] = 255
    contents = []
    for name in FORMATS:
        for mode in MODES:
            picture = Image.fromarray(ink).convert("L")
            picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
            for more in ({}, {"save_all": True, "append_images": [picture]}):
                content = BytesIO()
                try:
                    picture.save(content, name, **more)
                except (OSError, ValueError, TypeError, KeyError):
                    continue  # not every format has every mode, or frames
                contents.append(content.getvalue())
    return contents


def sandboxed() -> list[bytes]:
    """Give those that are opened in a child process."""
    from tenfold.picture.sandbox import kind_of

    return [content for content in pictures() if kind_of(content)]


def _others() -> list[bytes]:
    from tenfold.picture.sandbox import kind_of

    return [content for content in pictures() if not kind_of(content)]


def _as_digit(content: bytes) -> None:
    from tenfold.picture.prepare import prepare

    image = prepare(content, pixels=PIXELS).image
    if image.shape != (28, 28) or image.dtype != np.uint8:
        raise AssertionError(f"{image.dtype} {image.shape} came out")


def _as_pages(content: bytes) -> None:
    from tenfold.picture.opening import open_pages

    for _, page in zip(range(3), open_pages(content, pixels=PIXELS), strict=False):
        assert page.ndim == 2  # noqa: S101


@cache
def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="tenfold-attacks-"))


def _as_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def give(content: bytes) -> object:
        file = _place() / name
        file.write_bytes(content)
        return read(file)

    return give


def _written(name: str, write: Callable[[Path], object]) -> bytes:
    file = _place() / name
    write(file)
    return file.read_bytes()


def _examples() -> Any:  # noqa: ANN401
    from tenfold.data.examples import as_examples

    images = np.zeros((5, 28, 28), np.uint8)
    images[:, 5:20, 10:14] = 255
    return as_examples(images, np.arange(5), origin="attacks")


def idx() -> list[bytes]:
    """IDX files, plain and gzipped."""
    arrays = {"a": _examples().images, "a.gz": _examples().images, "b": np.arange(5, dtype=np.uint8)}
    return [_written(name, partial(_write_idx, array)) for name, array in arrays.items()]


def _write_idx(array: "np.ndarray[Any, Any]", file: Path) -> None:
    from tenfold.data.idx import write_idx

    write_idx(file, array)


def npz() -> list[bytes]:
    """An `.npz` file."""
    from tenfold.data.npz import write_npz

    return [_written("a.npz", lambda file: write_npz(file, {"all": _examples()}))]


def csv() -> list[bytes]:
    """A table of pixels."""
    from tenfold.data.tables import write_csv

    return [_written("a.csv", lambda file: write_csv(file, _examples()))]


def _read_idx(file: Path) -> object:
    from tenfold.data.idx import read_idx

    return read_idx(file)


def _read_npz(file: Path) -> object:
    from tenfold.data.npz import npz_splits, read_npz

    return [read_npz(file, split) for split in npz_splits(file)]


def _read_csv(file: Path) -> object:
    from tenfold.data.tables import read_csv

    return read_csv(file)


def parquet() -> list[bytes]:
    """A Parquet file as Hugging Face stores MNIST."""
    import pyarrow
    from pyarrow import parquet as files

    from tenfold.data.folders import encode_image

    rows = [{"bytes": encode_image(image), "path": "x"} for image in _examples().images]
    table = pyarrow.table({"image": rows, "label": pyarrow.array(range(5))})
    return [_written("a.parquet", lambda file: files.write_table(table, file))]


def _read_parquet(file: Path) -> object:
    from tenfold.data.datasets import load_examples

    return load_examples(str(file), "train", offline=True)


def _form(content: bytes) -> object:
    from tenfold.read.forms import parse_form

    return parse_form(content, "0123456789.,-")


def _list(content: bytes) -> object:
    from tenfold.read.lists import parse_list

    return parse_list(content.decode("utf-8-sig", "replace"), "0123456789.,-")


@cache
def _model() -> Path:
    """Write the smallest model folder there is: its networks are those that ship, cut to a few golden images."""
    import shutil

    from tenfold.model.folder import SHIPPED

    place = _place() / "model"
    shutil.copytree(SHIPPED, place)
    document = json.loads((place / "model.json").read_text())
    document["calibration"].pop("held_out", None)
    document["calibration"].pop("numbers", None)
    document["golden"] = {"images": "AAAA", "probabilities": [[0.5]]}
    _sign(place, document)
    return place


def _sign(place: Path, document: dict[str, Any]) -> None:
    from tenfold.model.description import document_digest

    document["sha256"] = document_digest(document)
    (place / "model.json").write_text(json.dumps(document))


def descriptions() -> list[bytes]:
    """The description of a model folder; it is signed again after it was damaged, as a forger would."""
    return [json.dumps(json.loads((_model() / "model.json").read_text())).encode()]


def _describe(content: bytes) -> object:
    from tenfold.model.description import info_of, read_document
    from tenfold.model.promise import HeldOut

    place = _model()
    try:
        document = json.loads(content)
        if not isinstance(document, dict):
            return None
        _sign(place, document)
    except (ValueError, RecursionError):
        (place / "model.json").write_bytes(content)
    document = read_document(place)
    info = info_of(place, document)
    if held_out := info.calibration.get("held_out"):
        HeldOut.from_dict(held_out)
    return info


def networks() -> list[bytes]:
    """The shipped network of single digits."""
    from tenfold.model.folder import SHIPPED

    return [(SHIPPED / "model.onnx").read_bytes()[:150_000]]


def _walk(content: bytes) -> None:
    from tenfold.model.onnx_wire import check_network_bytes

    check_network_bytes(content, hashlib.sha256(content).hexdigest()[:8])


def requests() -> list[bytes]:
    """Requests in JSON: of the inference protocol, and with pictures in base64."""
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1, 28, 28], "data": [0] * 784}
    return [
        json.dumps({"id": "a", "inputs": [tensor], "outputs": [{"name": "probabilities"}]}).encode(),
        json.dumps({"pictures": ["iVBORw0KGgo=", {"name": "a", "content": "data:image/png;base64,iVBORw0="}]}).encode(),
    ]


def _ask(content: bytes) -> None:
    from tenfold.serve.options import Limits
    from tenfold.serve.wire.json_files import files_of_json
    from tenfold.serve.wire.problems import Problem

    for ask in (_infer, lambda body: files_of_json(body, "pictures", Limits())):
        try:
            ask(content)
        except Problem as problem:
            problem.response("/v2/models/reader/infer")


def _infer(content: bytes) -> None:
    from tenfold.serve.routes.inference import _images, _parse, _wanted

    asked = _parse(content)
    _images(asked, b"", 1024)
    _wanted(asked)


KINDS: dict[str, Kind] = {
    "pictures": Kind(_others, _as_digit),
    "pages": Kind(_others, _as_pages),
    "PDF, TIFF, HEIC": Kind(sandboxed, _as_digit),
    "IDX": Kind(idx, _as_file("idx", _read_idx)),
    "npz": Kind(npz, _as_file("x.npz", _read_npz)),
    "CSV": Kind(csv, _as_file("x.csv", _read_csv)),
    "Parquet": Kind(parquet, _as_file("x.parquet", _read_parquet)),
    "model.json": Kind(descriptions, _describe),
    "model.onnx": Kind(networks, _walk),
    "forms": Kind(lambda: [FORM.encode()], _form),
    "lists": Kind(lambda: [b"id\n781528989\n402135667\n12,5\n"], _list),
    "JSON requests": Kind(requests, _ask),
}
"""The kinds, each with its name."""
