"""The code in pages: what stands between fences, for the notebook and for the tests that run it."""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Part", "parts_of", "snippets_of"]

FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block of code: what stands behind the fence, and the lines up to the next one."""


@dataclass(frozen=True)
class Part:
    """A part of a page.

    Attributes:
        kind: `text` for prose, else what stands behind the fence: `python`, `sh`, `console`, …
        content: The prose, or the code without its fences.
    """

    kind: str
    content: str


def parts_of(page: Path) -> list[Part]:
    """Give the parts of a Markdown page in their order, prose and code in turn."""
    text = page.read_text(encoding="utf-8")
    parts, end = [], 0
    for block in FENCE.finditer(text):
        parts += [Part("text", text[end : block.start()]), Part(block["kind"].strip(), block["code"])]
        end = block.end()
    parts.append(Part("text", text[end:]))
    return [part for part in parts if part.content.strip()]


def snippets_of(page: Path, kind: str) -> list[str]:
    """Give the code of one kind in a page."""
    return [part.content for part in parts_of(page) if part.kind == kind]
