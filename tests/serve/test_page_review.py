"""Teaching and reviewing on the page."""

import csv
from pathlib import Path

import httpx
from browser import SIZES, check_access, drop, shot, write
from playwright.sync_api import expect
from sheets import Sheet

from tenfold.draw.hands import DIGITS
from tenfold.serve.wire.pictures import as_png


def labels(address):
    """What people said, an apostrophe before what a spreadsheet would run."""
    return [row["label"] for row in csv.DictReader(httpx.get(f"{address}/v1/reviews/export.csv").text.splitlines())]


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


def test_why_a_number_is_not_of_its_type_is_said(open_page, address, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test, height=400)
    sheet.boxes("31022021", 200, 100)
    headers = {"content-type": "image/png"}
    for kind in ("date", "id check=luhn", "integer max=9"):
        sent = httpx.post(
            f"{address}/v1/numbers",
            params={"review": "true", "type": kind},
            content=as_png(sheet.page()),
            headers=headers,
            timeout=60,
        )
        assert sent.json()["numbers"][0]["text"] == "31022021"
    page = open_page(path="#review")
    expect(page.locator("#label")).to_be_focused()
    for words in ("It is not a date.", "Its check digit is wrong.", "It is less or more than it may be."):
        expect(page.locator("#doubt")).to_have_text(words)
        page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()


def test_a_dash_is_a_sign_of_a_number_and_alone_says_that_it_is_none(open_page, address, seven):
    for kind in ("number", "digit"):
        httpx.post(f"{address}/v1/reviews", files={"picture": (f"{kind}.png", seven)}, data={"kind": kind}, timeout=60)
    page = open_page(path="#review")
    expect(page.locator("#source")).to_have_text("number.png")
    expect(page.locator("#label")).to_be_focused()
    page.keyboard.type("–12,5")
    expect(page.locator("#label")).to_have_value("-12,5")
    page.keyboard.press("Enter")
    expect(page.locator("#source")).to_have_text("digit.png")
    page.keyboard.type("–")
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    assert labels(address)[-2:] == ["-12,5", "_"]


def test_a_free_number_is_corrected_with_the_signs_it_is_written_with(open_page, address, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.row("2718", 200, 300)
    page = open_page(path="#read")

    def without_promise(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "unpromised": ["free"]})

    page.route("**/v1/numbers*", without_promise)
    drop(page, (as_png(sheet.page()), "free.png"))
    expect(page.locator("#rows button")).to_have_text("2718")
    expect(page.locator("#told")).to_contain_text("Nothing is promised of numbers written freely.")
    page.locator("#rows button").click()
    page.locator("#mended").fill("–27x,18")
    expect(page.locator("#mended")).to_have_value("-27,18")
    page.keyboard.press("Enter")
    expect(page.locator("#sent")).to_have_text("Kept as -27,18.")
    with page.expect_download() as download:
        page.locator("#numbers-csv").click()
    assert ',"-27,18",' in Path(download.value.path()).read_text()
    assert labels(address)[-1] == "-27,18"


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


def test_a_thumb_puts_off_goes_back_rejects_and_takes_a_candidate(open_page, address, seven):
    for index in range(3):
        httpx.post(f"{address}/v1/reviews", files={"picture": (f"thumb-{index}.png", seven)}, timeout=60)
    page = open_page("phone", path="#review", has_touch=True)
    expect(page.locator("#left")).to_contain_text("left")  # the queue has come
    waiting = int(page.locator("#left").inner_text().split()[0])
    first = page.locator("#source").inner_text()
    page.locator("#later").tap()
    expect(page.locator("#source")).not_to_have_text(first)
    page.locator("#back").tap()
    expect(page.locator("#source")).to_have_text(first)
    expect(page.locator("#back")).to_be_disabled()
    page.locator("#none").tap()
    expect(page.locator("#left")).to_have_text(f"{waiting - 1} left")
    page.locator("#candidates").get_by_role("button", name="It is 7").tap()
    expect(page.locator("#left")).to_have_text(f"{waiting - 2} left")
    assert labels(address).count("_") >= 1
    shot(page, "review-thumb")
    buttons = page.locator("#queue button:visible").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().height)"
    )
    assert min(buttons) >= 40
