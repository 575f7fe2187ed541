"""The page that every report is."""

from html.parser import HTMLParser

from tenfold.report.shell import html_page, section


def test_it_is_whole_and_names_are_escaped():
    page = html_page("a < b", "<h1>x</h1>", [section("One", "read this", "<p>body</p>", "wide")], version="1 & 2")
    assert "<title>a &lt; b</title>" in page
    assert "Tenfold 1 &amp; 2" in page
    assert '<section class="wide">' in page
    HTMLParser().feed(page)


def test_it_needs_no_other_file():
    page = html_page("x", "", [], version="1", style="p { color: red }")
    assert "p { color: red }" in page
    assert "http" not in page
    assert "src=" not in page
