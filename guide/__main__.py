"""Builds the guide of docs/ as a site; a broken link, a page that no other names, or a name without text fails.

Its first page holds the reader in the browser, as `tenfold site` writes it. Example: `python -m guide`, then
`python -m http.server -d build/site`; `python -m guide --draw` first makes pictures and notebook.
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
from tenfold.errors import FetchError
from tenfold.model.folder import load_model
from tenfold.site.build import site_files, write_site
from tenfold.site.runtime import fetch_runtime

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

READER, PLACE = "reader", "<!-- the reader -->"
"""The folder of the site that the reader stands in; where it stands on the first page."""

FRAME = f"""<iframe class="reader" title="Draw a digit: your browser reads it" hidden></iframe>
<script>
  if (location.protocol !== "file:") {{  // from a file, browsers run no modules
    const frame = document.querySelector(".reader");
    frame.src = "{READER}/index.html";
    frame.hidden = false;
  }}
</script>
"""


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


def add_reader(pages: Path, site: Path) -> None:
    """Put the reader in the browser on the first page.

    Args:
        pages: What `assemble` wrote.
        site: The folder of the site.

    Raises:
        FetchError: What browsers need to read cannot be had from here; the page is then without.
    """
    runtime = fetch_runtime(progress=True)
    write_site(site_files(load_model(), runtime), site / READER)
    first = pages / "index.md"
    first.write_text(first.read_text(encoding="utf-8").replace(PLACE, FRAME), encoding="utf-8")


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
    try:
        add_reader(pages, out)
    except FetchError as error:
        print(f"the first page is without the reader: {error}", file=sys.stderr)
    status = build(pages, out)
    if not status:
        print(f"the guide: {out / 'index.html'}; to draw on its first page: python -m http.server -d {out}")
    raise typer.Exit(status)


if __name__ == "__main__":
    typer.run(main)
