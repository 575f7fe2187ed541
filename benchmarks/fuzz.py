"""Coverage-guided fuzzing of the reader's preparation, with damaged picture files.

Every file must give 28×28 pixels or a `PictureError`: no crash, no hang, no unbounded memory. It needs Atheris:
`pip install atheris`.

Example: `python -m benchmarks.fuzz --seconds 60`
"""

import importlib
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "PDF")
MODES = ("L", "RGB", "RGBA", "P", "1", "LA", "CMYK", "I;16")
"""Pillow's formats and modes that the first pictures are written in."""

LONGEST_ANSWER, MOST_MEMORY = 10, 2048
"""Seconds and MiB that one file may take at most."""

FOUND = Path("build/fuzz")
"""The folder for files that broke something."""


def seeds() -> list[bytes]:
    """Write one small picture in every format and mode, with one frame and with two."""
    from PIL import Image

    ink = np.zeros((30, 20), np.uint8)
    ink[5:25, 8:12] = 255
    contents = []
    for name in FORMATS:
        for mode in MODES:
            picture = Image.fromarray(ink).convert("L")
            picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
            for more in ({}, {"save_all": True, "append_images": [picture]}):
                content = BytesIO()
                try:
                    picture.save(content, name, **more)
                except (OSError, ValueError, TypeError, KeyError):
                    continue  # not every format has every mode, or frames
                contents.append(content.getvalue())
    return contents


def fuzz(folder: Path, seconds: int) -> None:
    """Fuzz for some seconds, then end the process."""
    import atheris

    with atheris.instrument_imports(include=["PIL", "tenfold"]):
        for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm", "Tiff", "WebP"):
            importlib.import_module(f"PIL.{kind}ImagePlugin")
        from tenfold.errors import PictureError
        from tenfold.picture.prepare import prepare

    def one(content: bytes) -> None:
        try:
            image = prepare(content, pixels=1_000_000).image
        except PictureError:
            return
        if image.shape != (28, 28) or image.dtype != np.uint8:
            raise AssertionError(f"{image.dtype} {image.shape} came out")

    limits = [f"-timeout={LONGEST_ANSWER}", f"-rss_limit_mb={MOST_MEMORY}", f"-max_total_time={seconds}"]
    atheris.Setup([sys.argv[0], str(folder), *limits, "-max_len=20000", f"-artifact_prefix={FOUND}/"], one)
    atheris.Fuzz()


def main(
    seconds: Annotated[int, typer.Option(help="Seconds to run.")] = 60,
    folder: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Feed damaged pictures to the preparation; exit with 1 and leave the file in build/fuzz where one breaks it."""
    if folder:
        fuzz(folder, seconds)
    FOUND.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, content in enumerate(seeds()):
            (Path(corpus) / f"{number:03}").write_bytes(content)
        command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", str(seconds), "--folder", corpus]
        if subprocess.run(command, check=False).returncode:
            sys.exit(f"the file that broke it is in {FOUND}")
    print(f"nothing broke in {seconds} s")


if __name__ == "__main__":
    typer.run(main)
