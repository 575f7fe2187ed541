"""`tenfold explain` as a user types it."""

import json


def test_a_picture_is_explained_as_a_page_and_in_a_line(command, pictures, tmp_path):
    result = command("explain", "pictures/0.png", "--out", "why.html")
    assert result.status == 0, result.err
    assert result.out.startswith("pictures/0.png  7  ")
    assert "pixels of ink" in result.out
    assert "<h2>What decides</h2>" in (tmp_path / "why.html").read_text(encoding="utf-8")


def test_json_has_it_all(command, pictures):
    told = json.loads(command("explain", "pictures/0.png", "--json").out)
    assert (told["digit"], told["page"]) == ("7", "explain.html")
    assert {"decisive", "flip", "neighbours"} <= set(told)


def test_what_is_no_picture_leaves_no_page(command, tmp_path):
    (tmp_path / "a.png").write_bytes(b"broken")
    result = command("explain", "a.png")
    assert (result.status, result.err.split(":")[:2]) == (1, ["tenfold", " a.png"])
    assert command("explain", "none.png").status == 1
    assert not (tmp_path / "explain.html").exists()
