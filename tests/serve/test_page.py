"""The page in Debian's Chromium; screenshots go to build/screenshots."""

import re
import shutil
import statistics
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from sheets import Sheet

from tenfold.draw.hands import DIGITS, LETTERS

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SIZES = {"phone": (360, 740), "desk": (1280, 860), "wide": (1920, 1080)}


@pytest.fixture(scope="module")
def chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("the page was not tested, for there is no Chromium: apt-get install chromium")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, address):
    """Open the page; whatever it logs as an error, or asks of another server, fails the test."""
    contexts, complaints = [], []

    def run(size="desk", path="", **options):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _is_error(message) else None)
        page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
        page.goto(f"{address}/{path}")
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


def strokes(description):
    """Give the strokes of a digit as points in a square of 1, centred."""
    lifted = [re.findall(r"(-?\d+),(-?\d+)", stroke) for stroke in description.split(";")]
    points = [[(int(x), int(y)) for x, y in stroke] for stroke in lifted]
    middle = (max(x for stroke in points for x, _ in stroke) + min(x for stroke in points for x, _ in stroke)) / 2
    return [[(0.5 + (x - middle) * 0.006, 0.2 + y * 0.006) for x, y in stroke] for stroke in points]


def write(page, description):
    """Draw with the mouse."""
    box = page.locator("#pad").bounding_box()
    for stroke in strokes(description):
        for index, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
            if index == 0:
                page.mouse.down()
        page.mouse.up()


def write_number(page, number, apart=0.72, scale=1.0):
    """Draw digits side by side with the mouse; `apart` and `scale` are shares of the sheet's height."""
    box = page.locator("#pad").bounding_box()
    for place, digit in enumerate(number):
        for stroke in strokes(next(iter(DIGITS[int(digit)].values()))):
            for index, (x, y) in enumerate(stroke):
                left, top = 0.1 + apart * place + scale * (x - 0.2), 0.5 + scale * (y - 0.5)
                page.mouse.move(box["x"] + left * box["height"], box["y"] + top * box["height"], steps=4)
                if index == 0:
                    page.mouse.down()
            page.mouse.up()


def check_access(page):
    """Let axe look for what would keep people out; it is put into the page past its policy."""
    page.wait_for_function("document.getAnimations().length === 0")
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert serious == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in serious]


def shot(page, name):
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_each_digit_is_drawn_and_read(open_page):
    page = open_page()
    for digit, hands in DIGITS.items():
        page.keyboard.press("Escape")
        write(page, next(iter(hands.values())))
        expect(page.locator("#digit")).to_have_text(str(digit))
        expect(page.locator("#bars .best")).to_have_text(str(digit))
    expect(page.locator("#stages li").last).to_have_text("28×28")
    assert page.evaluate("document.querySelector('#stages li:last-child canvas').width") == 28
    taken = page.evaluate("performance.getEntriesByName('answer').map((each) => each.duration)")
    middle = f"{statistics.median(taken):.1f} ms from lifting the pen to the answer, the median of {len(taken)}\n"
    (SCREENSHOTS / "answer.txt").write_text(middle)


def test_what_an_answer_rests_on_is_shown_when_asked_for(open_page):
    page = open_page(bypass_csp=True)
    write(page, next(iter(DIGITS[4].values())))
    expect(page.locator("#digit")).to_have_text("4")
    page.locator("#why").click()
    expect(page.locator("#stages li").last).to_have_text("rests on")
    expect(page.locator("#rests")).to_contain_text("four")
    assert page.evaluate("document.querySelector('#stages li:last-child canvas').width") == 28
    expect(page.locator("#why")).to_be_hidden()
    shot(page, "draw-explained")
    check_access(page)
    write(page, "0,0 1,50 0,100")
    expect(page.locator("#why")).to_be_visible()
    expect(page.locator("#rests")).to_have_text("")


