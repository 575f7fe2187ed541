"""The site, written once, given away on this machine, and opened in Debian's Chromium."""

from pathlib import Path

import pytest
from benchmarks.site import serving
from browser import SIZES, running_chromium

import tenfold
from tenfold.errors import FetchError
from tenfold.site.build import site_files, write_site
from tenfold.site.runtime import fetch_runtime

try:
    RUNTIME = fetch_runtime()
except FetchError:  # without npm, or without its registry, there is nothing to open in a browser
    RUNTIME = {}
collect_ignore = [] if RUNTIME else ["test_build.py", "test_page.py", "test_runtime.py"]


@pytest.fixture(scope="session")
def runtime() -> dict[str, bytes]:
    """ONNX Runtime for browsers, fetched once and kept in the cache."""
    return RUNTIME


@pytest.fixture(scope="session")
def files(runtime) -> dict[str, bytes]:
    return site_files(tenfold.load_model(), runtime)


@pytest.fixture(scope="session")
def site(files, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    write_site(files, folder)
    return folder


@pytest.fixture(scope="module")
def chromium():
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def open_site(chromium, site):
    """Open the site; whatever it logs as an error, or asks of another server, fails the test."""
    contexts, complaints = [], []
    with serving(site) as address:

        def run(size="desk", **options):
            width, height = SIZES[size]
            context = chromium.new_context(viewport={"width": width, "height": height}, locale="en", **options)
            contexts.append(context)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
            page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
            page.goto(address)
            return page

        yield run
        for context in contexts:
            context.close()
    assert complaints == []
