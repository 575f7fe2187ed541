"""Clients of the Open Inference Protocol that exist already find what they expect."""

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from tenfold import Reader

PATH = "/v2/models/reader/infer"


@pytest.fixture
def tritons(address):
    with triton.InferenceServerClient(address.removeprefix("http://")) as client:
        yield client


def inputs(images, *, binary):
    given = triton.InferInput("images", list(images.shape), "UINT8")
    given.set_data_from_numpy(images, binary_data=binary)
    return [given]


@pytest.mark.parametrize("binary", [True, False])
def test_a_client_gets_the_networks_answers(tritons, mnist, binary):
    images = mnist.x_test[:64]
    outputs = [
        triton.InferRequestedOutput(name, binary_data=binary) for name in ("probabilities", "out_of_distribution")
    ]
    result = tritons.infer("reader", inputs(images, binary=binary), outputs=outputs, request_id="17")
    probabilities, out_of_distribution = Reader().model.digits(images)
    assert np.allclose(result.as_numpy("probabilities"), probabilities, atol=1e-5)
    assert np.allclose(result.as_numpy("out_of_distribution"), out_of_distribution, atol=1e-5)
    assert result.get_response()["id"] == "17"


def test_a_client_learns_what_is_there(tritons):
    assert tritons.is_server_live()
    assert tritons.is_server_ready()
    assert tritons.is_model_ready("reader")
    assert not tritons.is_model_ready("other")
    assert tritons.get_model_metadata("reader")["inputs"][0]["shape"] == [-1, 28, 28]
    assert tritons.get_server_metadata()["name"] == "tenfold"


def test_a_client_is_told_what_was_wrong(tritons):
    with pytest.raises(InferenceServerException, match="there is one model here: reader"):
        tritons.get_model_metadata("other")
    with pytest.raises(InferenceServerException, match="expected the shape"):
        tritons.infer("reader", inputs(np.zeros((2, 28, 27), np.uint8), binary=True))


def test_nested_lists_are_the_same_as_flat_ones(client, mnist):
    image = mnist.x_test[:1]
    answers = [
        client.post(
            PATH, json={"inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 28, 28], "data": data}]}
        )
        for data in (image.ravel().tolist(), image.tolist())
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert [output["name"] for output in answers[0].json()["outputs"]] == ["probabilities", "out_of_distribution"]


ZEROS = "[" + ",".join("0" * 784) + "]"


def body(shape="[1,28,28]", data=ZEROS, name='"images"', datatype='"UINT8"', rest=""):
    return f'{{"inputs":[{{"name":{name},"datatype":{datatype},"shape":{shape},"data":{data}}}]{rest}}}'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{",
        '{"inputs":[]}',
        '{"inputs":{}}',
        '{"inputs":[1]}',
        body(name='"picture"'),
        body(datatype='"FP32"'),
        body(shape="[1,28]"),
        body(shape="[2,28,28]"),
        body(shape="[-1,28,28]"),
        body(shape="[0,28,28]", data="[]"),
        body(shape="[1e0,28,28]"),
        body(shape="[true,28,28]"),
        body(shape=f"[{10**30},28,28]"),
        body(shape='"[1,28,28]"'),
        body(data=ZEROS.replace("0", "256", 1)),
        body(data=ZEROS.replace("0", "-1", 1)),
        body(data=ZEROS.replace("0", "0.5", 1)),
        body(data=ZEROS.replace("0", "NaN", 1)),
        body(data=ZEROS.replace("0", "Infinity", 1)),
        body(data=ZEROS.replace("0", "1e400", 1)),
        body(data=ZEROS.replace("0", "true", 1)),
        body(data=ZEROS.replace("0", '"0"', 1)),
        body(data=ZEROS.replace("0", "[0]", 1)),
        body(data=ZEROS.replace("0", "9" * 5000, 1)),
        body(data="[" * 10_000 + "]" * 10_000),
        body(data='{"0": 0}'),
        body(rest=',"id":17'),
        body(rest=',"outputs":[{"name":"weights"}]'),
        body(rest=',"outputs":7'),
        body(rest=',"parameters":' + '{"a":' * 10_000 + "1" + "}" * 10_000),
        '{"inputs":[{"name":"images","datatype":"UINT8","shape":[1,28,28]}]}',
        '{"inputs":[{"name":"images","datatype":"UINT8","shape":[1,28,28],"parameters":{"binary_data_size":784}}]}',
        '{"inputs":[{"name":"images","datatype":"UINT8","shape":[1,28,28],"parameters":{"shared_memory_region":"x"}}]}',
    ],
)
def test_what_is_no_request_is_a_problem(client, content):
    answer = client.post(PATH, content=content)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == answer.json()["detail"]


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "100000", "²"])
def test_a_wrong_length_of_the_json_is_a_problem(client, length):
    headers = {"inference-header-content-length": length.encode()}
    assert client.post(PATH, content=body(), headers=headers).status_code == 400


def test_more_images_or_more_json_than_allowed_are_too_large(client):
    assert client.post(PATH, content=body(shape="[1025,28,28]")).status_code == 413
    assert client.post(PATH, content=b" " * (1024 * 784 * 5 + 1)).status_code == 413


def test_no_route_loads_a_model(client):
    for path in ("/v2/repository/models/reader/load", "/v2/repository/index", "/v2/models/reader/load"):
        assert client.post(path, json={"parameters": {"url": "http://127.0.0.1:1/model"}}).status_code in {404, 405}
    assert client.post("/v2/models/http%3A%2F%2F127.0.0.1%3A1%2Fmodel/infer", content=body()).status_code in {404, 405}


def test_the_one_version_answers_as_the_model(client):
    body = {"id": "a", "inputs": [{"name": "images", "datatype": "UINT8", "shape": [1, 28, 28], "data": [0] * 784}]}
    answer = client.post("/v2/models/reader/versions/1/infer", json=body)
    assert answer.json() == client.post("/v2/models/reader/infer", json=body).json()
    assert answer.json()["model_version"] == "1"
    assert client.get("/v2/models/reader").json()["versions"] == ["1"]
    assert client.get("/v2/models/reader/versions/1").json() == client.get("/v2/models/reader").json()
    assert client.get("/v2/models/reader/versions/1/ready").json() == {"ready": True}
    assert client.post("/v2/models/reader/versions/2/infer", json=body).status_code == 404


def test_an_id_that_is_no_text_is_refused(client):
    body = b'{"id": "\\ud800", "inputs": []}'
    answer = client.post("/v2/models/reader/infer", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
