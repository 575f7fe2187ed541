"""How Sphinx makes the site of docs/."""

from pathlib import Path

from sphinx.application import Sphinx

import tenfold

project = "Tenfold"
author = copyright = "The Tenfold authors"
version = release = tenfold.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["**.ipynb"]
language = "en"
smartquotes = False  # two hyphens begin an option

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["misc.highlighting_failure"]  # listings of what a terminal shows are no valid code

default_role = "code"  # docstrings write `code` as Markdown does
autodoc_typehints = "none"  # the sections of a docstring name shapes, dtypes and units; signatures stay short
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_custom_sections = ["Source"]

html_theme = "furo"
html_title = f"Tenfold {release}"
html_favicon = "../src/tenfold/serve/page/icon.svg"
html_copy_source = False
html_css_files = ["guide.css"]
html_static_path = ["static"]
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

REACHABLE = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}
"""What Sphinx writes, and what people who use a keyboard or a screen reader need in its place."""


def make_reachable(app: Sphinx, failed: Exception | None) -> None:
    """Let whatever scrolls be reached by keyboard, and say of what level headings are."""
    for page in Path(app.outdir).rglob("*.html") if not failed else ():
        text = page.read_text(encoding="utf-8")
        for written, reachable in REACHABLE.items():
            text = text.replace(written, reachable)
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Tell Sphinx what to do besides."""
    app.connect("build-finished", make_reachable)
