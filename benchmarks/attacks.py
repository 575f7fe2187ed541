"""Attacks on the whole: damaged inputs, bombs, kills, an end under load; and what the protection costs.

Nothing is measured against peers here: the goals are that nothing breaks. The memory of a process is bounded with
`ulimit`, so that the machine survives what the product would not.

Example: `python -m benchmarks.attacks`, `python -m benchmarks.attacks --parts inputs,bombs --inputs 50000`
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.attacked_server import (
    ENDS,
    a_digit,
    end_under_load,
    server_with_bombs,
    serving,
    with_jumping_clock,
    with_slow_readers,
)
from benchmarks.bombs import BOMBS
from benchmarks.faults import COMMANDS, try_broken_calls, try_read_only
from benchmarks.kills import KILLED, kill_again_and_again
from benchmarks.load import load
from benchmarks.mutations import KINDS
from benchmarks.processes import peak_memory
from benchmarks.results import RESULTS, names_of, print_table, save_result

__all__ = ["tables"]

MOST_MEMORY = 4 << 30
"""Bytes of address space beyond which a process of the attack is ended by the system."""

LARGE, LONG = 1 << 30, 10.0
"""Bytes and seconds that no input may take."""

TRIER = """
import resource, sys, time
from benchmarks.mutations import KINDS, mutated
from tenfold.errors import TenfoldError
name, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
kind = KINDS[name]
seeds = kind.seeds()
for number in range(first, last):
    content = mutated(seeds, number)
    before = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    started, computed = time.monotonic(), time.process_time()
    escaped = ""
    try:
        kind.give(content)
    except TenfoldError:
        pass
    except BaseException as error:
        escaped = f"{type(error).__name__}: {error}"[:100]
    print(number, round(time.process_time() - computed, 2), escaped.replace("\\n", " "), sep="\\t", flush=True)
