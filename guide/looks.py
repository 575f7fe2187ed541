"""How the site of the guide looks: each page as a picture at three widths, light and dark, and what axe finds in it.

Example: `python -m guide`, then `python -m guide.looks`, and look into build/screens/guide
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

__all__ = ["WIDTHS", "look_at"]

ROOT = Path(__file__).parents[1]
WIDTHS = (360, 1280, 1920)
"""Widths of a phone, a laptop and a large screen, in pixels."""

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 300_000
"""Milliseconds that one picture may take: the reference of Python is long, and machines are busy."""

GRAVE = {"serious", "critical"}
"""Findings of axe that keep somebody out."""


def look_at(browser: Browser, page: Path, site: Path, screens: Path | None) -> Iterator[str]:
    """Look at one page at all widths, light and dark.

    Args:
        browser: Playwright's browser.
        page: The HTML file.
        site: The folder of the site.
        screens: Where pictures are written, named by page, width and scheme; none are where this is None.

    Yields:
        What is wrong: what axe calls serious or critical, and a page that is wider than its window.
    """
    name = page.relative_to(site).with_suffix("").as_posix()
    for scheme in SCHEMES:
        for width in WIDTHS:
            shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            shown.goto(page.as_uri(), timeout=PATIENCE)
            if shown.evaluate("document.documentElement.scrollWidth") > width:
                yield f"{name}: wider than {width} pixels"
            if width == WIDTHS[0]:
                for each in Axe().run(shown).response["violations"]:
                    if each["impact"] in GRAVE:
                        places = ", ".join(" ".join(map(str, node["target"])) for node in each["nodes"][:3])
                        yield f"{name}, {scheme}: {each['id']} at {places}"
            if screens:
                screens.mkdir(parents=True, exist_ok=True)
                shown.screenshot(
                    path=screens / f"{name.replace('/', '-')}-{width}-{scheme}.png", full_page=True, timeout=PATIENCE
                )
            shown.close()


def main(
    site: Annotated[Path, typer.Option(help="The folder of the site.")] = ROOT / "build" / "site",
    out: Annotated[Path, typer.Option(help="The folder of the pictures.")] = ROOT / "build" / "screens" / "guide",
    only: Annotated[str, typer.Option(help="Look only at pages whose names hold this.")] = "",
) -> None:
    """Take pictures of every page of the guide, and fail where somebody is kept out."""
    found = []
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for page in sorted(site.rglob("*.html")):
            if only in page.relative_to(site).as_posix():
                wrong = list(look_at(browser, page, site, out))
                print("\n".join(wrong or [f"{page.relative_to(site)}: well"]), flush=True)
                found += wrong
        browser.close()
    print(f"pictures: {out}")
    raise typer.Exit(bool(found))


if __name__ == "__main__":
    typer.run(main)
