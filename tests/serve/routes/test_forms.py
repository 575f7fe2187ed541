"""`/v1/forms`: forms are made of empty pages, kept under names, and pages are read as them."""

import json
from io import BytesIO

import pytest
from pdfs import pdf_form
from PIL import Image
from sheets import Sheet

from tenfold.read.forms import parse_form

IDS = ("781528989", "402135667")


def png(image):
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def sheet(mnist, numbers):
    page = Sheet(mnist.x_test, mnist.y_test, height=500)
    for place, number in enumerate(numbers):
        page.boxes(number, 200, 120 + 180 * place)
    return png(page.page(1.5))


@pytest.fixture(scope="module")
def empty(mnist):
    return sheet(mnist, ("_________", "_________"))


@pytest.fixture(scope="module")
def filled(mnist):
    return sheet(mnist, IDS)


def keep(client, name, **parts):
    files = {key: (f"{key}.png", value) for key, value in parts.items() if isinstance(value, bytes)}
    data = {key: value for key, value in parts.items() if not isinstance(value, bytes)}
    return client.post("/v1/forms", files=files or {"x": b""}, data={"name": name, **data})


def test_a_form_is_made_of_an_empty_page_named_kept_and_read_as(client, empty, filled):
    drafted = client.post("/v1/forms", content=empty, headers={"content-type": "image/png"})
    assert drafted.status_code == 200, drafted.text
    assert drafted.json()["name"] is None
    assert client.get("/v1/forms").json() == {"forms": []}
    table = drafted.json()["form"]
    assert [(each["kind"], each["digits"]) for each in table["field"]] == [("boxes", 9)] * 2
    table["field"][0] |= {"name": "customer", "type": "id"}
    table["field"][1]["name"] = "order"

    kept = keep(client, "Invoice 1", page=empty, form=json.dumps(table))
    assert kept.status_code == 201, kept.text
    assert [each["name"] for each in client.get("/v1/forms").json()["forms"]] == ["Invoice 1"]
    assert client.get("/v1/forms/Invoice 1").json()["form"] == kept.json()["form"]
    assert client.get("/v1/forms/Invoice 1/page").content[:2] == b"\xff\xd8"
    toml = client.get("/v1/forms/Invoice 1/form.toml")
    assert [field.name for field in parse_form(toml.content, "0123456789").fields] == ["customer", "order"]
    for form in ("Invoice 1", toml.text, json.dumps(table)):
        answer = client.post("/v1/numbers", files={"page": ("a.png", filled)}, data={"form": form})
        assert [(each["field"], each["text"]) for each in answer.json()["numbers"]] == [
            ("customer", IDS[0]),
            ("order", IDS[1]),
        ]
    assert client.delete("/v1/forms/Invoice 1").status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/page"), ("GET", "/form.toml")):
        assert client.request(method, f"/v1/forms/Invoice 1{path}").status_code == 404
    lost = client.post("/v1/numbers", files={"page": ("a.png", filled)}, data={"form": "Invoice 1"})
    assert lost.status_code == 422
    assert "no form of this name" in lost.json()["detail"]


def test_the_text_fields_of_a_pdf_become_a_form(client):
    answer = client.post("/v1/forms", content=pdf_form(), headers={"content-type": "application/pdf"}).json()
    assert [(each["name"], each["kind"]) for each in answer["form"]["field"]] == [
        ("id", "boxes"),
        ("amount", "free"),
        ("person.age", "free"),
    ]
    assert answer["picture"]


def test_a_form_replaces_another_only_when_told_and_keeps_its_page(client, empty):
    assert keep(client, "once", page=empty).status_code == 201
    table = client.get("/v1/forms/once").json()["form"]
    del table["field"][1]
    refused = keep(client, "once", form=json.dumps(table))
    assert refused.status_code == 422
    assert "replace=true" in refused.json()["detail"]
    assert len(client.get("/v1/forms/once").json()["form"]["field"]) == 2
    assert keep(client, "once", form=json.dumps(table), replace="true").status_code == 201
    assert len(client.get("/v1/forms/once").json()["form"]["field"]) == 1
    assert client.get("/v1/forms/once/page").status_code == 200
    client.delete("/v1/forms/once")


@pytest.mark.parametrize(
    ("parts", "status", "words"),
    [
        ({"name": "../x", "form": "{}"}, 422, "a form's name is"),
        ({"name": "a", "form": "{}"}, 422, "is no form"),
        ({"name": "a", "form": "{"}, 422, "is no JSON"),
        ({"name": "a", "form": "x"}, 422, "is no TOML"),
        ({"name": "a", "form": "{}", "replace": "perhaps"}, 422, "true or false"),
        ({"name": "a"}, 400, "an empty page, a form, or both"),
        ({"page": "text"}, 400, "a part with a file name"),
    ],
)
def test_what_is_no_form_is_refused_in_words(client, parts, status, words):
    answer = client.post("/v1/forms", data=parts, files={"x": b""})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_no_more_forms_are_kept_than_allowed(serve, tmp_path, empty):
    import httpx

    with serve(tmp_path, limits={"forms": 1}) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert keep(client, "a", page=empty).status_code == 201
        answer = keep(client, "b", page=empty)
        assert answer.status_code == 422
        assert "1 are kept already" in answer.json()["detail"]
