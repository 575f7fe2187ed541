"""The page in Debian's Chromium; screenshots go to build/screenshots."""

import re
import shutil
import statistics
from io import BytesIO
from pathlib import Path

import httpx
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
    assert [row[7] for row in rows] == ["9", "4", "7", "7", "_"]
    shot(page, "review-empty")


def drop(page, content, name, kind="image/png"):
    """Let a file fall on the page."""
    page.evaluate(
        """([bytes, name, type]) => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([new Uint8Array(bytes)], name, { type }));
            document.querySelector("main:not([hidden])").dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        [list(content), name, kind],
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
    drop(page, form, "<img src=x>.png")
    expect(page.locator("#told")).to_have_text("3 numbers on <img src=x>.png; none to look at.")
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
    page.locator("#length").fill("9")
    page.locator("#page").set_input_files(
        {"name": "two.pdf", "mimeType": "application/pdf", "buffer": stream.getvalue()}
    )
    expect(page.locator("#told")).to_contain_text("numbers on two.pdf")
    expect(page.locator("#pages canvas")).to_have_count(2)
    expect(page.locator("#rows td").first).to_have_text("1")
    shot(page, "read-two-pages")
    drop(page, b"no page", "a.png")
    expect(page.locator("#told")).to_contain_text("Not a picture that can be opened")
    expect(page.locator("#result")).to_be_hidden()


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
        if view == "read":
            shot(page, f"read-start-{size}-{scheme}")
            drop(page, form, "form-17.png")
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
    assert reached[:5] == ["#draw", "#draw", "#read", "#review", "picture"]


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
