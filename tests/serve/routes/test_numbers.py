"""`POST /v1/numbers` reads pages as the reader reads them, and is held to the limits of the other routes."""

import base64
import json
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image
from sheets import Sheet

from tenfold import Reader
from tenfold.errors import OptionError
from tenfold.picture.opening import open_pages
from tenfold.read.forms import to_toml
from tenfold.read.templates import form_of

IDS = ("781528989", "402135667")


@pytest.fixture(scope="module")
def page(mnist) -> bytes:
    sheet = Sheet(mnist.x_test, mnist.y_test, height=500)
    for place, number in enumerate(IDS):
        sheet.boxes(number, 200, 120 + 180 * place)
    return _saved("PNG", sheet.page(2.0))


def _saved(kind, *pages) -> bytes:
    stream = BytesIO()
    first, *rest = [Image.fromarray(page) for page in pages]
    first.save(stream, kind, **({"save_all": True, "append_images": rest} if rest else {}))
    return stream.getvalue()


def _raw(client, page, query="", kind="image/png"):
    return client.post(f"/v1/numbers{query}", content=page, headers={"content-type": kind})


def _texts(answer):
    assert answer.status_code == 200, answer.text
    return [number["text"] for number in answer.json()["numbers"]]


def test_a_page_as_the_body_is_read_as_the_reader_reads_it(client, page):
    answer = _raw(client, page, "?digits=9")
    assert _texts(answer) == list(IDS)
    expected = json.loads(json.dumps([number.to_dict() for number in Reader().numbers(page, digits=9)]))
    for number, other in zip(answer.json()["numbers"], expected, strict=True):
        assert number["quad"] == other["quad"]
        assert number["probability"] == pytest.approx(other["probability"], abs=1e-4)
        assert set(number) == set(other)
        assert "review" not in number
        assert number["file"] is None


@pytest.mark.parametrize("name", ["known", "list"])
def test_a_form_has_the_options_as_fields_and_the_list_as_a_file(client, page, name):
    listed = ("ids.csv", b"id,name\n781528989,a\n402135667,b\n990017284,c\n")
    fields = {"digits": "9", "max_error": "0.05"}
    answer = client.post("/v1/numbers", files={"page": ("../form.png", page), name: listed}, data=fields)
    assert _texts(answer) == list(IDS)
    assert {number["file"] for number in answer.json()["numbers"]} == {"form.png"}
    assert [number["matched"] for number in answer.json()["numbers"]] == [True, True]


def test_pages_of_a_form_are_read_by_it_as_by_the_reader_and_others_are_named(client, page, tmp_path):
    reader = Reader()
    form = to_toml(form_of(reader.model, next(iter(open_pages(page))))).replace('"field2"', '"course"')
    (tmp_path / "form.toml").write_text(form)
    expected = [(each.field, each.text) for each in reader.numbers(page, form=tmp_path / "form.toml")]
    empty = np.full((400, 400), 255, np.uint8)
    pages = _saved("TIFF", empty, np.asarray(Image.open(BytesIO(page))))
    for sent in ({"data": {"form": form}}, {"params": {"form": form}}, {"files": [("form", ("form.toml", form))]}):
        files = [("page", ("pages.tiff", pages)), *sent.pop("files", [])]
        answer = client.post("/v1/numbers", files=files, **sent).json()
        assert [(each["field"], each["text"]) for each in answer["numbers"]] == expected
        assert [each["page"] for each in answer["numbers"]] == [2, 2]
        [failed] = answer["failed"]
        assert failed["file"] == "pages.tiff"
        assert failed["error"].startswith("page 1: this page is not the form")
    assert [name for name, _ in expected] == ["field1", "course"]
    alone = client.post("/v1/numbers", files={"page": ("a.png", _saved("PNG", empty))}, data={"form": form})
    assert (alone.status_code, alone.json()["type"]) == (422, "urn:tenfold:not-readable")


@pytest.mark.parametrize("name", ["known", "list"])
def test_a_list_may_be_repeated_values(client, page, name):
    query = f"?{name}=781528989&{name}=111111111"
    numbers = _raw(client, page, query).json()["numbers"]
    assert [number["reason"] for number in numbers] == [None, "not-on-list"]


def test_numbers_of_a_type_have_values_or_a_reason(client, page):
    numbers = _raw(client, page, "?type=integer,max=500000000&max_error=0.1").json()["numbers"]
    assert [(each["text"], each["value"]) for each in numbers] == [(IDS[0], None), (IDS[1], int(IDS[1]))]
    assert [(each["accepted"], each["reason"]) for each in numbers] == [(False, "out-of-range"), (True, None)]
    sent = client.post("/v1/numbers", files={"page": page}, data={"type": "amount decimals=2"})
    assert [each["value"] for each in sent.json()["numbers"]] == [int(text) / 100 for text in IDS]


