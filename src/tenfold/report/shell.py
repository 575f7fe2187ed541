"""The page that every report is: one HTML file that needs nothing beside it."""

from collections.abc import Iterable
from html import escape
from importlib import resources

__all__ = ["html_page", "section"]


def html_page(title: str, header: str, sections: Iterable[str], *, version: str, style: str = "") -> str:
    """Give a page as HTML.

    Args:
        title: What the window is called, as text.
        header: What stands above the sections, as HTML.
        sections: As `section` gives them.
        version: Of Tenfold, named at the foot.
        style: CSS for this page alone, after that of all.
    """
    common = resources.files("tenfold.report").joinpath("report.css").read_text(encoding="utf-8")
    body = "\n".join(sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{common}{style}</style>
</head>
<body>
{header}
<main>
{body}
</main>
<footer><p>Written by Tenfold {escape(version)}.</p></footer>
</body>
</html>
"""


def section(title: str, reading: str, body: str, kind: str = "") -> str:
    """Set a heading and how to read what follows beside it; the arguments are HTML."""
    return f"""<section class="{kind}">
<div class="lead"><h2>{title}</h2>
<p>{reading}</p></div>
<div class="body">
{body}
</div>
</section>"""
