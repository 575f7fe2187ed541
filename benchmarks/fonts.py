"""Handwriting fonts that nothing was trained on: from Debian's packages, unpacked, not installed."""

import subprocess
from pathlib import Path

from benchmarks.results import RESULTS

__all__ = ["handwriting_fonts"]

PACKAGES = (
    "fonts-breip",
    "fonts-bwht",
    "fonts-dkg-handwriting",
    "fonts-femkeklaver",
    "fonts-humor-sans",
    "fonts-klee",
    "fonts-rufscript",
    "fonts-sjfonts",
)

FOLDER = RESULTS / "fonts"
"""Where the packages are unpacked."""


def handwriting_fonts() -> list[Path]:
    """Give the files of the fonts; fetches the packages with `apt-get` where that is not done yet."""
    if not FOLDER.exists():
        fresh = FOLDER.with_name("fonts.new")
        fresh.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "--quiet=2", *PACKAGES], cwd=fresh, check=True)  # noqa: S607
        for package in fresh.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package.name, "."], cwd=fresh, check=True)  # noqa: S607
        fresh.rename(FOLDER)
    return sorted(file for kind in ("ttf", "otf") for file in FOLDER.rglob(f"*.{kind}"))