print("peak", max(resource.getrusage(who).ru_maxrss << 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""
"""Gives inputs of a kind to who opens them, and says what became of each: a process that aborts says nothing more."""


def try_inputs(name: str, count: int) -> dict[str, Any]:
    """Try damaged inputs of a kind, in processes that may die of it.

    Args:
        name: The kind.
        count: How many.
    """
    number, escaped, aborts, slow, peak = 0, [], 0, 0, 0
    while number < count:
        command = [sys.executable, "-c", TRIER, name, str(number), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=_bounded)
        for line in done.stdout.splitlines():
            if line.startswith("peak "):
                peak = max(peak, int(line.split()[1]))
                continue
            place, seconds, error = line.split("\t")
            number = int(place) + 1
            slow += float(seconds) > LONG
            escaped += [f"{name} {place}: {error}"] if error else []
        if done.returncode:
            aborts += 1
            print(f"{name} {number}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
            number += 1
    return {"tried": count, "escaped": escaped, "aborts": aborts, "slow": slow, "peak": peak}


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def commands_with_bombs() -> dict[str, Any]:
    """Give every bomb to two commands."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for place, (name, make) in enumerate(BOMBS.items()):
            file = Path(folder) / f"{place}.pdf"
            file.write_bytes(make())
            found[name] = {verb: command_with_bomb(file, verb) for verb in ("predict", "read")}
    return found


def killed(kills: int) -> dict[str, Any]:
    """Kill everything that is to be killed, each as often as the others, and tell how it goes on."""
    found: dict[str, Any] = {}
    for name in KILLED:
        found[name] = asdict(kill_again_and_again(name, -(-kills // len(KILLED)), print))
        print(f"{name}: {found[name]}", flush=True)
    return found


def command_with_bomb(file: Path, verb: str) -> dict[str, Any]:
    """Give a bomb to a command; tells what it said, and what it took."""
    started, before = time.monotonic(), _computed()
    process = subprocess.Popen(
        [sys.executable, "-m", "tenfold", verb, str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_bounded,
    )
    with peak_memory(process.pid) as peak:
        said = process.communicate()[1]
    return {
        "seconds": time.monotonic() - started,
        "computed": _computed() - before,
        "peak": peak(),
        "status": process.returncode,
        "said": next((line.partition(str(file))[2] for line in said.splitlines() if str(file) in line), said[-80:]),
        "traceback": "Traceback" in said,
    }


def _computed() -> float:
    """Give the seconds of processor time that the processes started here have taken, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def price() -> dict[str, Any]:
    """Measure what opening a page in a child costs, and how many digits a second are served."""
    from PIL import Image

    from tenfold.picture.opening import PAGE
    from tenfold.picture.pdf import PdfFile
    from tenfold.picture.sandbox import SandboxedFile

    rng = np.random.default_rng(0)
    pages = [Image.fromarray((255 - (rng.random((2200, 1700)) < 0.02) * 200).astype(np.uint8)) for _ in range(4)]
    stream = BytesIO()
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    content = stream.getvalue()
    seconds: dict[str, list[float]] = {"here": [], "apart": [], "opening": []}
    for _ in range(12):
        here, started = PdfFile(content, 10**8), time.perf_counter()
        apart = SandboxedFile(content, "PDF", 10**8)
        seconds["opening"].append(time.perf_counter() - started)
        for name, file in (("here", here), ("apart", apart)):
            started = time.perf_counter()
            for number in range(4):
                file.page(number, PAGE)
            seconds[name].append((time.perf_counter() - started) / 4)
        here.close()
        apart.close()
    with serving() as (_, address):
        digits = load(f"http://{address}/v1/digits", a_digit(), "image/png", connections=16, seconds=10)
    return {
        "dearer": statistics.median(np.subtract(seconds["apart"], seconds["here"]).tolist()),
        "opening": statistics.median(seconds["opening"]),
        "digits": digits.rate,
    }


PARTS = ("inputs", "bombs", "server", "slow", "clock", "kills", "calls", "folders", "end", "price")


def tables(results: dict[str, Any]) -> list[list[list[str]]]:
    """Give the tables of a result: what was tried and what broke beside the goals, and the bombs."""
    rows = [["figure", "measured", "goal"]]
    if found := results.get("inputs"):
        escaped = sum(len(each["escaped"]) for each in found.values())
        aborts, slow = (sum(each[name] for each in found.values()) for name in ("aborts", "slow"))
        peak = max(each["peak"] for each in found.values())
        large = sum(each["peak"] > LARGE for each in found.values())
        tried = sum(each["tried"] for each in found.values())
        rows.append(
            [
                "inputs tried / escaped exceptions / aborts / kinds over 1 GiB, inputs over 10 s",
                f"{tried:,} / {escaped} / {aborts} / {large}, {slow} (at most {peak >> 20:,} MiB)",
                "≥ 50,000 / 0 / 0 / 0",
            ]
        )
    if found := results.get("bombs"):
        each = [one for both in found.values() for one in both.values()]
        most = {name: max(one[name] for one in each) for name in ("seconds", "computed", "peak")}
        rows.append(
            [
                "bombs given to the command: tracebacks; seconds of the clock, of computing, memory at most",
                f"{len(each)}: {sum(one['traceback'] for one in each)}; {most['seconds']:.1f} s, "
                f"{most['computed']:.1f} s, {most['peak'] >> 20:,} MiB",
                "0; 10 s, 10 s, 1,024 MiB",
            ]
        )
    if served := results.get("server"):
        counts = Counter(status for statuses in served["statuses"].values() for status in statuses)
        rows.append(["bombs sent to the server: statuses", f"{dict(sorted(counts.items()))}", "200, 413, 422"])
        rows.append(["a digit meanwhile: median, answered within 100 ms (alone: median)", _quick(served), "100 ms"])
    if found := results.get("slow"):
        rows.append([f"{found['slow']} clients that take no answers: left", f"{found['left']}", f"{found['slow']}"])
        rows.append(["a digit meanwhile", _quick(found), "100 ms"])
    if found := results.get("clock"):
        kept = ", ".join(f"{status} {count} ×" for status, count in found["reviews"].items())
        rows.append(["the clock jumps a day to and fro: reviews kept", kept, "201 alone"])
        rows.append(["a digit meanwhile", _quick(found), "100 ms"])
    if found := results.get("kills"):
        kills, lost, half = (sum(each[name] for each in found.values()) for name in ("kills", "lost", "half"))
        of_each = ", ".join(f"{name} {each['kills']}" for name, each in found.items())
        amid = sum(each["amid"] for each in found.values())
        said = f"{kills} ({of_each}), {amid} of them amid writing: {lost}, {half}"
        rows.append(["kills: lost, half-written", said, "≥ 500: 0, 0"])
    for part, what in (("calls", "calls of the system that fail, as on NFS"), ("folders", "read-only folders")):
        if found := results.get(part):
            names = ("faults", "tracebacks", "half", "silent")
            faults, *broken = (sum(each[name] for each in found.values()) for name in names)
            said = f"{faults}: {', '.join(map(str, broken))}"
            rows.append([f"{what}: tracebacks, half-written, not told", said, "0, 0, 0"])
    for name, each in results.get("end", {}).items():
        rows.append([f"SIGTERM while {name} is read", f"exit {each['status']} after {each['seconds']:.1f} s", "≤ 5 s"])
    if found := results.get("price"):
        rows += [
            ["a page of a PDF in a child", f"{found['dearer'] * 1000:.0f} ms dearer", "≤ 30 ms"],
            ["opening a PDF of 4 pages there", f"{found['opening'] * 1000:.0f} ms", ""],
            ["digits served a second, 16 connections", f"{found['digits']:.0f}", "≥ 550"],
        ]
    bombs = [["bomb", "predict", "s", "CPU s", "MiB", "read", "s", "CPU s", "MiB", "server"]]
    for name, both in results.get("bombs", {}).items():
        row = [name]
        for verb in ("predict", "read"):
            one = both[verb]
            row += [
                "answered" if one["status"] == 0 else _in_short(one["said"]),
                f"{one['seconds']:.1f}",
                f"{one['computed']:.1f}",
                f"{one['peak'] >> 20:,}",
            ]
        served = results.get("server", {}).get("statuses", {}).get(name, [])
        bombs.append([*row, ", ".join(map(str, served))])
    return [rows, bombs] if len(bombs) > 1 else [rows]


def _quick(found: dict[str, Any]) -> str:
    return f"{found['median'] * 1000:.0f} ms, {found['share']:.1%} ({found['alone'] * 1000:.0f} ms)"


def _in_short(said: str) -> str:
    """Give what a command said of a file it refused, in a few words."""
    words = said.replace("the picture is too large: ", "").strip(" :").split(": ")
    return words[-1].partition(";")[0].partition(", and at most")[0]


def main(
    parts: Annotated[str, typer.Option(help=f"Of {', '.join(PARTS)}; all by default.")] = "",
    inputs: Annotated[int, typer.Option(help="Damaged inputs, over all kinds.")] = 50_400,
    kills: Annotated[int, typer.Option(help="Kills, over all that is killed.")] = 504,
    update: Annotated[bool, typer.Option("--update", help="Keep the other parts of the last result.")] = False,
) -> None:
    """Attack, print what broke, and leave the result in build/benchmarks."""
    wanted = names_of(parts, PARTS, PARTS)
    kept = RESULTS / "attacks.json"
    results: dict[str, Any] = json.loads(kept.read_text())["result"] if update and kept.exists() else {}
    os.environ["OMP_NUM_THREADS"] = "1"
    measures: dict[str, Callable[[], Any]] = {
        "inputs": lambda: {name: try_inputs(name, inputs // len(KINDS)) for name in KINDS},
        "bombs": commands_with_bombs,
        "server": server_with_bombs,
        "slow": with_slow_readers,
        "clock": with_jumping_clock,
        "kills": lambda: killed(kills),
        "calls": lambda: {name: asdict(try_broken_calls(name, print)) for name in COMMANDS},
        "folders": lambda: {name: asdict(try_read_only(name, print)) for name in COMMANDS},
        "end": lambda: {kind: end_under_load(kind) for kind in ENDS},
        "price": price,
    }
    for part in wanted:
        try:
            results[part] = measures[part]()
        except FileNotFoundError as error:
            print(f"{part} is not tried: {error}", flush=True)
            continue
        save_result("attacks", results)
    for table in tables(results):
        print_table(table, left=len(table[0]))
    for each in results.get("inputs", {}).values():
        print(*each["escaped"][:5], sep="\n")


if __name__ == "__main__":
    typer.run(main)
