"""Tenfold learns to read handwritten digits and then reads yours.

The public names stand in `__init__.pyi`. Each is imported when it is first asked for, so `import tenfold` brings
neither NumPy nor PyTorch.
"""

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

__version__ = "0.3.0"

STUB = Path(__file__).with_suffix(".pyi")
EXTRA = frozenset({"torch", "onnx", "safetensors", "matplotlib"})
"""Packages that only `tenfold[train]` installs."""


def _homes() -> dict[str, str]:
    """Give the module that each name of the stub is imported from; for a room that is `tenfold`."""
    imports = (node for node in ast.parse(STUB.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom))
    return {
        alias.name: str(node.module)
        for node in imports
        for alias in node.names
        if str(node.module).startswith(__name__)
    }


_HOMES = _homes()

__all__ = [*sorted(name for name, home in _HOMES.items() if home != __name__), "__version__"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOMES[name] == __name__:
        return import_module(f"{__name__}.{name}")
    try:
        home = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name in EXTRA:
            from tenfold.errors import OptionError

            raise OptionError(f'tenfold.{name} needs {error.name}: pip install "tenfold[train]"') from error
        raise
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def submodules_of(package: str) -> Callable[[str], ModuleType]:
    """Give the `__getattr__` of a package whose modules are imported when they are first asked for."""

    def find(name: str) -> ModuleType:
        module = f"{package}.{name}"
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return find
