"""Results as JSON files, and as tables on the screen and in the documentation."""

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import this_machine
from tenfold.errors import OptionError

__all__ = ["RESULTS", "load_results", "markdown", "names_of", "print_table", "save_result"]

RESULTS = Path("build/benchmarks")
"""The folder of the results unless another is named."""

Rows = list[list[str]]


def save_result(name: str, result: dict[str, Any], folder: Path | None = None) -> Path:
    """Write a result as JSON, with the machine, the date and the command that made it.

    Args:
        name: The file's name without its suffix.
        result: Plain values.
        folder: The folder to write into; `RESULTS` if None.

    Returns:
        The file.
    """
    folder = folder or RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "command": _command(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": asdict(this_machine()),
        "result": result,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def load_results(folder: Path, *patterns: str) -> list[dict[str, Any]]:
    """Read the documents whose names match one of some patterns, pattern by pattern in the order of the names."""
    paths = [path for pattern in patterns for path in sorted(folder.glob(f"{pattern}.json"))]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def print_table(rows: Rows, left: int = 1) -> None:
    """Print rows of text as a table, the heading first; `left` columns hold words, the others figures."""
    print(f"\n{markdown(rows, left)}\n", flush=True)


def markdown(rows: Rows, left: int = 1) -> str:
    """Give rows of text as a Markdown table: the first `left` columns to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * width if column < left else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    ruled = [rows[0], rule, *rows[1:]]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in ruled]
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)


def _command() -> str:
    """Give the command line of this process as one would type it."""
    module = getattr(sys.modules["__main__"].__spec__, "name", sys.argv[0])
    return " ".join(["python -m", module.removesuffix(".__main__"), *sys.argv[1:]])


def names_of(text: str, allowed: Collection[str], default: Sequence[str]) -> list[str]:
    """Read names that are separated by commas.

    Args:
        text: The names; empty for `default`.
        allowed: The names to choose from.
        default: The names if `text` is empty.

    Returns:
        The names.

    Raises:
        OptionError: A name is not allowed.
    """
    names = [name.strip() for name in text.split(",") if name.strip()] or list(default)
    for name in names:
        if name not in allowed:
            raise OptionError(f"unknown name {name!r}; allowed: {', '.join(allowed)}")
    return names