def test_every_page_of_a_pdf_is_read_and_shown_on_demand(client, page):
    twice = [np.asarray(Image.open(BytesIO(page)))] * 2
    answer = _raw(client, _saved("PDF", *twice), "?pictures=true", "application/pdf")
    assert _texts(answer) == [*IDS, *IDS]
    assert [number["page"] for number in answer.json()["numbers"]] == [1, 1, 2, 2]
    shown = answer.json()["pages"]
    sizes = [Image.open(BytesIO(base64.b64decode(each["picture"]))).size for each in shown]
    assert sizes == [(each["width"], each["height"]) for each in shown]
    assert "pages" not in _raw(client, page).json()


def test_several_files_are_read_in_their_order_and_one_that_fails_does_not_stop_the_others(client, page):
    blank = _saved("PNG", np.full((400, 400), 255, np.uint8))
    sent = [("a.png", page), ("b.png", b"broken"), ("c.png", blank), ("a.png", page)]
    answer = client.post("/v1/numbers?pictures=true", files=[("page", each) for each in sent])
    assert _texts(answer) == [*IDS, *IDS]
    assert [number["file"] for number in answer.json()["numbers"]] == ["a.png"] * 4
    [failed] = answer.json()["failed"]
    assert (failed["file"], failed["error"].lower()[:13]) == ("b.png", "not a picture")
    assert [each["file"] for each in answer.json()["pages"]] == ["a.png", "c.png", "a.png"]
    broken = client.post("/v1/numbers", files=[("page", ("b.png", b"broken"))] * 2)
    assert (broken.status_code, len(broken.json()["failed"])) == (422, 2)


def test_each_number_of_a_list_comes_once_over_all_files(client, page):
    files = [("page", ("a.png", page)), ("page", ("b.png", page))]
    listed = {"known": "\n".join([*IDS, "781528980"]), "digits": "9"}
    again = client.post("/v1/numbers", files=files, data=listed)
    assert _texts(again) == [*IDS, *IDS]
    once = client.post("/v1/numbers", files=files, data={**listed, "unique": "true"}).json()["numbers"]
    accepted = [number["text"] for number in once if number["matched"]]
    assert len(accepted) == len(set(accepted)) >= 2


def test_what_is_not_accepted_waits_for_a_person_with_its_crop(client, page):
    listed = {"list": "781528989\n111111111", "review": "true"}
    before = client.get("/v1/reviews").json()["left"]
    sure, doubted = client.post("/v1/numbers", files={"page": ("<i>.png", page)}, data=listed).json()["numbers"]
    assert (sure["review"], doubted["reason"]) == (None, "not-on-list")
    waiting = client.get(f"/v1/reviews?after={doubted['review'] - 1}").json()
    assert waiting["left"] == before + 1
    [review] = waiting["reviews"]
    told = {"name": "<i>.png", "page": 1, "guess": doubted["text"], "reason": "not-on-list", "label": None}
    assert {key: review[key] for key in told} == told
    shown = Image.open(BytesIO(client.get(f"/v1/reviews/{review['id']}/crop").content))
    assert shown.width > 5 * shown.height
    decided = client.put(f"/v1/reviews/{review['id']}", json={"label": IDS[1]}).json()
    assert decided["label"] == IDS[1]
    assert f",{IDS[1]}," in client.get("/v1/reviews/export.csv").text


def test_nothing_is_asked_of_a_person_where_all_is_accepted(client, page):
    before = client.get("/v1/reviews").json()["left"]
    numbers = _raw(client, page, "?review=true&max_error=0.1").json()["numbers"]
    assert [number["review"] for number in numbers] == [None, None]
    assert client.get("/v1/reviews").json()["left"] == before


