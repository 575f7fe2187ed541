"""Teaching and reviewing on the page."""

from pathlib import Path

import httpx
from browser import SIZES, check_access, drop, shot, write
from playwright.sync_api import expect

from tenfold.draw.hands import DIGITS


def test_a_wrong_answer_is_taught_and_doubts_are_reviewed_by_keyboard_alone(open_page, address, seven):
    page = open_page()
    write(page, next(iter(DIGITS[4].values())))
    page.get_by_role("button", name="It is a 9").click()
    expect(page.locator("#kept")).to_contain_text("The next training can learn from it")
    page.get_by_role("button", name="Keep for review").click()
    expect(page.locator("#waiting")).to_have_text("1")
    name = "<img src=x onerror=document.title='broken'>.png"
    for index in range(3):
        httpx.post(f"{address}/v1/reviews", files={"picture": (name if index == 0 else f"{index}.png", seven)})

    page = open_page(path="#review")
    expect(page.locator("#left")).to_have_text("4 left")
    expect(page.locator("#label")).to_be_focused()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_have_text("3 left")
    expect(page.locator("#source")).to_have_text(name)
    shot(page, "review")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#source")).to_have_text("1.png")
    page.keyboard.press("Enter")
    expect(page.locator("#source")).to_have_text("2.png")
    page.keyboard.type("-")
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_have_text("1 left")
    expect(page.locator("#source")).to_have_text(name)
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    assert page.title() == "Tenfold"
    with page.expect_download() as download:
        page.locator("#csv").click()
    rows = [line.split(",") for line in Path(download.value.path()).read_text().splitlines()[1:]]
    assert [row[7] for row in rows][-5:] == ["9", "4", "7", "7", "_"]
    shot(page, "review-empty")


def test_numbers_are_sent_to_review_and_typed_by_keyboard_alone(open_page, address, form):
    page = open_page(path="#read", bypass_csp=True)
    page.locator("#options summary").click()
    page.locator("#list").fill("781528989\n111111111")
    name = "<img src=x onerror=document.title='broken'>.png"
    drop(page, (form, name))
    expect(page.locator("#told")).to_contain_text("2 to look at")
    shot(page, "read-doubted")
    page.locator("#numbers-review").click()
    expect(page.locator("#sent")).to_have_text("2 numbers wait under Review.")
    expect(page.locator("#numbers-review")).to_be_hidden()
    expect(page.locator("#waiting")).to_have_text("2")
    page.locator("nav a[href='#review']").click()
    expect(page.locator("#left")).to_have_text("2 left")
    expect(page.locator("#source")).to_have_text(name)
    expect(page.locator("#guess")).to_have_text("40213·667")
    expect(page.locator("#doubt")).to_have_text("It is not on the list.")
    expect(page.locator("#pair")).to_have_class("pair wide")
    expect(page.locator("#label")).to_be_focused()
    page.keyboard.type("40213-6678")
    page.keyboard.press("Backspace")
    expect(page.locator("#label")).to_have_value("40213_667")
    for size in SIZES.values():
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        shot(page, f"review-number-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        check_access(page)
    page.keyboard.press("Enter")
    expect(page.locator("#left")).to_have_text("1 left")
    shot(page, "review-number-crossed-out")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    assert page.title() == "Tenfold"
    rows = httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines()
    assert rows[-2].split(",")[4::2][:2] == ["40213_667", "not-on-list"]
    assert rows[-2].split(",")[7] == "40213_667"


def test_a_number_that_was_read_wrong_and_believed_is_corrected_beside_its_page(open_page, address, form):
    page = open_page(path="#read", bypass_csp=True)
    drop(page, (form, "form.png"))
    expect(page.locator("#rows tr")).to_have_count(3)
    expect(page.locator("#mend")).to_be_hidden()
    page.locator("#rows button").first.click()
    expect(page.locator("#mended")).to_have_value("781528989")
    page.locator("#mended").fill("781528980")
    shot(page, "read-correcting")
    check_access(page)
    page.keyboard.press("Enter")
    expect(page.locator("#sent")).to_have_text("Kept as 781528980.")
    expect(page.locator("#rows .chosen td")).to_have_text(["1", "781528980", "corrected"])
    with page.expect_download() as download:
        page.locator("#numbers-csv").click()
    assert ",781528980," in Path(download.value.path()).read_text()
    rows = httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines()
    kept = dict(zip(rows[0].split(","), rows[-1].split(","), strict=True))
    assert (kept["name"], kept["guess"], kept["label"]) == ("form.png", "781528989", "781528980")
