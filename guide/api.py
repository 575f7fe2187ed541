"""The reference of Python's names, made of the package's stub: each public name once, by what it is for."""

import ast
import inspect
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import tenfold

__all__ = ["ROOMS", "api_reference", "public_names"]

ROOMS = {
    "data": "Data",
    "learn": "Training",
    "scale": "Clusters",
    "model": "Models",
    "read": "Reading",
    "picture": "Preparing pictures",
    "calibrate": "Promises of error",
    "adapt": "Adapting",
    "doctor": "Diagnosis",
    "explain": "Explanations",
    "report": "Reports",
    "arrays": "What a model is to the rest",
    "errors": "Errors",
}
"""The headings, by the room of the package that a name comes from."""

HEAD = """# Python

Everything here is a name of `tenfold` itself: `import tenfold`, then `tenfold.Reader`. Images are `uint8 (n, 28, 28)`,
0 paper, 255 ink, and so is all that is said of them below. The rooms of the package, such as `tenfold.draw`, can be
used too; what is in them may change without notice.
"""


def public_names() -> dict[str, list[tuple[str, str]]]:
    """Give the public names of each room, each with its module before it, as the stub has them; rooms are none."""
    names: dict[str, list[tuple[str, str]]] = {room: [] for room in ROOMS}
    for node in ast.parse(Path(tenfold.__file__).with_suffix(".pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tenfold."):
            names[str(node.module).split(".")[1]] += [(str(node.module), alias.name) for alias in node.names]
    return names


def api_reference() -> str:
    """Give the reference as Markdown with a directive for each name, which Sphinx fills from its docstring."""
    parts = [HEAD]
    for room, names in public_names().items():
        parts += [f"## {ROOMS[room]}\n", *(_entry(*each) for each in names)]
    return "\n".join(parts)


def _entry(home: str, name: str) -> str:
    value = getattr(tenfold, name)
    if not callable(value):
        lines = [f".. py:data:: tenfold.{name}", "", f"   {_told_of(home, name)}"]
    elif not inspect.isclass(value):
        lines = [f".. autofunction:: tenfold.{name}"]
    elif issubclass(value, BaseException):
        lines = [f".. autoexception:: tenfold.{name}"]
    else:
        lines = [f".. autoclass:: tenfold.{name}", "   :members:"]
    return "\n".join([f"### {name}\n", "```{eval-rst}", *lines, "```\n"])


def _told_of(home: str, name: str) -> str:
    """Give what stands below a constant in its module, which Python itself does not keep."""
    body = ast.parse(Path(str(import_module(home).__file__)).read_text(encoding="utf-8")).body
    for node, below in pairwise(body):
        target = node.target if isinstance(node, ast.AnnAssign) else None
        told = below.value if isinstance(below, ast.Expr) else None
        if isinstance(target, ast.Name) and target.id == name and isinstance(told, ast.Constant):
            return inspect.cleandoc(str(told.value)).replace("\n", " ")
    raise LookupError(f"nothing says what {home}.{name} is: write it below, as a text by itself")
