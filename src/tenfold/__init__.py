"""Tenfold learns to read handwritten digits and then reads yours."""

from importlib import import_module
from typing import TYPE_CHECKING

from tenfold.errors import (
    DataError,
    FetchError,
    ModelError,
    OptionError,
    PictureError,
    TenfoldError,
    TrainingError,
)

if TYPE_CHECKING:
    from tenfold.data.datasets import DATASETS, load_data, load_examples, save_data, save_examples
    from tenfold.learn.classifier import DigitClassifier
    from tenfold.learn.export import save_module
    from tenfold.learn.quantize import to_int8
    from tenfold.learn.recipes import RECIPES, TrainingOptions, recipe
    from tenfold.learn.run import TrainingRun, train_model
    from tenfold.learn.training import train
    from tenfold.model.evaluate import Evaluation, evaluate
    from tenfold.model.folder import Model, load_model
    from tenfold.read.digits import Digit
    from tenfold.read.numbers import Number
    from tenfold.read.options import NumberOptions
    from tenfold.read.reader import Reader
    from tenfold.read.tables import Numbers
    from tenfold.report.html import write_report

__version__ = "0.1.0"

_HOMES = {
    "DATASETS": "tenfold.data.datasets",
    "Digit": "tenfold.read.digits",
    "DigitClassifier": "tenfold.learn.classifier",
    "Evaluation": "tenfold.model.evaluate",
    "Model": "tenfold.model.folder",
    "Number": "tenfold.read.numbers",
    "Numbers": "tenfold.read.tables",
    "NumberOptions": "tenfold.read.options",
    "RECIPES": "tenfold.learn.recipes",
    "Reader": "tenfold.read.reader",
    "TrainingOptions": "tenfold.learn.recipes",
    "TrainingRun": "tenfold.learn.run",
    "evaluate": "tenfold.model.evaluate",
    "load_data": "tenfold.data.datasets",
    "load_examples": "tenfold.data.datasets",
    "load_model": "tenfold.model.folder",
    "save_data": "tenfold.data.datasets",
    "save_examples": "tenfold.data.datasets",
    "save_module": "tenfold.learn.export",
    "recipe": "tenfold.learn.recipes",
    "to_int8": "tenfold.learn.quantize",
    "train": "tenfold.learn.training",
    "train_model": "tenfold.learn.run",
    "write_report": "tenfold.report.html",
}
"""Where each public name lives; it is imported when first asked for, so `import tenfold` brings neither NumPy nor
PyTorch."""

__all__ = [
    "DATASETS",
    "RECIPES",
    "DataError",
    "Digit",
    "DigitClassifier",
    "Evaluation",
    "FetchError",
    "Model",
    "ModelError",
    "Number",
    "NumberOptions",
    "Numbers",
    "OptionError",
    "PictureError",
    "Reader",
    "TenfoldError",
    "TrainingError",
    "TrainingOptions",
    "TrainingRun",
    "__version__",
    "evaluate",
    "load_data",
    "load_examples",
    "load_model",
    "recipe",
    "save_data",
    "save_examples",
    "save_module",
    "to_int8",
    "train",
    "train_model",
    "write_report",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'tenfold' has no attribute {name!r}")
    try:
        home = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name in {"torch", "onnx", "safetensors", "matplotlib"}:
            raise OptionError(f'tenfold.{name} needs {error.name}: pip install "tenfold[train]"') from error
        raise
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
