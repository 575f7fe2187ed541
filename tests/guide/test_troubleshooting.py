"""The errors that the guide explains are those that the code raises, in the same words."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
SHELL = {"tenfold: command not found"}
"""What a shell says, and not Tenfold."""


def texts():
    """Every text of the package's code, with `…` where it differs from case to case."""
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)


def test_each_error_that_is_explained_can_come():
    known = "\n".join(texts())
    told = re.findall(r"^### `(.+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(told) > 15
    missing = [text for text in told if text not in SHELL and any(part not in known for part in text.split("…"))]
    assert missing == []
