"""A newcomer's first five minutes, rehearsed: a script that does what the page says, in an empty folder, and no more.

Packages, in the versions of `requirements.lock`, and MNIST are downloaded before, since how long that takes says
nothing about Tenfold; installing, building and everything else counts.

Example: `python -m guide.rehearsal`, or `python -m guide.rehearsal --demo` for `make demo` and what it says to try next
"""

import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image as Pillow

from guide.pictures import photographed_digit
from guide.snippets import Part, parts_of

__all__ = ["GOAL", "PAGE", "Step", "commands_of", "rehearse"]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "first-five-minutes.md"

GOAL = 300
"""Seconds that it may take."""

SERVES = re.compile(r"^tenfold serve\b")
"""What runs until it is stopped: it is started, and stopped once it listens."""

END = "~ end of a command ~"
"""What the shell prints after each command, with its exit status."""


@dataclass(frozen=True)
class Step:
    """A command that was typed.

    Attributes:
        command: What was typed.
        status: Its exit status.
        seconds: How long it took.
        said: What it printed.
    """

    command: str
    status: int
    seconds: float
    said: str


def commands_of(page: Path) -> list[str]:
    """Give what a page has one type on Linux, in order: its listings for the shell, its tables, its Python.

    Listings for another system are left out; what a table has one type `after` something else comes after it.
    """
    found: list[str] = []
    for part in parts_of(page):
        found += _typed(part)
    return found


def _typed(part: Part) -> Iterator[str]:
    if part.kind == "sh":
        yield from filter(None, part.content.splitlines())
    elif part.kind == "console":
        yield from re.findall(r"^\$ (.*)$", part.content, re.MULTILINE)
    elif part.kind == "python":
        yield f"python -c {shlex.quote(part.content)}"
    elif part.kind == "text":
        for row in re.findall(r"^\|[^|]*\|(.*`tenfold .*)\|$", part.content, re.MULTILINE):
            first, *before = re.findall(r"`([^`]+)`", row)
            yield from [*before, first]


def rehearse(commands: list[str], folder: Path, variables: Mapping[str, str]) -> Iterator[Step]:
    """Type commands into one shell, one after another, and stop after the first that fails.

    Args:
        commands: What to type.
        folder: The folder that the shell begins in.
        variables: The variables of its environment, all of them.
    """
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc"],  # noqa: S607 (whichever the newcomer has)
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=dict(variables),
    ) as shell:
        if not shell.stdin or not shell.stdout:
            raise SystemExit("bash has no input or output")
        for command in commands:
            started = time.perf_counter()
            shell.stdin.write(f"{_ending(command)}\nprintf '\\n%s %s\\n' '{END}' $?\n")
            shell.stdin.flush()
            said = []
            for line in shell.stdout:
                if line.startswith(END):
                    break
                said.append(line)
            else:
                line = f"{END} 1"
            status = int(line.removeprefix(END))
            yield Step(command, status, time.perf_counter() - started, "".join(said).strip())
            if status:
                break
        shell.stdin.close()


def _ending(command: str) -> str:
    """Have a server stop once it listens; what a command reads is not the rest of what is typed."""
    if not SERVES.match(command):
        return f"{command} < /dev/null"
    return (
        f"{command} --port 0 > serving.txt 2>&1 < /dev/null & "
        "until grep --quiet http:// serving.txt || ! kill -0 $!; do sleep 0.2; done; cat serving.txt; kill $!; wait $!"
    )


def _fetched(clone: Path, variables: Mapping[str, str]) -> None:
    """Download what the page installs, and MNIST, so that neither counts."""
    wanted = [".[train,serve]", "hatchling", "editables", "pip"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--constraint", "requirements.lock"]
    fetch = [sys.executable, "-m", "tenfold", "fetch", "mnist"]
    for command in ([*pip, "--dest", str(clone.parent / "wheels"), *wanted], fetch):
        subprocess.run(command, cwd=clone, env=dict(variables), check=True)


def main(
    demo: Annotated[
        bool, typer.Option("--demo", help="`make demo` and what it says to try next, not the page.")
    ] = False,
) -> None:
    """Rehearse the first five minutes, from a clone of what is committed here; fails where a command does."""
    with tempfile.TemporaryDirectory(prefix="first-five-minutes-") as empty:
        clone = Path(empty) / "tenfold"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607
        kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        variables = {**kept, "TENFOLD_HOME": f"{empty}/cache", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        _fetched(clone, variables | {"PYTHONPATH": str(ROOT / "src")})
        fetching = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = fetching.ru_utime + fetching.ru_stime
        variables |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{empty}/wheels"}
        Pillow.fromarray(photographed_digit("8")).save(clone / "photo.jpg", quality=92)
        (clone / "scans").mkdir()
        Pillow.fromarray(photographed_digit("3")).save(clone / "scans" / "three.jpg", quality=92)
        steps = _told(rehearse(["make demo"] if demo else commands_of(PAGE), clone, variables))
        if demo and not steps[-1].status:
            steps += _told(rehearse(_tried_next(steps[-1].said), clone, variables))
    seconds = sum(step.seconds for step in steps)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = used.ru_utime + used.ru_stime - before
    print(f"\n{len(steps)} commands, {seconds:.0f} s, {computed:.0f} s of processor time; the goal is {GOAL} s")
    if steps[-1].status or seconds > GOAL:
        raise SystemExit(1)


def _tried_next(said: str) -> list[str]:
    """Give the commands that the demonstration ends with."""
    return [line.strip() for line in said.partition("Try next:\n")[2].splitlines() if line.strip()]


def _told(steps: Iterator[Step]) -> list[Step]:
    """Print each step when it is done."""
    done = []
    for step in steps:
        first, *_ = step.command.splitlines()
        print(f"{step.seconds:7.1f} s  {first}", flush=True)
        if step.status:
            print(f"exit status {step.status}:\n{step.said}", flush=True)
        done.append(step)
    return done


if __name__ == "__main__":
    typer.run(main)
