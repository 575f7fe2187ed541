"""How soon the first pages of `tenfold serve` and `tenfold site` are painted on one throttled core, as Lighthouse asks.

Example: `python -m benchmarks.first_page`
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from guide.screens import served
from playwright.sync_api import Browser, sync_playwright

import tenfold
from benchmarks.measure import Spread
from benchmarks.results import print_table, save_result
from benchmarks.site import serving
from tenfold.site.build import site_files, write_site
from tenfold.site.runtime import fetch_runtime

GOAL = 1.5
"""Seconds to the first paint of anything that is content."""

SLOWER = 4
"""How much slower the browser's one core is made: Lighthouse's setting for a middling phone."""

SLOW_NETWORK = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8, "offline": False}
"""Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s down, 0.75 up."""

PAINTED = """() => new Promise((done) => {
    const found = {};
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) found.largest = entry.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    const look = () => {
        const [first] = performance.getEntriesByName("first-contentful-paint");
        if (first && document.readyState === "complete") {
            done({ first: first.startTime, largest: found.largest ?? first.startTime });
        } else {
            setTimeout(look, 50);
        }
    };
    look();
})"""
"""What the browser noted: milliseconds to the first paint of content, and to that of its largest piece."""


def paint(browser: Browser, address: str, *, slow_network: bool) -> tuple[float, float]:
    """Open a page as somebody who was never there; give seconds to its first and to its largest paint."""
    with browser.new_context(viewport={"width": 412, "height": 823}) as context:
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        if slow_network:
            tools.send("Network.enable")
            tools.send("Network.emulateNetworkConditions", SLOW_NETWORK)
        page.goto(address, timeout=120_000)
        found = page.evaluate(PAINTED)
    return found["first"] / 1000, found["largest"] / 1000


@contextmanager
def one_core() -> Iterator[None]:
    """Start what is started inside on one core, the last of those that there are."""
    if not hasattr(os, "sched_setaffinity"):
        raise SystemExit("holding a browser to one core takes Linux")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def measure(rounds: int) -> dict[str, Any]:
    """Open both pages some times each, in turns; the first round is thrown away."""
    files = site_files(tenfold.load_model(), fetch_runtime(progress=True))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, served() as server:
        write_site(files, Path(folder) / "site")
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        with one_core():
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        with serving(Path(folder) / "site") as site:
            ways = [
                (name, address, slow)
                for name, address in (("tenfold serve", server), ("tenfold site", site))
                for slow in (False, True)
            ]
            taken = [
                [paint(browser, address, slow_network=slow) for _, address, slow in ways] for _ in range(rounds + 1)
            ]
        browser.close()
    return {
        "pages": [
            {
                "page": name,
                "slow network": slow,
                "first": asdict(Spread.of([each[place][0] for each in taken[1:]])),
                "largest": asdict(Spread.of([each[place][1] for each in taken[1:]])),
            }
            for place, (name, _, slow) in enumerate(ways)
        ]
    }


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the result as rows of text, the heading first."""
    rows = [["page, by who was never there", "network", "first paint, s", "least–most", "largest paint, s"]]
    for each in result["pages"]:
        first = each["first"]
        network = "slow 4G" if each["slow network"] else "this machine's"
        spread = f"{first['least']:.2f}–{first['most']:.2f}"
        rows.append([each["page"], network, f"{first['median']:.2f}", spread, f"{each['largest']['median']:.2f}"])
    return rows


def main(
    rounds: Annotated[int, typer.Option(help="Times that each page is opened.")] = 5,
    folder: Annotated[Path | None, typer.Option("--out", help="The folder to write the result into.")] = None,
) -> None:
    """Measure the first paint of both pages on one core that is four times slower."""
    result = measure(rounds)
    save_result("first-page", result, folder)
    print_table(table(result), left=2)
    slowest = max(each["first"]["median"] for each in result["pages"])
    print(f"the goal is {GOAL} s, on either network: {'kept' if slowest <= GOAL else 'missed'}")


if __name__ == "__main__":
    typer.run(main)
