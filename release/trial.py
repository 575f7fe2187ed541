"""Run inside an environment that holds nothing but Tenfold with one extra: does what the extra is for, once.

Example: `python -I release/trial.py serve,postgresql`
"""

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image

import tenfold
from tenfold.draw.hands import DIGITS
from tenfold.draw.pen import draw_digits, draw_large, parse

COMMAND = Path(sys.executable).with_name("tenfold")
"""The command that was installed."""

CARDS = ("model-card.md", "data-card.md")
"""What the model reads, and whose data it learned from: they go with it."""


def picture_of(digits: str) -> Image.Image:
    """Draw a number, dark on light, its digits beside one another."""
    rng = np.random.default_rng(3)
    hands = [parse(next(iter(DIGITS[int(digit)].values()))) for digit in digits]
    return Image.fromarray(np.hstack([255 - ink for ink in draw_large(hands, rng)]))


def run(*arguments: object) -> str:
    """Run the command; give what it printed."""
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"tenfold {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return done.stdout


def read_a_digit(folder: Path) -> None:
    """Read a picture, by the command and from Python; the cards of the model are there."""
    picture_of("3").save(folder / "three.png")
    expect(run("predict", folder / "three.png").split()[1], "3")
    expect(tenfold.Reader().digit(folder / "three.png").digit, "3")
    expect(run("--version").split()[-1], tenfold.__version__)
    for card in CARDS:
        expect(files("tenfold").joinpath("model", card).read_text(encoding="utf-8")[:2], "# ")


def read_a_photo_of_an_iphone(folder: Path) -> None:
    """Read a HEIC file."""
    import pillow_heif

    pillow_heif.from_pillow(picture_of("5").convert("RGB")).save(folder / "five.heic")
    expect(run("predict", folder / "five.heic").split()[1], "5")


def read_with_a_list(folder: Path) -> None:
    """Give each number of a list out once."""
    picture_of("58").save(folder / "a.png")
    (folder / "known.csv").write_text("58\n71\n", encoding="utf-8")
    expect(run("read", folder / "a.png", "--known", folder / "known.csv", "--unique").split()[2], "58")


def read_with_a_third_opinion(folder: Path) -> None:
    """Ask PP-OCRv6 as well."""
    picture_of("58").save(folder / "a.png")
    expect(run("read", folder / "a.png", "--ocr").split()[2], "58")


def serve_a_digit(folder: Path) -> None:
    """Start a server, and have it read a picture."""
    picture_of("3").save(folder / "three.png")
    options = ["serve", "--port", "0", "--workers", "1", "--store", str(folder / "review.db")]
    with subprocess.Popen([COMMAND, *options], stderr=subprocess.PIPE, text=True) as server:
        try:
            lines = iter(server.stderr or ())
            address = next((word for line in lines for word in line.split() if word.startswith("http://")), "")
            expect(address[:7], "http://")
            request = urllib.request.Request(  # noqa: S310 (the address is that of the server above)
                f"{address.rstrip('/.,')}/v1/digits", (folder / "three.png").read_bytes(), {"Content-Type": "image/png"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                expect('"digit":"3"' in answer.read().decode(), True)
        finally:
            server.terminate()


def keep_in_postgresql(folder: Path) -> None:
    """Load the driver: a store that is not there is refused in our words, and not for want of a package."""
    options = ["serve", "--port", "0", "--store", "postgresql://nobody@127.0.0.1:9/none"]
    done = subprocess.run([COMMAND, *options], capture_output=True, text=True, check=False, cwd=folder)
    expect((done.returncode, "needs psycopg" in done.stderr, "Traceback" in done.stderr), (2, False, False))


def send_traces(folder: Path) -> None:
    """Serve where traces are asked for, although nobody takes them."""
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9"
    serve_a_digit(folder)


def train_a_model(folder: Path) -> None:
    """Train on drawn digits, evaluate with a report, export."""
    images, labels = draw_digits(600, np.random.default_rng(0))
    tenfold.save_examples(images, labels, folder / "drawn.npz")
    model, report = folder / "model", folder / "report"
    run("train", "--data", folder / "drawn.npz", "--recipe", "tutorial", "--epochs", 5, "--out", model, "--quiet")
    run("evaluate", model, "--data", folder / "drawn.npz", "--report", report)
    expect((report / "report.html").is_file(), True)
    run("export", model, "--format", "onnx", "--out", folder / "drawn.onnx")
    expect((folder / "drawn.onnx").is_file(), True)


def read_on_a_cluster(folder: Path) -> None:
    """Read a picture on a Ray cluster of this machine alone."""
    picture_of("3").save(folder / "three.png")
    run("predict", folder / "three.png", "--cluster", "local", "--workers", 1, "--out", folder / "results", "--quiet")
    expect(len([*(folder / "results").glob("*.parquet")]), 1)


TRIALS: dict[str, Callable[[Path], None]] = {
    "heic": read_a_photo_of_an_iphone,
    "lists": read_with_a_list,
    "ocr": read_with_a_third_opinion,
    "postgresql": keep_in_postgresql,
    "scale": read_on_a_cluster,
    "serve": serve_a_digit,
    "telemetry": send_traces,
    "train": train_a_model,
}
"""What each extra is for."""


def expect(found: object, expected: object) -> None:
    """End with a message where something is not as it should be."""
    if found != expected:
        raise SystemExit(f"expected {expected!r}, got {found!r}")


def main(extras: str) -> None:
    """Try the package itself, and each of some extras."""
    with tempfile.TemporaryDirectory() as folder:
        read_a_digit(Path(folder))
        for extra in filter(None, extras.split(",")):
            TRIALS[extra](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