def test_a_page_without_numbers_has_none(client):
    assert _texts(_raw(client, _saved("PNG", np.full((400, 400), 255, np.uint8)))) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?digits=0", 422),
        ("?digits=many", 422),
        ("?grid=9", 422),
        ("?grid=0x9", 422),
        ("?grid=99x9", 422),
        ("?max_error=2", 422),
        ("?max_error=0.0000001", 422),
        ("?known=12a", 422),
        ("?list=12&known=12", 422),
        ("?known=12&digits=9", 422),
        ("?known=" + "1" * 61, 422),
        ("?grid=" + "9" * 5000 + "x9", 422),
        ("?max_error=nan", 422),
        ("?pictures=maybe", 422),
        ("?unique=true", 422),
        ("?review=perhaps", 422),
        ("?digit=9", 422),
        ("?type=dates", 422),
        ("?type=integer%20decimals=2", 422),
        ("?type=" + "9" * 5000, 422),
        ("?form=fields", 422),
    ],
)
def test_what_is_not_allowed_is_a_problem(client, page, query, status):
    answer = _raw(client, page, query)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("digits=0", {"digits": 0}),
        ("digits=99", {"digits": 99}),
        ("grid=9", {"grid": "9"}),
        ("grid=0x9", {"grid": "0x9"}),
        ("unique=true", {"unique": True}),
        ("max_error=2", {"max_error": 2.0}),
        ("known=12&digits=9", {"known": ["12"], "digits": 9}),
    ],
)
def test_what_is_not_allowed_is_said_in_the_words_of_python(client, page, query, options):
    with pytest.raises(OptionError) as refused:
        Reader().options(**options)
    answer = _raw(client, page, f"?{query}")
    assert answer.json()["detail"] == str(refused.value)
    assert answer.json()["type"] == "urn:tenfold:not-allowed"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"broken", "headers": {"content-type": "image/png"}}, 422),
        ({"content": b"%PDF-1.7 broken", "headers": {"content-type": "application/pdf"}}, 422),
        ({"content": b"{}", "headers": {"content-type": "application/json"}}, 400),
        ({"files": {"page": ("a.png", b"broken")}}, 422),
        ({"files": [("page", ("a.png", b"a")), ("page", ("b.png", b"b"))]}, 422),
        ({"files": {"list": ("a.csv", b"12")}}, 400),
        ({"files": {"page": ("a.png", b"broken")}, "data": {"digits": "many"}}, 422),
        ({"files": {"page": ("a.png", b"broken")}, "data": {"digit": "9"}}, 422),
        ({"files": {"page": ("a.png", b"broken"), "form": ("form.toml", b"\x00\xff")}}, 422),
        ({"files": {"page": ("a.png", b"broken"), "form": ("form.toml", b"#" * 100_000)}}, 413),
        ({"files": {"page": ("a.png", b"broken"), "list": ("a.csv", b"\x00\xff" * 100_000)}}, 422),
        ({"files": {"page": ("a.png", b"broken"), "list": ("a.csv", b"1" * 200_000)}}, 422),
    ],
)
def test_what_is_no_page_is_a_problem(client, request_, status):
    answer = client.post("/v1/numbers", **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) < 500


def test_pages_pixels_and_lists_are_limited(serve, tmp_path, page):
    grey = np.full((100, 100), 255, np.uint8)
    changes = {"pages": 2, "known": 2, "pixels": 50_000}
    with serve(tmp_path, limits=changes) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert _raw(client, _saved("TIFF", grey, grey), kind="image/tiff").status_code == 200
        three = _raw(client, _saved("TIFF", grey, grey, grey), kind="image/tiff")
        assert (three.status_code, three.json()["detail"][:20]) == (413, "the file has 3 pages")
        many = client.post("/v1/numbers", files=[("page", ("a.png", _saved("PNG", grey)))] * 3)
        assert (many.status_code, many.json()["detail"][:23]) == (413, "the 3 files have 3 page")
        assert _raw(client, _saved("PNG", grey), "?known=1&known=2&known=3").status_code == 413
        assert "too large" in _raw(client, page).json()["detail"]
        assert "too large" in _raw(client, _saved("PDF", np.zeros((300, 300), np.uint8))).json()["detail"]


def test_numbers_have_a_place_in_the_figures(client, page):
    _raw(client, page)
    assert 'tenfold_numbers_total{outcome="accepted"}' in client.get("/metrics").text


def test_pages_of_one_file_come_one_by_one_where_a_stream_is_asked_for(client, mnist):
    pages = []
    for number in IDS:
        sheet = Sheet(mnist.x_test, mnist.y_test, height=500)
        sheet.boxes(number, 200, 120)
        pages.append(sheet.page(1.5))
    content = _saved("PDF", *pages)
    whole = _raw(client, content, "?digits=9", "application/pdf").json()
    answer = _raw(client, content, "?digits=9&stream=true&pictures=true", "application/pdf")
    assert answer.headers["content-type"] == "application/x-ndjson"
    first, second, last = map(json.loads, answer.text.splitlines())
    assert [number["text"] for number in (*first["numbers"], *second["numbers"])] == list(IDS)
    assert [page["page"] for page in (*first["pages"], *second["pages"])] == [1, 2]
    assert (first["done"], second["done"], last.pop("done")) == (False, False, True)
    assert last == whole
    assert _raw(client, b"%PDF-1.4 broken", "?stream=true", "application/pdf").status_code == 422
