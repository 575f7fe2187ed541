"""Reading on a cluster beside reading on one machine: speed, start, memory, and what is left when processes are killed.

Example: `python -m benchmarks.scale`, or `--images 20000 --pages 100 --inputs 100000` for a quick look; training on a
cluster is measured by `python -m benchmarks.scale_training`.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from pyarrow import parquet

import tenfold
from benchmarks.results import print_table, save_result
from benchmarks.scale_inputs import Column, draw_inputs, first_of
from tenfold.model.folder import SHIPPED
from tenfold.read.files import read_files
from tenfold.read.pictures import COLUMNS, read_pictures, row_of
from tenfold.read.reader import Reader
from tenfold.read.table_files import ParquetFile, kinds_of
from tenfold.scale.cluster import connected
from tenfold.scale.inputs import Span
from tenfold.scale.pool import Lot, read_lots
from tenfold.scale.results import Counts
from tenfold.scale.worker import VERSION, Done

__all__ = ["PARTS", "measure", "table"]

CORES = 2
"""Processes that read, alone and on the cluster."""

NODES, NODE_CORES = 1000, 64
"""The simulated cluster."""

FEW = 4
"""Inputs that are read where only the start counts."""

READ = """
import sys
from pathlib import Path
from tenfold.read.reader import Reader
from tenfold.scale.reading import read_on_cluster
places, results, cluster, numbers = sys.argv[1:5]
reader = Reader()
options = reader.options() if numbers == "numbers" else None
read_on_cluster([places], results, cluster=cluster, reader=reader, numbers=options, workers=2)
[most] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(int(most.split()[1]) // 1024)
"""
"""A driver in a process of its own; it prints its greatest memory in MiB; `ru_maxrss` is at least its parent's."""


def plain_pictures(file: Path, count: int, out: Path) -> None:
    """Read images as the plain command does, on two cores, into a Parquet file."""
    sources = Column(file, count)
    with closing(ParquetFile(out, COLUMNS)) as rows:
        for found in read_pictures(list(sources), Reader(), None, workers=CORES, sources=sources):
            if found.look:
                rows.add([row_of(found.name, found.look.digit)])


def plain_pages(folder: Path, count: int, out: Path) -> None:
    """Read pages likewise."""
    reader = Reader()
    options = reader.options()
    names = [str(path) for path in sorted(folder.iterdir())[:count]]
    with closing(ParquetFile(out, kinds_of(None))) as rows:
        for found in read_files(names, tenfold.load_model(SHIPPED), options, workers=CORES):
            rows.add(reader.decide(found.rows, options).rows())


def speeds(place: Path, count: int, folder: Path, *, pages: bool) -> dict[str, Any]:
    """Compare both ways: inputs a second beyond a tenth of them, so that what starts them does not count."""
    few = max(count // 10, 1)
    plain, on_cluster = [], []
    for part in (few, count):
        given = first_of(place, part, folder)
        results = folder / f"results-{place.name}-{part}"
        plain.append(_timed(partial(plain_pages if pages else plain_pictures, given, part, folder / "plain")))
        on_cluster.append(_timed(partial(_driver, given, results, pages=pages)))
        _check(results, part)
    rates = [(count - few) / max(long - short, 1e-9) for short, long in (plain, on_cluster)]
    return {
        "inputs": count,
        "plain a second": rates[0],
        "cluster a second": rates[1],
        "share": rates[1] / rates[0],
    }


def starts(file: Path, scans: Path, folder: Path) -> dict[str, float]:
    """Measure the seconds that a few inputs take on a cluster beyond what they take without, medians of three turns."""
    found = {}
    for place in (file, scans):
        pages = place.is_dir()
        given = first_of(place, FEW, folder)
        plain, on_cluster = [], []
        for turn in range(3):
            results = folder / f"results-start-{place.name}-{turn}"
            plain.append(_timed(partial(plain_pages if pages else plain_pictures, given, FEW, folder / "plain")))
            on_cluster.append(_timed(partial(_driver, given, results, pages=pages)))
        found["pages" if pages else "images"] = statistics.median(on_cluster) - statistics.median(plain)
    return found


def memory(inputs: Sequence[int], folder: Path) -> dict[str, Any]:
    """Measure the driver's greatest memory for numbers of files; they are empty, so that reading them costs nothing."""
    found = {}
    for count in inputs:
        place = folder / f"empty-{count}"
        place.mkdir()
        for number in range(count):
            (place / f"{number:07}.png").touch()
        found[count] = int(_driver(place, folder / f"results-empty-{count}"))
    return {"MiB": found, "growth": found[inputs[-1]] / found[inputs[0]] - 1}


def kills(place: Path, count: int, every: float, folder: Path) -> dict[str, Any]:
    """Read with and without a worker, or a whole node, killed now and then."""
    struck: list[str] = []
    with _cluster() as cluster:
        calm = _timed(lambda: _driver(place, folder / "calm", cluster.address))
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, "-c", READ, str(place), str(folder / "rough"), cluster.address, ""])
        while process.poll() is None:
            try:
                process.wait(every)
            except subprocess.TimeoutExpired:
                _strike(cluster, struck)
        rough = time.monotonic() - began
    return {"kills": len(struck), **_check(folder / "rough", count), "times": rough / calm}


