"""Whether a browser prepares and reads pictures as Python does, how long a stroke takes, and how large the site is.

Example: `python -m benchmarks.site`, or `--sets FOLDER` for people's pictures too
"""

import base64
import functools
import shutil
import statistics
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image as Pillow

import tenfold
from benchmarks.results import print_table, save_result
from benchmarks.sets import labelled_sets
from tenfold.draw.hands import DIGITS
from tenfold.draw.pen import draw_large, parse
from tenfold.draw.snapshots import vary_picture
from tenfold.errors import PictureError
from tenfold.picture.decode import Array, Grey
from tenfold.site.build import site_files, write_site
from tenfold.site.runtime import fetch_runtime

SENT = 25
"""Pictures that are sent to the browser at once."""

STROKES = 40
"""Strokes that are timed, after the page has warmed up."""

READ = """async (pictures) => {
    const { openReader } = await import("./reader.js");
    globalThis.benchmarked ??= await openReader(() => {});
    const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const answers = [];
    for (const { width, height, pixels } of pictures) {
        const { digit, image, steps } = await globalThis.benchmarked.read({ width, height, data: bytes(pixels) });
        answers.push({ digit, image: [...image.data], steps });
    }
    return answers;
}"""
"""What the browser does with pictures."""

LIFTED = "performance.getEntriesByName('answer').map((entry) => entry.duration)"
"""What the page noted: milliseconds from when the pen was lifted until the answer stood there."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Give files away on this machine, as any web server does; gives the address."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Patient(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A browser that leaves before all has come is no error."""

    server = Patient(("127.0.0.1", 0), functools.partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read_in(page: Any, pictures: Sequence[Array]) -> list[dict[str, Any]]:  # noqa: ANN401
    """Have a page of the site read pictures.

    Args:
        page: Playwright's page, opened at the site.
        pictures: Grey, RGB or RGBA, `uint8`.

    Returns:
        For each what it was taken for, the image of 28×28 that the network saw, and the steps.
    """
    found: list[dict[str, Any]] = []
    for start in range(0, len(pictures), SENT):
        colours = [np.asarray(Pillow.fromarray(each).convert("RGBA")) for each in pictures[start : start + SENT]]
        sent = [
            {"width": each.shape[1], "height": each.shape[0], "pixels": base64.b64encode(each.tobytes()).decode()}
            for each in colours
        ]
        found += page.evaluate(READ, sent)
    return found


def drawings(count: int) -> list[Grey]:
    """Draw digits as people do on the page, dark on white: each `uint8 (136, 136)`."""
    rng = np.random.default_rng(0)
    hands = [hand for digit in DIGITS.values() for hand in digit.values()]
    return [255 - ink for ink in draw_large([parse(hands[place % len(hands)]) for place in range(count)], rng)]


def compared(page: Any, pictures: Sequence[Array]) -> dict[str, Any]:  # noqa: ANN401
    """Prepare and read pictures in the browser and in Python, by the digit network alone.

    Returns:
        How many there are, how many images are equal to the bit, how many answers are the same, and the largest
        difference of any pixel, 0…255.
    """
    reader = tenfold.Reader()
    prepared = [reader.prepare(picture) for picture in pictures]
    probabilities, _ = reader.answer(np.stack([each.image for each in prepared]))
    said = [reader.model.classes[int(row.argmax())] if each.image.any() else None
            for row, each in zip(probabilities, prepared, strict=True)]  # fmt: skip
    found = read_in(page, pictures)
    away = [
        int(np.abs(np.array(other["image"]).reshape(28, 28) - each.image.astype(int)).max())
        for other, each in zip(found, prepared, strict=True)
    ]
    return {
        "n": len(pictures),
        "equal": sum(each == 0 for each in away),
        "same answer": sum(one == other["digit"] for one, other in zip(said, found, strict=True)),
        "largest difference": max(away),
    }


def people_pictures(folder: Path, count: int) -> list[Array]:
    """Give pictures of single digits that people made, taken evenly from the sets of a folder."""
    files = [file for each in labelled_sets(folder) if each.of_digits for file in each.pictures]
    chosen = [files[int(place)] for place in np.linspace(0, len(files) - 1, count)]
    pictures = []
    for file in chosen:
        try:
            with Pillow.open(file) as opened:
                pictures.append(np.asarray(opened.convert("RGB")))
        except OSError as error:
            raise PictureError(f"{file}: {error}") from error
    return pictures


def measure(count: int, pictures: int, sets: Path | None) -> dict[str, Any]:
    """Build the site, open it in Chromium and measure it."""
    from playwright.sync_api import expect, sync_playwright

    files = site_files(tenfold.load_model(), fetch_runtime(progress=True))
    varied = [vary_picture(each, np.random.default_rng(place)) for place, each in enumerate(drawings(pictures))]
    kinds = {"drawings": drawings(count), "drawings as photographed": varied}
    if sets:
        kinds["people's pictures"] = people_pictures(sets, pictures)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        size = write_site(files, Path(folder) / "site")
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        with serving(Path(folder) / "site") as address:
            page = browser.new_page()
            page.goto(address)
            expect(page.locator("#bars li")).to_have_count(10, timeout=60_000)
            page.wait_for_timeout(2000)  # it warms up
            for _ in range(STROKES):
                page.click("#sample")
                page.wait_for_timeout(250)
            strokes = page.evaluate(LIFTED)
            found = {kind: compared(page, each) for kind, each in kinds.items()}
        browser.close()
    return {
        "bytes": size,
        "stroke": {"median": statistics.median(strokes), "p95": sorted(strokes)[int(0.95 * len(strokes))]},
        "kinds": found,
    }


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give how alike the browser and Python are as rows of text, the heading first."""
    rows = [["in Chromium as in Python", "28×28 equal to the bit", "same answer", "largest difference of a pixel"]]
    for kind, one in result["kinds"].items():
        shares = f"{one['equal']:,} of {one['n']:,}", f"{one['same answer']:,} of {one['n']:,}"
        rows.append([kind, *shares, str(one["largest difference"])])
    return rows


def main(
    count: Annotated[int, typer.Option(help="Drawings that are read.")] = 1000,
    pictures: Annotated[int, typer.Option(help="Pictures of each other kind.")] = 200,
    sets: Annotated[Path | None, typer.Option(help="A folder of labelled sets: people's pictures.")] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="The folder to write the result into.")] = None,
) -> None:
    """Measure the reader in the browser, print what was found and save it."""
    result = measure(count, pictures, sets)
    save_result("site", result, folder)
    print_table(table(result))
    stroke = result["stroke"]
    print(
        f"{result['bytes'] / 1e6:.1f} MB in all; {stroke['median']:.0f} ms a stroke, 95% within {stroke['p95']:.0f} ms"
    )


if __name__ == "__main__":
    typer.run(main)
