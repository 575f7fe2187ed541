"""What people do with the page, and what the tests keep of it: mouse, files, screenshots, access."""

import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tenfold.draw.hands import DIGITS

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = {"phone": (360, 740), "desk": (1280, 860), "wide": (1920, 1080)}


@contextmanager
def running_chromium():
    """Give Debian's Chromium, running; without one the test is skipped, and says so."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("the page was not tested, for there is no Chromium: apt-get install chromium")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def strokes(description):
    """Give the strokes of a digit as points in a square of 1, centred."""
    lifted = [re.findall(r"(-?\d+),(-?\d+)", stroke) for stroke in description.split(";")]
    points = [[(int(x), int(y)) for x, y in stroke] for stroke in lifted]
    middle = (max(x for stroke in points for x, _ in stroke) + min(x for stroke in points for x, _ in stroke)) / 2
    return [[(0.5 + (x - middle) * 0.006, 0.2 + y * 0.006) for x, y in stroke] for stroke in points]


def _pad(page):
    """Give where one draws, which is moved into view as people do."""
    page.locator("#pad").scroll_into_view_if_needed()
    return page.locator("#pad").bounding_box()


def write(page, description):
    """Draw with the mouse."""
    box = _pad(page)
    for stroke in strokes(description):
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            if index == 0:
                page.mouse.down()
        page.mouse.up()


def write_number(page, number, apart=0.72, scale=1.0):
    """Draw digits side by side with the mouse; `apart` and `scale` are shares of the sheet's height."""
    box = _pad(page)
    for place, digit in enumerate(number):
        for stroke in strokes(next(iter(DIGITS[int(digit)].values()))):
            for index, (x, y) in enumerate(stroke):
                left, top = 0.1 + apart * place + scale * (x - 0.2), 0.5 + scale * (y - 0.5)
                page.mouse.move(box["x"] + left * box["height"], box["y"] + top * box["height"], steps=4)
                if index == 0:
                    page.mouse.down()
            page.mouse.up()


def drop(page, *files, by="drop"):
    """Let files, each its content and its name, fall on the page, or paste them."""
    page.evaluate(
        """([files, by]) => {
            const data = new DataTransfer();
            for (const [bytes, name] of files) {
                data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
            }
            const how = { bubbles: true, cancelable: true };
            const event = by === "drop" ? new DragEvent("drop", { dataTransfer: data, ...how })
                : new ClipboardEvent("paste", { clipboardData: data, ...how });
            document.querySelector("main:not([hidden])").dispatchEvent(event);
        }""",
        [[[list(content), name] for content, name in files], by],
    )


def check_access(page):
    """Let axe look for what would keep people out; it is put into the page past its policy."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert serious == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious]


def shot(page, name):
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
