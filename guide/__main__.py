"""Builds the guide of docs/ as a site; a broken link, a page that no other names, or a name without text fails.

Example: `python -m guide`, then open build/site/index.html; `python -m guide --draw` first makes pictures and notebook.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from guide.api import api_reference
from guide.commands import command_reference
from guide.notebook import write_notebook

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def assemble(pages: Path) -> None:
    """Lay out what the site is made of: the pages and pictures of docs/, and the reference, which the code gives.

    Args:
        pages: The folder to write; what is there goes.
    """
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(DOCS, pages)
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8").replace("](docs/", "](")
    (pages / "security.md").write_text(security, encoding="utf-8")
    (pages / "reference").mkdir()
    (pages / "reference" / "commands.md").write_text(command_reference(), encoding="utf-8")
    (pages / "reference" / "python.md").write_text(api_reference(), encoding="utf-8")


def build(pages: Path, site: Path) -> int:
    """Make the site of `pages`; give the exit status, 0 where nothing at all was wrong."""
    strict = ["--fail-on-warning", "--keep-going"]
    command = [sys.executable, "-m", "sphinx", *strict, "--fresh-env", "--quiet", "--conf-dir", str(ROOT / "guide")]
    return subprocess.run([*command, str(pages), str(site)], check=False).returncode


def main(
    out: Annotated[Path, typer.Option(help="The folder of the site.")] = ROOT / "build" / "site",
    draw: Annotated[bool, typer.Option("--draw", help="Make the pictures and the notebook of docs/ again.")] = False,
) -> None:
    """Build the guide of docs/ as a site."""
    if draw:
        from guide.pictures import draw_all
        from guide.screens import shoot_all

        write_notebook(DOCS / "tutorial.md", DOCS / "tutorial.ipynb")
        draw_all(DOCS / "images")
        shoot_all(DOCS / "images")
    pages = ROOT / "build" / "guide"
    assemble(pages)
    status = build(pages, out)
    if not status:
        print(f"the guide: {out / 'index.html'}")
    raise typer.Exit(status)


if __name__ == "__main__":
    typer.run(main)
