"""Runs every benchmark and writes docs/benchmarks.md.

Example: `python -m benchmarks`, or `python -m benchmarks --quick`
"""

import subprocess
import sys
from typing import Annotated

import typer

RECIPES = ("tutorial", "fast")
"""Recipes whose accuracy is measured here; slower ones are run by hand, and the page also shows their results."""


def steps(quick: bool) -> list[list[str]]:
    """Give the modules to run, each with its options."""
    shorter = ["--quick"] if quick else []
    seeds = "3" if quick else "10"
    return [
        ["environment"],
        ["floor", *(["--rounds", "3"] if quick else [])],
        *(["accuracy", "--recipe", recipe, "--seeds", seeds] for recipe in RECIPES),
        ["training", *shorter],
        ["prediction", *shorter],
        ["growth", *shorter],
        ["ladder", *shorter],
        ["numbers", *(["--share", "0.1"] if quick else [])],
        ["scans"],
        ["few", *shorter],
        ["reading"],
        ["promises", *(["--share", "0.1"] if quick else [])],
        ["audits", *(["--runs", "500"] if quick else [])],
        ["explain", *(["--count", "100"] if quick else [])],
        ["serving", *shorter],
        ["attacks", *(["--inputs", "6000", "--kills", "60"] if quick else [])],
    ]


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer rounds and peers, in a few minutes.")] = False,
) -> None:
    """Run every benchmark and write the page; one that fails does not stop the others."""
    failed = []
    for name, *options in steps(quick):
        print(f"\n{' '.join([name, *options])}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode:
            failed.append(" ".join([name, *options]))
    subprocess.run([sys.executable, "-m", "benchmarks.report"], check=True)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    typer.run(main)
