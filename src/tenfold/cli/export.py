"""`tenfold export`: one file of a model, for use elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

import tenfold
from tenfold.cli.completion import data_names
from tenfold.cli.options import ModelArgument, Offline, decode
from tenfold.errors import ModelError, OptionError

if TYPE_CHECKING:
    from tenfold.model.folder import Model

__all__ = ["export"]

Format: TypeAlias = Literal["onnx", "float32", "int8", "lines", "safetensors"]

SUFFIXES: dict[Format, str] = {
    "onnx": "onnx",
    "float32": "float32.onnx",
    "int8": "int8.onnx",
    "lines": "lines.onnx",
    "safetensors": "safetensors",
}

INT8_IMAGES = 1000
"""Images on which the ranges of an int8 export are measured."""


def export(
    model: ModelArgument = None,
    file_format: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="`onnx`: the network that reads digits, as the folder has it; `float32`, `int8`: the same "
            "network with weights of that type; `lines`: the line recogniser, which reads whole numbers; "
            "`safetensors`: the weights.",
        ),
    ] = "onnx",
    data: Annotated[
        str,
        typer.Option(
            "--data",
            help="For int8: the images on which the ranges of its numbers are measured.",
            autocompletion=data_names,
        ),
    ] = "mnist",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write.", show_default="the model's name and the format"),
    ] = None,
    offline: Offline = False,
) -> None:
    """Write one file of a model for use elsewhere.

    The ONNX files answer as the model does, its calibration included. They take `images` uint8 (n, 28, 28), 0 paper to
    255 ink, and give `probabilities` (n, k). With `--format lines` they take `lines` uint8 (n, 48, width) and give
    `columns`: for each second pixel the log-probability of each sign and of none.

    Example: `tenfold export`, or `tenfold export models/tiny --format int8`.
    """
    from tenfold.files import in_place_of
    from tenfold.model.folder import load_model

    loaded = load_model(model)
    target = out or Path(f"{loaded.folder.resolve().name}.{SUFFIXES[file_format]}")
    content = _content(loaded, file_format, data, offline=offline)
    with in_place_of(target, ModelError) as fresh:
        fresh.write_bytes(content)
    print(f"{target}: {len(content):,} bytes")


def _content(model: "Model", file_format: Format, data: str, *, offline: bool) -> bytes:
    from tenfold.model.folder import check_has_lines

    if file_format == "safetensors":
        return model.content("model.safetensors")
    if file_format == "lines":
        check_has_lines(model)
        return model.content("lines.onnx")
    if file_format == "onnx" and "graph_temperature" not in model.info.calibration:
        return model.content("model.onnx")  # needs neither PyTorch nor the onnx package
    try:
        from tenfold.learn.export import calibrated_onnx, float_onnx
    except ModuleNotFoundError as error:
        raise OptionError(f'exporting it needs {error.name}: pip install "tenfold[train]"') from error

    content = calibrated_onnx(model) if file_format == "onnx" else float_onnx(model)
    if file_format != "int8":
        return content
    from tenfold.data.datasets import load_examples

    images = load_examples(data, "train", offline=offline, decode=decode).images
    return tenfold.to_int8(content, images[:INT8_IMAGES])
