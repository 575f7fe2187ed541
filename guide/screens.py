"""The screenshots of docs/images, taken of `tenfold serve` in Chromium."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tenfold.draw.hands import DIGITS

__all__ = ["SCREENS", "served", "shoot_all"]

SCREENS = ("page-draw.png",)
"""The files in docs/images that this module makes."""

SIZE = (1280, 860)
"""Width and height of the window, in pixels."""


def shoot_all(folder: Path) -> None:
    """Write the screenshots: a two drawn on the page with the mouse, as it was read."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        window = {"width": SIZE[0], "height": SIZE[1]}
        page = browser.new_page(viewport=window, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(address)
        _write(page, DIGITS[2]["looped foot"])
        expect(page.locator("#digit")).to_have_text("2")
        expect(page.locator("#stages li").last).to_have_text("28×28")
        page.mouse.move(1, 1)
        page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)")
        page.screenshot(path=folder / SCREENS[0], full_page=True)
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """Serve the model that ships while the block runs; gives the address."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", "0", "--workers", "1", "--store", f"{folder}/review.db"]
        command = [sys.executable, "-m", "tenfold", "serve", *options]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                assert server.stderr is not None  # noqa: S101 (it is a pipe)
                told = next(line for line in server.stderr if line.startswith("tenfold: "))
                found = re.search(r"http://\S+", told)
                if not found:
                    raise SystemExit(f"the server did not start: {told}")
                yield found[0]
            finally:
                server.terminate()


def _write(page: Page, description: str) -> None:
    """Draw the strokes of a digit with the mouse, in the middle of the sheet."""
    box = page.locator("#pad").bounding_box()
    if box is None:
        raise SystemExit("the page has no sheet to draw on")
    for stroke in description.replace("!", "").split(";"):
        for place, point in enumerate(stroke.split()):
            x, y = map(float, point.split(","))
            right, down = 0.3 + 0.006 * x, 0.2 + 0.006 * y
            page.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"], steps=4)
            if not place:
                page.mouse.down()
        page.mouse.up()
