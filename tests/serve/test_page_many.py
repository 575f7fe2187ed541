"""Many reviews looked at at once: kept together, corrected by a tap, put off, matched with a list."""

import csv
from io import BytesIO

import httpx
import pytest
from browser import SIZES, check_access, shot
from PIL import Image
from playwright.sync_api import expect
from sheets import Sheet

NUMBERS = ("781528989", "402135667", "990017284", "312604755")


@pytest.fixture
def waiting(address, mnist, seven):
    """Numbers that are on no list, two of them on the same page twice, and a digit."""
    sheet = Sheet(mnist.x_test, mnist.y_test, height=900)
    for place, number in enumerate(NUMBERS):
        sheet.boxes(number, 200, 120 + 180 * place)
    stream = BytesIO()
    Image.fromarray(sheet.page(1.5)).save(stream, "PNG")
    for name in ("a.png", "b.png"):
        fields = {"known": "111111111", "review": "true"}
        answer = httpx.post(f"{address}/v1/numbers", files={"page": (name, stream.getvalue())}, data=fields, timeout=60)
        assert answer.status_code == 200, answer.text
    httpx.post(f"{address}/v1/reviews", files={"picture": ("seven.png", seven)}, timeout=60)


def test_many_are_kept_corrected_put_off_and_matched(open_page, address, waiting):
    page = open_page(path="#review", bypass_csp=True)
    expect(page.locator("#left")).to_have_text("9 left")
    page.get_by_text("Many at once").click()
    expect(page.locator("#cards li")).to_have_count(9)
    expect(page.locator("#keep-many")).to_have_text("Keep these 9")
    expect(page.get_by_text("same picture as")).to_have_count(4)
    page.locator("#match-again summary").click()
    page.locator("#match-list").fill("\n".join(NUMBERS[:3]))
    page.locator("#match").click()
    expect(page.locator("#matched")).to_have_text("6 of 8 numbers fit the list; 6 of them are the same as another.")
    page.locator("#match-again summary").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"review-many-{width}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    page.set_viewport_size({"width": 1280, "height": 860})
    first = page.locator("#cards li").first
    said = first.locator(".reading").nth(1).get_attribute("aria-label").removeprefix("It is ")
    first.locator(".reading").nth(1).click()
    page.locator("#cards li").nth(1).locator(".other").fill("-")
    page.locator("#cards li").nth(4).locator(".other").fill("3")
    page.locator("#cards li").nth(2).locator(".picture").click()
    expect(page.locator("#keep-many")).to_have_text("Keep these 8")
    shot(page, "review-many-chosen")
    check_access(page)
    page.locator("#keep-many").click()
    expect(page.locator("#many-left")).to_have_text("1 left")
    expect(page.locator("#waiting")).to_have_text("1")
    page.locator("#cards .picture").click()
    expect(page.locator("#keep-many")).to_be_disabled()
    page.locator("#later-many").click()
    expect(page.locator("#keep-many")).to_have_text("Keep this one")
    page.locator("#keep-many").click()
    expect(page.locator("#empty")).to_be_visible()
    rows = list(csv.DictReader(httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines()))
    labels = [row["label"] for row in rows]
    assert labels.count(said.replace(" empty ", "_")) >= 1
    assert labels.count("_") == 1
    assert len({label for label in labels if len(label) == 9 and label not in NUMBERS}) == 2  # tapped, and typed
    assert "" not in labels
