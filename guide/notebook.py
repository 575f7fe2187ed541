"""The tutorial as a notebook, made of its page: prose and Keras's lines as text, Tenfold's lines as cells to run."""

import json
from pathlib import Path
from typing import Any

from guide.snippets import Part, parts_of

__all__ = ["notebook_of", "write_notebook"]

FORMAT = {"nbformat": 4, "nbformat_minor": 5}
"""The format of notebooks that every Jupyter since 2021 reads."""


def notebook_of(page: Path) -> dict[str, Any]:
    """Give the notebook of a page: its Python as cells, without the output, which comes when they are run."""
    cells = [_cell(place, part) for place, part in enumerate(_shown(parts_of(page)))]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": {**kernel, "language_info": {"name": "python"}}, **FORMAT}


def write_notebook(page: Path, notebook: Path) -> None:
    """Write the notebook of a page."""
    text = json.dumps(notebook_of(page), indent=1, ensure_ascii=False)
    notebook.write_text(f"{text}\n", encoding="utf-8")


def _shown(parts: list[Part]) -> list[Part]:
    """Leave out what the cells print themselves, and put other listings into the prose around them."""
    shown: list[Part] = []
    for part in parts:
        if part.kind == "output":
            continue
        text = part.content if part.kind in {"text", "python"} else _listing(part)
        kind = "python" if part.kind == "python" else "text"
        if shown and shown[-1].kind == kind == "text":
            shown[-1] = Part(kind, f"{shown[-1].content.rstrip()}\n\n{text.lstrip()}")
        else:
            shown.append(Part(kind, text))
    return shown


def _listing(part: Part) -> str:
    """Give a listing that is not run as Markdown; a directive's options become its heading."""
    kind = part.kind.removeprefix("{code-block}").strip()
    lines = part.content.splitlines()
    caption = lines[0].removeprefix(":caption:").strip() if lines[0].startswith(":caption:") else ""
    code = "\n".join(lines[1:] if caption else lines).strip("\n")
    return f"{caption}\n\n```{kind}\n{code}\n```\n".lstrip()


def _cell(place: int, part: Part) -> dict[str, Any]:
    source = part.content.strip("\n").splitlines(keepends=True)
    cell = {"id": f"cell-{place}", "metadata": {}, "source": source}
    if part.kind == "python":
        return {"cell_type": "code", "execution_count": None, **cell, "outputs": []}
    return {"cell_type": "markdown", **cell}
