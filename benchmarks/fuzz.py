"""Fuzzing: damaged inputs of every kind, for some seconds.

Every input must give an answer or one of Tenfold's own errors: no crash, no hang, no unbounded memory. Pictures are
fuzzed by coverage where Atheris is installed (`pip install atheris`), and by chance where it is not.

Example: `python -m benchmarks.fuzz --seconds 60`
"""

import importlib
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.mutations import KINDS, mutated, pictures
from benchmarks.results import names_of

LONGEST_ANSWER, MOST_MEMORY = 10, 2048
"""Seconds and MiB that one file may take at most."""

FOUND = Path("build/fuzz")
"""The folder for inputs that broke something."""


def by_coverage(folder: Path, seconds: int) -> None:
    """Fuzz pictures for some seconds, guided by coverage, then end the process."""
    import atheris

    with atheris.instrument_imports(include=["PIL", "tenfold"]):
        for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm", "Tiff", "WebP"):
            importlib.import_module(f"PIL.{kind}ImagePlugin")
        from tenfold.errors import TenfoldError

    def one(content: bytes) -> None:
        try:
            KINDS["pictures"].give(content)
        except TenfoldError:
            return

    limits = [f"-timeout={LONGEST_ANSWER}", f"-rss_limit_mb={MOST_MEMORY}", f"-max_total_time={seconds}"]
    atheris.Setup([sys.argv[0], str(folder), *limits, "-max_len=20000", f"-artifact_prefix={FOUND}/"], one)
    atheris.Fuzz()


def by_chance(names: list[str], seconds: float, first: int) -> tuple[int, int]:
    """Fuzz some kinds by turns.

    Args:
        names: The kinds.
        seconds: For how long.
        first: The number of the first input.

    Returns:
        How many inputs were tried, and how many broke something; those are written to `FOUND`.
    """
    from tenfold.errors import TenfoldError

    seeds = {name: KINDS[name].seeds() for name in names}
    end, number, broken = time.monotonic() + seconds, first, 0
    while time.monotonic() < end:
        name = names[number % len(names)]
        content = mutated(seeds[name], number)
        started = time.monotonic()
        try:
            KINDS[name].give(content)
            fault = ""
        except TenfoldError:
            fault = ""
        except BaseException as error:
            fault = f"{type(error).__name__}: {error}"
        if time.monotonic() - started > LONGEST_ANSWER:
            fault = f"it took {time.monotonic() - started:.0f} s"
        if fault:
            broken += 1
            (FOUND / f"{name.replace(' ', '-')}-{number}").write_bytes(content)
            print(f"{name}, {number}: {fault[:200]}", flush=True)
        number += 1
    return number - first, broken


def main(
    seconds: Annotated[int, typer.Option(help="Seconds to run.")] = 60,
    kinds: Annotated[str, typer.Option(help=f"Of {', '.join(KINDS)}; all by default.")] = "",
    first: Annotated[int, typer.Option(help="The number of the first input; each number gives the same input.")] = 0,
    folder: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Feed damaged inputs to who opens them; exit with 1 and leave the file in build/fuzz where one breaks it."""
    if folder:
        by_coverage(folder, seconds)
    FOUND.mkdir(parents=True, exist_ok=True)
    names = names_of(kinds, KINDS, list(KINDS)) if kinds not in KINDS else [kinds]
    guided = find_spec("atheris") is not None and "pictures" in names
    if guided:
        seconds //= 2
        with tempfile.TemporaryDirectory() as corpus:
            for number, content in enumerate(pictures()):
                (Path(corpus) / f"{number:03}").write_bytes(content)
            command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", str(seconds), "--folder", corpus]
            if subprocess.run(command, check=False).returncode:
                sys.exit(f"the file that broke it is in {FOUND}")
    tried, broken = by_chance(names, seconds, first)
    print(f"{tried:,} inputs by chance{', pictures by coverage' if guided else ''}: {broken} broke something")
    if broken:
        sys.exit(f"they are in {FOUND}")


if __name__ == "__main__":
    typer.run(main)
