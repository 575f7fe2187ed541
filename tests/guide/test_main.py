"""The site is built without a warning: no broken link, no page that no other names, no public name without text."""

import os

import pytest
from guide.__main__ import assemble, build


def test_the_site_is_built_and_asks_no_other_site_for_anything(tmp_path):
    if not os.environ.get("CI"):
        pytest.importorskip("furo")
        pytest.importorskip("myst_parser")
    assemble(tmp_path / "pages")
    assert build(tmp_path / "pages", tmp_path / "site") == 0
    pages = list((tmp_path / "site").rglob("*.html"))
    assert {"index.html", "tutorial.html", "misread.html", "troubleshooting.html"} <= {page.name for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text, page
        assert '<link rel="stylesheet" href="http' not in text, page
    command = (tmp_path / "site" / "reference" / "commands.html").read_text(encoding="utf-8")
    assert "--learning-rate" in command
