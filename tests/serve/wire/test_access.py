import httpx
import pytest
from strangers import LEAKS

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105


@pytest.fixture(scope="module")
def guarded(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    (folder / "token").write_text(TOKEN + "\n")
    (folder / "token").chmod(0o600)
    with serve(folder, token_file=folder / "token") as address:
        yield address


@pytest.mark.parametrize("path", ["/v1/reviews", "/metrics", "/v2", "/v2/models/reader", "/v1/reviews/export.csv"])
def test_only_who_bears_the_token_is_answered(guarded, path):
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}):
        answer = httpx.get(guarded + path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    assert httpx.get(guarded + path, headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_page_and_probes_need_no_token(guarded):
    assert httpx.get(guarded).status_code == 200
    assert httpx.get(f"{guarded}/v2/health/ready").status_code == 200


def test_pages_of_other_sites_may_not_ask(client, seven):
    headers = {"content-type": "image/png"}
    for origin in ("https://example.org", "null", "http://127.0.0.1:1"):
        answer = client.post("/v1/digits", content=seven, headers={**headers, "origin": origin})
        assert answer.status_code == 403
    own = str(client.base_url).rstrip("/")
    assert client.post("/v1/digits", content=seven, headers={**headers, "origin": own}).status_code == 200
    answer = client.options("/v1/digits", headers={"origin": "https://example.org"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_another_name_for_this_machine_is_not_answered(client):
    assert client.get("/v1/reviews", headers={"host": "rebound.example.org"}).status_code == 403
    assert client.get("/v1/reviews", headers={"host": "localhost:8000"}).status_code == 200


def test_browsers_are_told_to_load_nothing_from_elsewhere(client):
    headers = client.get("/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[kind] for kind in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    ["/../app.py", "/..%2fapp.py", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/page%00.html", "/\\..\\app.py"],
)
def test_no_path_leads_out_of_the_page(talk, path):
    heard = talk(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert heard.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), heard[:300]
    assert not LEAKS.search(heard.partition(b"\r\n\r\n")[2].decode())


def test_two_hosts_are_refused(talk):
    for second in (b"127.0.0.1", b"example.org"):
        heard = talk(b"GET /v1/model HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: " + second + b"\r\nConnection: close\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 400 ")