def test_by_touch_on_a_phone_the_page_does_not_move(open_page, chromium):
    page = open_page("phone", has_touch=True, is_mobile=True)
    page.evaluate("scrollTo(0, 40)")
    before = page.evaluate("scrollY")
    box = page.locator("#pad").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    for stroke in strokes(DIGITS[3]["round"]):
        placed = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in stroke]
        send("touchStart", placed[0])
        for point in placed[1:]:
            send("touchMove", point)
        send("touchEnd")
    expect(page.locator("#digit")).to_have_text("3")
    assert page.evaluate("scrollY") == before
    shot(page, "draw-phone")


def test_strokes_are_undone_and_the_sheet_is_cleared(open_page):
    page = open_page()
    expect(page.locator("#undo")).to_be_disabled()
    write(page, "0,2 55,0 20,100 ; 12,52 55,48")
    expect(page.locator("#digit")).to_have_text("7")
    page.locator("#undo").click()
    page.locator("#undo").click()
    expect(page.locator("#invitation")).to_be_visible()
    expect(page.locator("#digit")).to_have_text("")
    write(page, "0,0 1,50 0,100")
    expect(page.locator("#digit")).to_have_text("1")
    page.locator("#clear").click()
    expect(page.locator("#way")).to_be_hidden()


def test_a_whole_number_is_drawn_read_and_taught(open_page, address):
    page = open_page(bypass_csp=True)
    page.get_by_label("A whole number").check()
    expect(page.locator("#invitation")).to_have_text("Draw a number")
    write_number(page, "472")
    expect(page.locator("#digit")).to_have_text("472")
    expect(page.locator("#words")).to_contain_text("3 digits")
    assert [each[0] for each in page.locator("#places li").all_inner_texts()] == list("472")
    expect(page.locator("#bars")).to_be_hidden()
    shot(page, "draw-number-desk")
    check_access(page)
    before = page.request.get(f"{address}/v1/reviews").json()["left"]
    page.locator("#right").fill("4x71")
    expect(page.locator("#right")).to_have_value("471")
    page.keyboard.press("Enter")
    expect(page.locator("#kept")).to_have_text("Kept as 471.")
    page.locator("#number-later").click()
    expect(page.locator("#kept")).to_contain_text("waits under Review")
    [waiting] = page.request.get(f"{address}/v1/reviews").json()["reviews"][before:]
    assert waiting["guess"] == "472"
    page.request.put(f"{address}/v1/reviews/{waiting['id']}", data={"label": "472"})
    page.locator("#undo").click()
    expect(page.locator("#digit")).not_to_have_text("472")
    page.keyboard.press("Escape")
    expect(page.locator("#places li")).to_have_count(0)


def test_digits_of_a_number_may_stand_far_apart_and_what_is_drawn_stays_when_the_sheet_grows(open_page):
    page = open_page()
    page.get_by_label("A whole number").check()
    write_number(page, "31", apart=2.0, scale=0.6)
    expect(page.locator("#digit")).to_have_text("31")
    page.keyboard.press("Escape")
    page.get_by_label("One digit").check()
    write(page, next(iter(DIGITS[5].values())))
    expect(page.locator("#digit")).to_have_text("5")
    page.get_by_label("A whole number").check()
    expect(page.locator("#places li")).to_have_count(1)
    expect(page.locator("#digit")).to_have_text("5")
    page.keyboard.press("Escape")
    write_number(page, "31", scale=0.6)
    page.get_by_label("One digit").check()
    expect(page.locator("#invitation")).to_be_visible()


def test_where_no_number_or_several_are_drawn_that_is_said(open_page, seven):
    page = open_page()
    page.get_by_label("A whole number").check()
    sheet = np.full((600, 700), 255, np.uint8)
    stream = BytesIO()
    Image.fromarray(sheet).save(stream, "PNG")
    blank = {"name": "blank.png", "mimeType": "image/png", "buffer": stream.getvalue()}
    page.locator("#picture").set_input_files(blank)
    expect(page.locator("#words")).to_have_text("No number can be made out here.")
    sheet[50:260, 250:400] = sheet[350:560, 250:400] = np.asarray(Image.open(BytesIO(seven)))[35:245, 25:175]
    stream = BytesIO()
    Image.fromarray(sheet).save(stream, "PNG")
    page.locator("#picture").set_input_files({**blank, "buffer": stream.getvalue()})
    expect(page.locator("#words")).to_contain_text("These look like 2 numbers")


