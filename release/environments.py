"""Empty environments: what was built is installed into each with one extra, and what the extra is for is tried."""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from release.inventory import write_inventory

__all__ = ["EXTRAS", "VERSIONS", "Tried", "find_pythons", "try_in_empty"]

VERSIONS = ("3.11", "3.12", "3.13")
"""The versions of Python that Tenfold is for."""

EXTRAS = ("", "heic", "lists", "ocr", "scale", "serve", "serve,postgresql", "serve,telemetry", "train")
"""What is installed beside the package itself, the lightest first."""

TRIAL = Path(__file__).with_name("trial.py")
"""What the Python of an environment runs, without anything else of this repository."""

UV = (sys.executable, "-m", "uv")
"""What makes environments and installs into them: it keeps what it fetched, and links it in place of copying."""

LIMIT = 1800
"""Seconds after which an installation is given up."""


@dataclass(frozen=True)
class Tried:
    """What came of one environment.

    Attributes:
        python: The version of Python, as `3.12.1`.
        file: The name of what was installed.
        extra: The extra, `""` for none.
        seconds: From the empty environment to the end of the trial.
        size_mib: What lies in the environment then, MiB.
        trouble: What failed; empty where all is well.
    """

    python: str
    file: str
    extra: str
    seconds: float
    size_mib: float
    trouble: str


def find_pythons(versions: Sequence[str] = VERSIONS) -> dict[str, str]:
    """Give the interpreter of each version that this machine has, by version: `python3.12` is found by its name."""
    found = {}
    for version in versions:
        running = f"{sys.version_info.major}.{sys.version_info.minor}" == version
        name = sys.executable if running else shutil.which(f"python{version}")
        if name and _says(name, "import venv, platform; print(platform.python_version())").startswith(version):
            found[version] = name
    return found


def try_in_empty(python: str, file: Path, extra: str, folder: Path, inventory: Path | None = None) -> Tried:
    """Install a file with an extra into an empty environment, try it there, and take the environment away again.

    Args:
        python: The interpreter that makes the environment.
        file: A wheel or a source archive.
        extra: The extra, `""` for none.
        folder: Where the environment is made.
        inventory: Where to write its bill of materials (CycloneDX, JSON); none where this is None.
    """
    started = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    inside = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    target = f"tenfold[{extra}] @ {file.resolve().as_uri()}" if extra else str(file)
    steps = [
        [*UV, "venv", "--quiet", "--python", python, str(folder)],
        [*UV, "pip", "install", "--quiet", "--python", inside, target],
        [*UV, "pip", "check", "--quiet", "--python", inside],
        [inside, "-I", str(TRIAL), extra],
    ]
    trouble = next(filter(None, map(_trouble, steps)), "")
    if inventory and not trouble:
        trouble = write_inventory(inside, inventory)
    seconds = time.perf_counter() - started
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    version = _says(inside, "import platform; print(platform.python_version())")
    shutil.rmtree(folder, ignore_errors=True)
    return Tried(version, file.name, extra, seconds, size / 2**20, trouble)


def _trouble(command: list[str]) -> str:
    """Run a step; give the end of what it said where it failed, else nothing."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"{' '.join(command[1:5])}: not done after {LIMIT} s"
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return f"{' '.join(command[1:5])}: {' | '.join(said[-3:])}" if done.returncode else ""


def _says(python: str, code: str) -> str:
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()
