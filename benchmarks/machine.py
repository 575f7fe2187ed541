"""Which machine a figure was measured on."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["PACKAGES", "Machine", "this_machine"]

PACKAGES = ("tenfold", "torch", "onnxruntime", "numpy")
"""Packages whose versions stand beside a figure: its speed depends on them."""


@dataclass(frozen=True)
class Machine:
    """A machine and what was installed on it.

    Attributes:
        processor: The model's name, as the system gives it.
        cores: Cores that this process may use.
        memory_gib: Main memory, in GiB.
        system: Kernel and C library.
        python: Version of Python.
        packages: Versions of `PACKAGES`, by name.
    """

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    packages: dict[str, str]


def this_machine() -> Machine:
    """Describe the machine that this runs on."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}".strip(", "),
        python=platform.python_version(),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


def _processor() -> str:
    """Give the processor's name, with family and model numbers, because virtual machines often hide the name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    name = facts.get("model name", platform.machine())
    return f"{name} (family {facts['cpu family']}, model {facts['model']})" if "cpu family" in facts else name


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