def test_what_is_no_digit_is_refused_in_words(open_page):
    page = open_page(bypass_csp=True)
    write(page, LETTERS["M"][0])
    expect(page.locator("#verdict")).to_have_attribute("data-state", "refused")
    expect(page.locator("#words")).to_contain_text("does not look like a digit")
    shot(page, "draw-refused")
    check_access(page)


def test_a_picture_is_chosen_or_dropped_and_one_that_is_none_is_refused(open_page, seven):
    page = open_page()
    page.locator("#picture").set_input_files({"name": "seven.png", "mimeType": "image/png", "buffer": seven})
    expect(page.locator("#digit")).to_have_text("7")
    page.evaluate(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["no picture"], "<b>.png", { type: "image/png" }));
            document.querySelector(".sheet").dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#words")).to_contain_text("Not a picture that can be opened")


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


@pytest.fixture(scope="module")
def form(mnist):
    """A page with two rows of boxes, one of them with an empty box, and crossed-out boxes."""
    sheet = Sheet(mnist.x_test, mnist.y_test, height=800)
    for place, number in enumerate(("781528989", "40213_667", "990017284")):
        sheet.boxes(number, 200, 120 + 180 * place)
    for place in range(9):
        sheet.line(210 + 60 * place, 490, 250 + 60 * place, 530, 9)
        sheet.line(250 + 60 * place, 490, 210 + 60 * place, 530, 9)
    stream = BytesIO()
    Image.fromarray(sheet.page(1.5)).save(stream, "PNG")
    return stream.getvalue()


def test_a_page_is_dropped_and_its_numbers_stand_beside_it_and_come_as_csv(open_page, form):
    page = open_page(path="#read")
    drop(page, (form, "<img src=x>.png"))
    expect(page.locator("#told")).to_have_text("3 numbers on <img src=x>.png; 1 to look at.")
    assert page.locator("#rows button").all_inner_texts()[:2] == ["781528989", "40213·667"]
    expect(page.locator("#rows .doubted")).to_have_count(1)
    page.locator("#rows button").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator("#rows .chosen button")).to_have_text("40213·667")
    box = page.locator("#pages canvas").bounding_box()
    page.locator("#pages canvas").click(position={"x": 0.4 * box["width"], "y": 0.22 * box["height"]})
    expect(page.locator("#rows .chosen button")).to_have_text("781528989")
    with page.expect_download() as download:
        page.locator("#numbers-csv").click()
    head, *rows = Path(download.value.path()).read_text().splitlines()
    assert head == "file,page,row,text,probability,accepted,reason"
    assert [row.split(",")[3] for row in rows][:2] == ["781528989", "40213_667"]


def test_a_page_of_a_pdf_is_chosen_and_what_is_no_page_is_refused_in_words(open_page, form):
    page = open_page(path="#read")
    stream = BytesIO()
    one = Image.open(BytesIO(form))
    one.save(stream, "PDF", save_all=True, append_images=[one])
    page.locator("#options summary").click()
    page.locator("#length").fill("9")
    page.locator("#page").set_input_files(
        {"name": "two.pdf", "mimeType": "application/pdf", "buffer": stream.getvalue()}
    )
    expect(page.locator("#told")).to_contain_text("numbers on two.pdf")
    expect(page.locator("#pages canvas")).to_have_count(2)
    expect(page.locator("#rows td").first).to_have_text("1")
    shot(page, "read-two-pages")
    drop(page, (b"no page", "a.png"))
    expect(page.locator("#told")).to_contain_text("Not a picture that can be opened")
    expect(page.locator("#result")).to_be_hidden()


