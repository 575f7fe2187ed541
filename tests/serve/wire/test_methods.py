"""HEAD is answered wherever GET is, and another method than a route has is 405."""

import pytest


@pytest.mark.parametrize(
    "path", ["/v2/health/live", "/v2/health/ready", "/v1/model", "/metrics", "/v1/reviews", "/", "/index.html"]
)
def test_head_is_get_without_a_body(client, path):
    got, head = client.get(path), client.head(path)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/digits", "POST, PUT"),
        ("HEAD", "/v1/digits", "POST, PUT"),
        ("DELETE", "/v1/numbers", "POST, PUT"),
        ("GET", "/v1/explain", "POST"),
        ("POST", "/v2/health/live", "GET, HEAD"),
        ("PATCH", "/v1/reviews", "GET, HEAD, POST, PUT"),
        ("GET", "/v1/reviews/7", "PUT"),
    ],
)
def test_a_method_that_a_route_has_not_is_405(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert method == "HEAD" or answer.json()["title"] == "Method Not Allowed"


def test_what_is_nowhere_is_404(client):
    assert client.get("/v1/nothing").status_code == 404
    assert client.head("/v1/nothing").status_code == 404


def test_routes_count_head_as_theirs(client):
    client.head("/v1/model")
    assert 'tenfold_requests_total{method="HEAD",route="/v1/model",status="200"}' in client.get("/metrics").text
