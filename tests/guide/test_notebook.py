"""The tutorial is one: its page, its notebook, and what they print when they are run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from guide.notebook import notebook_of
from guide.snippets import parts_of

DOCS = Path(__file__).parents[2] / "docs"
NUMBER = re.compile(r"\d+\.\d+")
NEAR = 0.02
"""Difference of a printed share between machines, whose processors train in other precisions."""


@pytest.fixture(scope="module")
def notebook():
    return json.loads((DOCS / "tutorial.ipynb").read_text(encoding="utf-8"))


def test_the_notebook_is_what_the_page_says(notebook):
    assert notebook == notebook_of(DOCS / "tutorial.md")  # `python -m guide --draw` makes it again


def test_the_notebook_is_one_that_jupyter_opens(notebook):
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for cell in notebook["cells"]:
        assert {"cell_type", "id", "metadata", "source"} <= set(cell)
        assert ("outputs" in cell) == (cell["cell_type"] == "code")


def test_keras_lines_are_shown_and_never_run(notebook):
    texts = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    codes = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert any("keras.layers.Dense(128" in text for text in texts)
    assert not any("keras" in code for code in codes)


def test_its_cells_run_and_print_what_the_page_shows(notebook, mnist, tmp_path):
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    mark = "-- end of a cell --"
    script = f"\nprint({mark!r})\n".join(cells)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [text.strip() for text in done.stdout.split(mark)]
    shown = []
    for part in parts_of(DOCS / "tutorial.md"):
        if part.kind == "python":
            shown.append("")
        if part.kind == "output":
            shown[-1] = part.content.strip()
    assert [NUMBER.sub("#", text) for text in printed] == [NUMBER.sub("#", text) for text in shown]
    for told, expected in zip(printed, shown, strict=True):
        for one, other in zip(NUMBER.findall(told), NUMBER.findall(expected), strict=True):
            assert float(one) == pytest.approx(float(other), abs=NEAR), (told, expected)
