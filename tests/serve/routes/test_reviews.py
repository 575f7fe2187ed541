import io
import zipfile

import httpx
import numpy as np
import pytest
from PIL import Image
from sheets import Sheet

import tenfold


def encoded(page):
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "PNG")
    return stream.getvalue()


def test_a_correction_is_kept_and_comes_out_as_a_data_set(client, seven, tmp_path):
    wrong = client.post("/v1/reviews", files={"picture": ("../<b>7.png", seven)}, data={"label": "1"})
    assert wrong.status_code == 201
    assert {key: wrong.json()[key] for key in ("name", "guess", "label")} == {
        "name": "<b>7.png",
        "guess": "7",
        "label": "1",
    }
    asked = client.post("/v1/reviews", files={"picture": ("8.png", seven)}).json()
    assert client.get("/v1/reviews").json() == {"left": 1, "reviews": [asked]}
    assert client.get(f"/v1/reviews/{asked['id']}/crop").content.startswith(b"\x89PNG")
    decided = client.put(f"/v1/reviews/{asked['id']}", json={"label": "7"})
    assert decided.json()["label"] == "7"
    assert client.get("/v1/reviews").json() == {"left": 0, "reviews": []}

    assert "<b>7.png" in client.get("/v1/reviews/export.csv").text
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/reviews/export.zip").content)) as archive:
        archive.extractall(tmp_path / "set")
    examples = tenfold.load_examples(tmp_path / "set", "train")
    assert [examples.classes[label] for label in examples.labels] == ["1", "7"]


def test_a_picture_of_a_number_is_kept_as_one_and_its_digits_come_out_one_by_one(client, mnist, tmp_path):
    sheet = Sheet(mnist.x_test, mnist.y_test, height=300)
    sheet.boxes("7815", 200, 100)
    page = encoded(sheet.page(1.5))

    def send(content, **data):
        return client.post("/v1/reviews", files={"picture": ("n.png", content)}, data={"kind": "number", **data})

    told = send(page, label="7825").json()
    assert (told["guess"], told["label"]) == ("7815", "7825")
    blank = send(encoded(np.full((300, 300), 255, np.uint8))).json()
    assert (blank["guess"], blank["reason"], blank["label"]) == (None, "blank", None)
    assert client.put(f"/v1/reviews/{blank['id']}", json={"label": "12"}).status_code == 200
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/reviews/export.zip").content)) as archive:
        archive.extractall(tmp_path / "set")
    examples = tenfold.load_examples(tmp_path / "set", "train")
    assert [examples.classes[label] for label in examples.labels][-4:] == ["7", "8", "2", "5"]
    assert send(page, label="7825").json()["id"] > told["id"]
    assert send(page, kind="word").status_code == 422
    assert send(b"x").status_code == 422


@pytest.mark.parametrize("label", ["", "seven", "<b>", "7" * 65, "٣"])
def test_a_label_is_one_that_the_model_could_read(client, seven, label):
    sent = client.post("/v1/reviews", files={"picture": ("7.png", seven)}, data={"label": label})
    assert sent.status_code == 422
    assert client.put("/v1/reviews/1", json={"label": label}).status_code == 422
    number = {"label": label, "kind": "number"}
    assert client.post("/v1/reviews", files={"picture": ("7.png", seven)}, data=number).status_code == 422


@pytest.mark.parametrize("label", ["20/07/2021", "-6", "12,5", "+41 79 123", "14:30", "40_7", "____", "1." * 60])
def test_a_number_may_be_labelled_as_it_is_written(client, seven, label):
    sent = client.post("/v1/reviews", files={"picture": ("n.png", seven)}, data={"kind": "number", "label": label})
    assert (sent.status_code, sent.json()["label"]) == (201, label)
    again = client.put(f"/v1/reviews/{sent.json()['id']}", json={"label": label})
    assert again.json()["label"] == label
    assert label in client.get("/v1/reviews/export.csv").text


@pytest.mark.parametrize("label", ["-", ".,", "12,_5", " 6", "6 ", "7" * 61, "1." * 59 + "..."])
def test_signs_without_digits_too_many_of_them_and_signs_in_boxes_are_no_number(client, seven, label):
    sent = client.post("/v1/reviews", files={"picture": ("n.png", seven)}, data={"kind": "number", "label": label})
    assert sent.status_code == 422
    assert client.put("/v1/reviews/1", json={"label": label}).status_code == 422
    assert 'with signs of ".,/-:+\' " beside them; or of as many boxes, with _ for' in sent.json()["detail"]


def test_one_digit_is_labelled_with_no_sign_beside_it(client, seven):
    for label in ("-7", "-", "7."):
        assert client.post("/v1/reviews", files={"picture": ("7.png", seven)}, data={"label": label}).status_code == 422


def test_one_digit_has_a_label_of_one_digit(client, seven):
    sent = client.post("/v1/reviews", files={"picture": ("7.png", seven)}, data={"label": "77"})
    assert sent.json()["detail"] == "expected a label of one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, or _ for none of them"


@pytest.mark.parametrize(
    "content", ["", "[", "[" * 10_000 + "]" * 10_000, '{"label":' * 10_000, '{"label":NaN}', '{"label":1e400}', "[]"]
)
def test_a_decision_that_is_none_is_a_problem(client, content):
    answer = client.put("/v1/reviews/1", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_no_review_is_a_problem(client):
    assert client.put("/v1/reviews/999", json={"label": "1"}).status_code == 404
    assert client.get("/v1/reviews/999/crop").status_code == 404
    assert client.put("/v1/reviews/99999999999999999999", json={"label": "1"}).status_code == 422
    assert client.post("/v1/reviews", files={"picture": ("7.png", b"x")}).status_code == 422
    assert client.post("/v1/reviews", data={"picture": "x"}).status_code == 415
    assert client.post("/v1/reviews", files={"other": ("7.png", b"x")}).status_code == 400


def test_a_store_that_cannot_be_used_is_said_and_nothing_breaks(serve, tmp_path, seven):
    with serve(tmp_path) as address:
        (tmp_path / "review.db").write_bytes(b"no database" * 1000)
        answer = httpx.get(f"{address}/v1/reviews")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert str(tmp_path) not in answer.text
        answer = httpx.post(f"{address}/v1/digits", content=seven, headers={"content-type": "image/png"})
        assert answer.status_code == 200
