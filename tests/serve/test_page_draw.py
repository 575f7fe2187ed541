"""Drawing digits and numbers on the page."""

import statistics
from io import BytesIO

import numpy as np
from browser import SCREENSHOTS, SIZES, check_access, shot, strokes, write, write_number
from PIL import Image
from playwright.sync_api import expect

from tenfold.draw.hands import DIGITS, LETTERS


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


def test_layers_are_seen_while_one_draws_and_a_covered_patch_changes_the_answer(open_page):
    page = open_page(bypass_csp=True)
    page.locator("#watch summary").click()
    expect(page.locator("#watch-words")).to_be_visible()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.48 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    expect(page.locator("#layers canvas").first).to_be_visible()  # the pen is still down
    expect(page.locator("#digit")).to_have_text("")
    page.mouse.up()
    expect(page.locator("#digit")).to_have_text("1")
    expect(page.locator("#without")).to_contain_text("The digit network alone says one")
    page.locator("#seen").hover()
    expect(page.locator("#without")).to_contain_text("With the patch covered")
    page.locator("#seen").focus()
    page.mouse.move(5, 5)
    expect(page.locator("#without")).to_contain_text("The digit network alone")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#uncover")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"draw-layers-{width}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    check_access(page)
    page.keyboard.press("Escape")
    expect(page.locator("#uncover")).to_be_hidden()