@pytest.fixture(scope="module")
def blank():
    stream = BytesIO()
    Image.fromarray(np.full((400, 400), 255, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_of_several_files_a_bad_one_and_an_empty_one_are_named_and_the_others_go_on(open_page, form, blank):
    page = open_page(path="#read", bypass_csp=True)
    files = [(form, "a.png"), (b"no page", "<b>.png"), (blank, "c.png"), (form, "a.png")]
    drop(page, *files)
    expect(page.locator("#told")).to_have_text("6 numbers on 4 files; 2 to look at.")
    complaints = page.locator("#failed li").all_inner_texts()
    assert complaints[0].startswith("<b>.png: Not a picture that can be opened")
    assert complaints[1:] == ["c.png: No numbers were found."]
    assert page.locator("#pages figcaption").all_inner_texts() == ["a.png", "c.png", "a (2).png"]
    expect(page.locator("#column-place")).to_have_text("File")
    expect(page.locator("#rows tr").last.locator("td").first).to_have_text("a (2).png")
    expect(page.locator("#progress")).to_be_hidden()
    shot(page, "read-several-files")
    check_access(page)
    drop(page, (blank, "c.png"))
    expect(page.locator("#told")).to_have_text("c.png: No numbers were found.")
    expect(page.locator("#rows tr")).to_have_count(0)


def test_while_pages_are_read_it_is_said_which(open_page, form):
    page = open_page(path="#read")
    held = []
    page.route("**/v1/numbers*", lambda route: held.append(route))
    drop(page, (form, "a.png"), (form, "b.png"))
    for place, name in enumerate(("a.png", "b.png")):
        expect(page.locator("#told")).to_have_text(f"Reading {name}, {place + 1} of 2…")
        assert page.locator("#progress").evaluate("(bar) => [bar.value, bar.max]") == [place, 2]
        expect(page.locator("#rows tr")).to_have_count(3 * place)
        shot(page, f"read-progress-{place}")
        held[place].continue_()
    expect(page.locator("#told")).to_contain_text("6 numbers on 2 files")


def test_a_page_is_pasted_or_photographed(open_page, form):
    page = open_page(path="#read")
    drop(page, (form, "image.png"), by="paste")
    expect(page.locator("#told")).to_have_text("3 numbers on image.png; 1 to look at.")
    assert page.locator("#camera").get_attribute("capture") == "environment"
    page.locator("#camera").set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": form})
    expect(page.locator("#told")).to_have_text("3 numbers on photo.png; 1 to look at.")


def test_what_is_known_of_the_numbers_is_told_and_the_page_is_read_again(open_page, form):
    page = open_page(path="#read")
    page.evaluate(
        """() => {
            const fetched = window.fetch;
            window.fetch = (path, options) => {
                window.sent = [...options.body].filter(([, value]) => typeof value === "string");
                options.body.get("list")?.text().then((text) => { window.list = text; });
                return fetched(path, options);
            };
        }"""
    )
    drop(page, (form, "a.png"))
    expect(page.locator("#rows tr")).to_have_count(3)
    expect(page.locator("#again")).to_be_hidden()
    page.locator("#options summary").click()
    expect(page.locator("#once")).to_be_disabled()
    listed = {"name": "ids.csv", "mimeType": "text/csv", "buffer": b"id,name\n781528989,a\n990017284,b\n"}
    page.locator("#list-file").set_input_files(listed)
    expect(page.locator("#list-count")).to_have_text("3 lines")
    page.locator("#list").fill("781528989\n402135667\n990017284")
    page.locator("#once").check()
    page.locator("#length").fill("9")
    page.locator("#again").click()
    expect(page.locator("#told")).to_contain_text("on a.png")
    expect(page.locator("#again")).to_be_hidden()
    assert page.locator("#rows button").first.inner_text() == "781528989"
    assert page.evaluate("window.sent") == [["digits", "9"], ["unique", "true"]]
    assert page.evaluate("window.list") == "781528989\n402135667\n990017284"
    page.locator("#list").fill("12a")
    page.locator("#again").click()
    expect(page.locator("#told")).to_contain_text("expected a number of digits 0 to 9 alone")
    page.locator("#list").fill("")
    page.locator("#most-wrong").select_option("0.1")
    page.locator("#grid-rows").fill("2")
    page.locator("#grid-columns").fill("9")
    page.locator("#options summary").click()
    expect(page.locator("#chosen-options")).to_have_text(" · 9 digits · 2 × 9 · at most 10% wrong")
    page.locator("#again").click()
    expect(page.locator("#again")).to_be_hidden()
    assert page.evaluate("window.sent") == [["digits", "9"], ["grid", "2x9"], ["max_error", "0.1"]]


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_light_and_dark_and_axe_finds_nothing_serious(open_page, address, seven, form, size, scheme):
    kept = httpx.post(f"{address}/v1/reviews", files={"picture": ("form-17.png", seven)}).json()
    page = open_page(size, color_scheme=scheme, bypass_csp=True)
    shot(page, f"draw-start-{size}-{scheme}")
    write(page, DIGITS[2]["looped foot"])
    expect(page.locator("#digit")).to_have_text("2")
    page.wait_for_function("document.getAnimations().length === 0")
    for view in ("draw", "read", "review"):
        page.goto(f"{address}/#{view}")
        expect(page.locator(f"main#{view}")).to_be_visible()
        if view == "draw":
            page.get_by_label("A whole number").check()
            page.keyboard.press("Escape")
            shot(page, f"draw-number-start-{size}-{scheme}")
            write_number(page, "2024", apart=0.45, scale=0.6)
            expect(page.locator("#digit")).to_have_text("2024")
            page.wait_for_function("document.getAnimations().length === 0")
            shot(page, f"draw-number-{size}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
            check_access(page)
            page.get_by_label("One digit").check()
            page.keyboard.press("Escape")
            write(page, DIGITS[2]["looped foot"])
            expect(page.locator("#digit")).to_have_text("2")
        if view == "read":
            shot(page, f"read-start-{size}-{scheme}")
            page.locator("#options summary").click()
            shot(page, f"read-options-{size}-{scheme}")
            check_access(page)
            page.locator("#options summary").click()
            drop(page, (form, "form-17.png"))
            expect(page.locator("#rows tr")).to_have_count(3)
        page.wait_for_function("document.getAnimations().length === 0")
        shot(page, f"{view}-{size}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        check_access(page)
    httpx.put(f"{address}/v1/reviews/{kept['id']}", json={"label": "7"})


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.hash"))
    assert reached[:6] == ["#draw", "#draw", "#read", "#review", None, "picture"]


def test_the_token_is_asked_for_where_one_is_needed(chromium, serve, tmp_path):
    (tmp_path / "token").write_text("a-token-of-sixteen-signs")
    with serve(tmp_path, token_file=tmp_path / "token") as address:
        page = chromium.new_page()
        page.goto(address)
        page.locator("#token").fill("wrong-wrong-wrong-wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#access")).to_be_visible()
        page.locator("#token").fill("a-token-of-sixteen-signs")
        page.keyboard.press("Enter")
        write(page, DIGITS[0]["round"])
        expect(page.locator("#digit")).to_have_text("0")
        page.close()


def test_the_policy_of_the_page_keeps_other_code_and_other_servers_out(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    kept_out = page.evaluate(
        """async () => {
            const kinds = new Set();
            addEventListener("securitypolicyviolation", (event) => kinds.add(event.effectiveDirective));
            try { document.body.innerHTML = "<img src=x onerror=alert(1)>"; } catch { kinds.add("markup"); }
            try { await fetch("http://127.0.0.1:1/"); } catch { kinds.add("fetch"); }
            const image = new Image();
            const tried = new Promise((resolve) => image.addEventListener("error", resolve));
            image.src = "http://127.0.0.1:1/x.png";
            await tried;
            return [...kinds].sort();
        }"""
    )
    assert kept_out == ["connect-src", "fetch", "img-src", "markup", "require-trusted-types-for"]
    page.close()


def _is_error(message):
    """Say whether the page complains; that a request was refused is the browser's word, not the page's."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")