def killed_driver(place: Path, count: int, folder: Path) -> dict[str, Any]:
    """Kill the driver in the middle, and begin again."""
    results = folder / "begun-again"
    process = subprocess.Popen([sys.executable, "-c", READ, str(place), str(results), "local", ""])
    while len(list(results.glob("0*.parquet"))) < 10 and process.poll() is None:
        time.sleep(0.05)
    time.sleep(random.Random(0).random())
    process.kill()
    process.wait()
    parts = sorted(results.glob("0*.parquet"))
    sizes = [int(part.stem[13:]) - int(part.stem[:12]) for part in parts]
    _driver(place, results)
    return {
        "read before": sum(sizes),
        "at most read twice": CORES * max(sizes, default=0) / count,
        **_check(results, count),
    }


def full_disk(place: Path, count: int, folder: Path) -> dict[str, Any]:
    """Let the results fill a small disk, make room, and go on; only root can mount one."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)  # noqa: S607
    try:
        failed = subprocess.run(
            [sys.executable, "-c", READ, str(place), str(disk / "results"), "local", ""],
            capture_output=True,
            check=False,
        )
        subprocess.run(["mount", "-o", "remount,size=1g", disk], check=True)  # noqa: S607
        _driver(place, disk / "results")
        return {"said": failed.stderr.decode().splitlines()[-1], **_check(disk / "results", count)}
    finally:
        subprocess.run(["umount", disk], check=True)  # noqa: S607


def handing_out(lots: int = 3000) -> float:
    """Measure how many lots a second a driver hands out and takes back, to processes that do nothing."""

    class Idle:
        def ready(self) -> str:
            return VERSION

        def read(self, *_: object) -> Done:
            return Done(Counts(1, 0, 1, 1))

    spans = tuple(Span(f"s3://bucket/scans/{number:09}.png") for number in range(64))
    seconds: list[float] = []
    with connected("local"):
        read_lots(
            (Lot(first, spans) for first in range(lots)),
            Idle,
            (),
            workers=CORES,
            done=lambda _: seconds.append(time.monotonic()),
            say=print,
        )
    return (len(seconds) - 1) / (seconds[-1] - seconds[0])


def core_time(file: Path, scans: Path) -> dict[str, float]:
    """Measure the seconds of a core that a page and a picture take, whatever else the machine does."""
    cv2.setNumThreads(1)
    model = tenfold.load_model(threads=1)
    reader = Reader(model)
    images, pages = Column(file, 1000), [str(path) for path in sorted(scans.iterdir())[:70]]
    began = time.process_time()
    pictures = list(read_pictures(list(images), reader, None, sources=images))
    between = time.process_time()
    files = list(read_files(pages, model, reader.options()))
    return {"picture": (between - began) / len(pictures), "page": (time.process_time() - between) / len(files)}


def simulated(lots_a_second: float, seconds: Mapping[str, float]) -> dict[str, float]:
    """Say what many nodes would do, from the time of one core and the rate of the driver."""
    cores = NODES * NODE_CORES
    lot = max(1000, int(np.ceil(cores / seconds["page"] / lots_a_second)))  # of a billion pages at least 1,000
    hours = 1e9 * seconds["page"] / 3600
    return {"lots a second": lots_a_second, **seconds, "lot": lot, "core hours": hours, "hours": hours / cores}


PARTS = ("images", "pages", "start", "memory", "kills", "driver", "disk", "simulated")


def measure(
    parts: Sequence[str], images: int, pages: int, inputs: int, every: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Measure parts of it, those that `PARTS` names, one after another."""
    with tempfile.TemporaryDirectory(prefix="tenfold-scale-") as place:
        folder = Path(place)
        file, scans = draw_inputs(folder, images, pages)
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "images": lambda: speeds(file, images, folder, pages=False),
            "pages": lambda: speeds(scans, pages, folder, pages=True),
            "start": lambda: starts(file, scans, folder),
            "memory": lambda: memory([max(inputs // 100, 1), inputs], folder),
            "kills": lambda: kills(file, images, every, folder),
            "driver": lambda: killed_driver(file, images, folder),
            "disk": lambda: full_disk(file, images, folder),
            "simulated": lambda: simulated(handing_out(), core_time(file, scans)),
        }
        for name in parts:
            yield name, measures[name]()


def table(found: Mapping[str, Any]) -> list[list[str]]:
    """Give what was measured beside its goals."""
    rows = [["figure", "goal", "measured"]]
    for name, goal in (("images", 0.90), ("pages", 0.92)):
        if each := found.get(name):
            what = f"{each['inputs']:,} {name}, two actors beside the plain reader on two cores"
            rates = f"{each['cluster a second']:,.1f} and {each['plain a second']:,.1f} a second"
            rows.append([what, f"≥ {goal:.0%}", f"{each['share']:.1%} ({rates})"])
    if each := found.get("start"):
        told = " and ".join(f"{seconds:.1f} s ({name})" for name, seconds in each.items())
        rows.append(["start and end, beyond the plain command", "≤ 10 s", told])
    if each := found.get("memory"):
        sizes = " → ".join(f"{size} MiB at {int(count):,}" for count, size in each["MiB"].items())
        rows.append(["driver's memory as inputs grow", "≤ 10%", f"{each['growth']:+.1%} ({sizes})"])
    if each := found.get("kills"):
        told = f"{each['lost']} lost, {each['doubled']} doubled, {each['times']:.2f} ×, {each['kills']} kills"
        rows.append(["a worker or node killed again and again", "0, 0, ≤ 1.3 ×", told])
    if each := found.get("driver"):
        told = f"{each['at most read twice']:.2%} at most, {each['lost']} lost, {each['doubled']} doubled"
        rows.append(["a killed driver, started again", "≤ 1% read twice, 0 doubled", told])
    if each := found.get("disk"):
        rows.append(["a full disk, then room", "0 lost, 0 doubled", f"{each['lost']} lost, {each['doubled']} doubled"])
    if each := found.get("simulated"):
        core = f"{each['page']:.2f} s a page, {each['picture'] * 1000:.2f} ms a picture"
        told = f"{each['hours']:.1f} h and {each['core hours']:,.0f} core hours for a billion pages"
        rows.append([f"simulated: {NODES:,} nodes of {NODE_CORES} cores", "stated", f"{told} ({core})"])
    return rows


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _driver(place: Path, results: Path, cluster: str = "local", *, pages: bool = False) -> str:
    """Read on a cluster in a process of its own; give what it printed."""
    command = [sys.executable, "-c", READ, str(place), str(results), cluster, "numbers" if pages else ""]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _check(results: Path, count: int) -> dict[str, Any]:
    """Count by content what is lost and what is doubled."""
    names = parquet.read_schema(next(results.glob("0*.parquet"))).names
    rows = parquet.read_table(results, columns=["file", *(["page", "row"] if "row" in names else [])])
    seen = rows.group_by(rows.column_names).aggregate([([], "count_all")])
    return {
        "lost": count - len(rows["file"].unique()),
        "doubled": rows.num_rows - seen.num_rows,
    }


@contextmanager
def _cluster() -> Iterator[Any]:
    """Start a head that offers no core, and two nodes of one core each."""
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0", "RAY_health_check_period_ms": "1000"}
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    cluster.add_node(num_cpus=0, include_dashboard=False, object_store_memory=128 << 20)
    for _ in range(CORES):
        cluster.add_node(num_cpus=1, object_store_memory=128 << 20)
    try:
        yield cluster
    finally:
        cluster.shutdown()


def _strike(cluster: Any, struck: list[str]) -> None:  # noqa: ANN401
    """Kill a worker or a node by turns; for a node there is a new one."""
    node = random.Random(len(struck)).choice(sorted(cluster.worker_nodes, key=id))
    if len(struck) % 2:
        cluster.remove_node(node, allow_graceful=False)
        cluster.add_node(num_cpus=1, object_store_memory=128 << 20)
        struck.append("node")
    elif pids := [pid for pid in _children(node) if "ray::Worker" in Path(f"/proc/{pid}/cmdline").read_text()]:
        os.kill(pids[0], signal.SIGKILL)
        struck.append("worker")


def _children(node: Any) -> list[int]:  # noqa: ANN401
    [raylet] = [info.process.pid for info in node.all_processes["raylet"]]
    tasks = Path(f"/proc/{raylet}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def main(
    images: Annotated[int, typer.Option(help="Images of 28×28 in a Parquet file.")] = 1_000_000,
    pages: Annotated[int, typer.Option(help="Drawn pages.")] = 20_000,
    inputs: Annotated[int, typer.Option(help="Files by which memory is measured, at most.")] = 1_000_000,
    every: Annotated[float, typer.Option(help="Seconds between two kills.")] = 20.0,
    only: Annotated[list[str] | None, typer.Option(help=f"Parts of it: {', '.join(PARTS)}.")] = None,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure reading on a cluster, print a table, and save each part as soon as it was measured."""
    found: dict[str, Any] = {}
    for name, part in measure(only or PARTS, images, pages, inputs, every):
        found[name] = part
        save_result(f"scale-{name}", {name: part}, results)
    print_table(table(found))


if __name__ == "__main__":
    typer.run(main)
