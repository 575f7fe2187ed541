"""Reading pages on the page."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from browser import check_access, drop, shot
from PIL import Image
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def blank():
    stream = BytesIO()
    Image.fromarray(np.full((400, 400), 255, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def accept_more(page):
    """Ask for at most 10% wrong numbers: at 2% half of the boxes of unknown people are for review."""
    page.locator("#options summary").click()
    page.locator("#most-wrong").select_option("0.1")


def test_a_page_is_dropped_and_its_numbers_stand_beside_it_and_come_as_csv(open_page, form):
    page = open_page(path="#read")
    accept_more(page)
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
    assert head == "file,page,row,column,text,probability,accepted,reason"
    assert [row.split(",")[4] for row in rows][:2] == ["781528989", "40213_667"]


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


def test_of_several_files_a_bad_one_and_an_empty_one_are_named_and_the_others_go_on(open_page, form, blank):
    page = open_page(path="#read", bypass_csp=True)
    files = [(form, "a.png"), (b"no page", "<b>.png"), (blank, "c.png"), (form, "a.png")]
    accept_more(page)
    drop(page, *files)
    expect(page.locator("#told")).to_have_text("6 numbers on 4 files; 2 to look at. 3 of them stand more than once.")
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
    accept_more(page)
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
                options.body.get("known")?.text().then((text) => { window.list = text; });
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
    expect(page.locator("#told")).to_contain_text("expected a number of the signs 0123456789.,/-:+' alone")
    page.locator("#list").fill("")
    page.locator("#most-wrong").select_option("0.1")
    page.locator("#grid-rows").fill("2")
    page.locator("#grid-columns").fill("9")
    page.locator("#options summary").click()
    expect(page.locator("#chosen-options")).to_have_text(" · 9 digits · 2 × 9 · at most 10% wrong")
    page.locator("#again").click()
    expect(page.locator("#again")).to_be_hidden()
    assert page.evaluate("window.sent") == [["digits", "9"], ["grid", "2x9"], ["max_error", "0.1"]]


def test_a_list_that_is_given_afterwards_is_matched_without_reading_again(open_page, form):
    page = open_page(path="#read")
    drop(page, (form, "a.png"))
    expect(page.locator("#told")).to_contain_text("3 numbers on a.png")
    expect(page.locator("#match-read")).to_be_hidden()
    page.locator("#options summary").click()
    page.locator("#list").fill("781528989\n111111111")
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.locator("#match-read").click()
    expect(page.locator("#told")).to_have_text("1 of 3 numbers are on the list.")
    expect(page.locator("#rows tr").nth(1)).to_contain_text("not on the list")
    expect(page.locator("#match-read")).to_be_hidden()
    assert asked == ["matches"]


def test_a_sample_is_read_and_a_candidate_corrects_it(open_page):
    page = open_page("phone", path="#read")
    page.evaluate("let seed = 7; Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;")
    page.locator("#sample-page").click()
    expect(page.locator("#told")).to_contain_text("3 numbers on sample.png")
    assert [len(text) for text in page.locator("#rows button").all_inner_texts()] == [8, 6, 4]
    expect(page.locator("#hint")).to_be_visible()
    page.locator("#rows button").first.click()
    expect(page.locator("#hint")).to_be_hidden()
    other = page.locator("#mend-candidates button").first.inner_text()
    page.locator("#mend-candidates button").first.click()
    expect(page.locator("#sent")).to_have_text(f"Kept as {other}.")
    expect(page.locator("#rows button").first).to_have_text(other)


def test_how_sure_a_number_is_colours_it_and_says_whether_to_look_at_it(open_page, form):
    page = open_page(path="#read")

    def unsure(route):
        answer = route.fetch().json()
        for number, probability in zip(answer["numbers"], (0.19, 0.9999), strict=False):
            number |= {"probability": probability, "accepted": True, "reason": None}
        route.fulfill(json=answer)

    page.route("**/v1/numbers*", unsure)
    drop(page, (form, "a.png"))
    expect(page.locator("#told")).to_have_text("3 numbers on a.png; 2 to look at.")
    colours = page.locator("#rows button").evaluate_all("(all) => all.map((each) => getComputedStyle(each).color)")
    assert len(set(colours[:2])) == 2
    shot(page, "read-unsure")


def test_labels_stand_where_nothing_is_written(open_page, mnist):
    page = open_page(path="#read")
    found = page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 300 });
            const pen = canvas.getContext("2d");
            Object.assign(pen, { fillStyle: "#fff" });
            pen.fillRect(0, 0, 600, 300);
            pen.fillStyle = "#000";
            pen.fillRect(100, 150, 300, 90); // print right below the number
            const picture = canvas.toDataURL("image/jpeg").split(",")[1];
            const { append } = await import("./found.js");
            document.getElementById("result").hidden = false;
            const quad = [[100, 100], [300, 100], [300, 140], [100, 140]];
            const number = { file: "a", page: 1, text: "1234", accepted: true, reason: null, probability: 0.999, quad };
            await append({ pages: [{ file: "a", page: 1, picture }], numbers: [number] });
            const shown = document.querySelector("#pages canvas").getContext("2d").getImageData(100, 152, 200, 60).data;
            return Math.max(...shown.filter((_, place) => place % 4 !== 3));
        }"""
    )
    assert found < 40, "the label covers what is printed"
