"""What the model tells apart is asked, not assumed: models of other classes, and without numbers, are served."""

import io
import zipfile

import httpx
import pytest

import tenfold
from tenfold.serve.wire.pictures import as_png


@pytest.fixture(scope="module", params=["01234", "ABCDE"])
def names(request):
    return request.param


@pytest.fixture(scope="module")
def other(names, five, letters, serve, tmp_path_factory):
    folder = {"01234": five, "ABCDE": letters}[names]
    with (
        serve(tmp_path_factory.mktemp("store"), model=folder) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def two(mnist):
    return as_png(mnist.x_test[1])


def test_the_model_that_ships_is_described(client):
    told = client.get("/v1/model").json()
    promises = told.pop("promises")
    assert set(promises) == {"digits", "numbers", "list"}
    assert 0.01 in promises["digits"]
    assert told == {"name": "reader", "classes": list("0123456789"), "alphabet": "0123456789.,/-:+' "}


def test_other_classes_are_read_under_their_names(other, names, two):
    told = other.get("/v1/model").json()
    assert (told["name"], told["classes"], told["alphabet"]) == ("small", list(names), "")
    assert told["promises"]["numbers"] == []
    [read] = other.post("/v1/digits", content=two, headers={"content-type": "image/png"}).json()["digits"]
    assert (read["digit"], len(read["probabilities"])) == (names[2], 5)
    assert other.get("/v2/models/small").json()["outputs"][0]["shape"] == [-1, 5]


def test_other_classes_are_what_a_label_may_be_and_come_out_to_train_on(other, names, two, tmp_path):
    def send(label):
        return other.post("/v1/reviews", files={"picture": ("2.png", two)}, data={"label": label})

    kept = send(names[3])
    assert (kept.status_code, kept.json()["label"]) == (201, names[3])
    assert send("9").json()["detail"] == f"expected a label of one of {', '.join(names)}, or _ for none of them"
    place = f"/v1/reviews/{kept.json()['id']}"
    assert other.put(place, json={"label": "9"}).status_code == 422
    assert other.put(place, json={"label": names[4]}).json()["label"] == names[4]
    with zipfile.ZipFile(io.BytesIO(other.get("/v1/reviews/export.zip").content)) as archive:
        archive.extractall(tmp_path / "set")
    examples = tenfold.load_examples(tmp_path / "set", "train")
    assert [examples.classes[label] for label in examples.labels] == [names[4]]


def test_a_model_without_a_line_recogniser_says_that_it_reads_no_numbers(other, two):
    numbers = other.post("/v1/numbers", content=two, headers={"content-type": "image/png"})
    review = other.post("/v1/reviews", files={"picture": ("2.png", two)}, data={"kind": "number"})
    for answer in (numbers, review):
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"].startswith(
            "the model small reads single digits only, for it has no line recogniser"
        )
