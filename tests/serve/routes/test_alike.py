"""Many reviews are told, decided and matched by one request."""

import pytest


@pytest.fixture
def waiting(client, seven):
    ids = [client.post("/v1/reviews", files={"picture": (f"{n}.png", seven)}).json()["id"] for n in range(2)]
    yield ids
    client.put("/v1/reviews", json={"decisions": [{"id": number, "label": "7"} for number in ids]})


def test_those_alike_are_told_with_their_readings_and_decided_together(client, waiting):
    answer = client.get("/v1/reviews/alike", params={"most": 200}).json()
    assert answer["groups"] == {"7": 2}
    first, second = answer["reviews"]
    assert (first["like"], first["alternatives"][0][0], first["duplicate_of"]) == ("7", "7", None)
    assert second["duplicate_of"] == first["id"]
    others = client.get("/v1/reviews/alike", params={"without": waiting}).json()
    assert (others["left"], others["reviews"]) == (2, [])
    lost = client.put(
        "/v1/reviews", json={"decisions": [{"id": waiting[0], "label": "1"}, {"id": 99999, "label": "1"}]}
    )
    assert lost.status_code == 404
    wrong = client.put("/v1/reviews", json={"decisions": [{"id": waiting[0], "label": "x"}]})
    assert wrong.status_code == 422
    assert client.get("/v1/reviews").json()["left"] == 2
    decided = client.put("/v1/reviews", json={"decisions": [{"id": number, "label": "7"} for number in waiting]})
    assert decided.json() == {"left": 0}


def test_numbers_are_matched_with_a_list_without_their_pages(client):
    numbers = [[["4711", 0.6], ["4712", 0.4]], [["99", 1.0]], []]
    answer = client.post("/v1/matches", json={"numbers": numbers, "known": ["4712", "5000"]})
    assert answer.status_code == 200, answer.text
    assert [(each["text"], each["accepted"], each["reason"]) for each in answer.json()["matches"]] == [
        ("4712", True, None),
        ("99", False, "not-on-list"),
        ("", False, "blank"),
    ]
    waiting = client.post("/v1/reviews/matches", json={"known": ["4712"], "max_error": 0.01})
    assert waiting.json() == {"numbers": 0, "matched": 0, "repeated": 0}


@pytest.mark.parametrize(
    "asked", [{"known": []}, {"known": ["x"]}, {"known": ["1", "1"]}, {"known": ["1"], "max_error": 2}, {"numbers": 1}]
)
def test_a_wrong_list_is_refused_in_words(client, asked):
    assert client.post("/v1/matches", json={"numbers": [], **asked}).status_code in {400, 422}
    assert client.post("/v1/reviews/matches", json=asked).status_code in {400, 422}
