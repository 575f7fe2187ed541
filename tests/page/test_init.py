"""A page is walked in a line: the modules of the room call only those further down."""

import ast
from pathlib import Path

import pytest

from tenfold import page

DOWN = (
    *(
        "layout",
        "align",
        "order",
        "cells",
        "free",
        "erasing",
        "line",
        "boxes",
        "verticals",
        "outlines",
        "grids",
    ),
    *("strips", "rulings", "ink_kinds", "paper", "panels", "quads"),
)
"""The modules as the room's docstring lists them, from above to below."""

FILES = {file.stem: file for file in Path(page.__file__).parent.glob("*.py") if file.stem != "__init__"}


def test_every_module_has_its_place_and_is_described():
    assert sorted(FILES) == sorted(DOWN)
    assert all(f" {name} " in page.__doc__ for name in DOWN)


@pytest.mark.parametrize("name", DOWN)
def test_modules_import_only_those_below(name):
    imports = [
        node.module or "" for node in ast.walk(ast.parse(FILES[name].read_text())) if isinstance(node, ast.ImportFrom)
    ]
    found = {module.removeprefix("tenfold.page.") for module in imports if module.startswith("tenfold.page.")}
    assert found <= set(DOWN[DOWN.index(name) + 1 :])
