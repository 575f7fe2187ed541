"""Answers per second by batch size, time for one picture, and the whole process that reads one picture.

Example: `python -m benchmarks.prediction`
"""

import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image

from benchmarks.environment import DATA, MODEL, PEERS, peer_python, peer_variables, prepare
from benchmarks.measure import Spread
from benchmarks.processes import ProcessError, run_process
from benchmarks.results import RESULTS, names_of, print_table, save_result

FRAMEWORKS: Mapping[str, str] = MappingProxyType(
    {
        "tenfold": "**Tenfold**",
        "onnxruntime": "ONNX Runtime, the same file",
        "pytorch": "PyTorch",
        "sklearn": "scikit-learn",
        "keras_on_batch": "Keras on TensorFlow, `predict_on_batch`",
        "keras": "Keras on TensorFlow, `predict`",
    }
)
"""Frameworks that answer, by the names of their functions in `peers/predict.py`."""

ONE_PROCESS = ("tenfold", "onnxruntime", "pytorch", "sklearn", "keras_on_batch")
"""Frameworks whose whole process for one picture is timed."""

SIZES = (1, 10, 100, 1000, 10000)
"""Pictures in a batch."""

TIMEOUT = 120.0
"""Seconds after which a process is ended."""


def measure(frameworks: Sequence[str], rounds: int) -> dict[str, Any]:
    """Let every framework answer, in turns, each round in a fresh process.

    Args:
        frameworks: Names of `FRAMEWORKS`.
        rounds: Number of rounds.

    Returns:
        `sizes`; `answers`, for each framework its accuracy and seconds per call by batch size; `processes`, the whole
        time of a process that reads one picture; `failures` by framework.
    """
    picture = RESULTS / "one.png"
    Image.fromarray(np.load(DATA)["x_test"][0]).save(picture)
    commands = {name: (_script(name, "--one"), _script(name)) for name in frameworks}
    if "tenfold" in commands:
        command = [sys.executable, "-m", "tenfold", "predict", str(picture), "--model", str(MODEL)]
        commands["tenfold"] = (command, commands["tenfold"][1])
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in frameworks}
    processes: dict[str, list[float]] = {name: [] for name in frameworks if name in ONE_PROCESS}
    failures: dict[str, str] = {}
    for _ in range(rounds):
        for name, (one, many) in commands.items():
            try:
                if name in processes:
                    processes[name].append(run_process(one, timeout=TIMEOUT, environment=_variables(name)).wall)
                answers[name].append(run_process(many, timeout=TIMEOUT, environment=_variables(name)).answer)
            except ProcessError as error:
                failures[name] = str(error)
    return {
        "sizes": list(SIZES),
        "answers": {name: _sum_up(given) for name, given in answers.items() if given},
        "processes": {name: asdict(Spread.of(taken)) for name, taken in processes.items() if taken},
        "failures": failures,
    }


def _script(name: str, *one: str) -> list[str]:
    python = sys.executable if name == "tenfold" else str(peer_python())
    sizes = [] if one else [",".join(map(str, SIZES))]
    return [python, str(PEERS / "predict.py"), name, str(RESULTS.absolute()), *sizes]


def _variables(name: str) -> Mapping[str, str]:
    return {} if name == "tenfold" else peer_variables()


def _sum_up(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "accuracy": rounds[0]["accuracy"],
        "seconds": [statistics.median(each["seconds"][str(size)] for each in rounds) for size in SIZES],
    }


def main(
    frameworks: Annotated[str, typer.Option(help=f"Which; all of {','.join(FRAMEWORKS)} if empty.")] = "",
    rounds: Annotated[int, typer.Option(help="Runs of each, in turns.")] = 3,
    quick: Annotated[bool, typer.Option("--quick", help="One round.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure how fast pictures are answered."""
    prepare()
    result = measure(names_of(frameworks, FRAMEWORKS, tuple(FRAMEWORKS)), 1 if quick else rounds)
    save_result("prediction", result, results)
    print_table(table(result))
    print_table(process_table(result))


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give answers per second, and microseconds for one, as rows of text, the heading first."""
    rows = [["answers a second, by batch size", *(f"{size:,}" for size in result["sizes"]), "one, µs", "accuracy"]]
    for name, label in FRAMEWORKS.items():
        if name in result["answers"]:
            one = result["answers"][name]
            speeds = [size / seconds for size, seconds in zip(result["sizes"], one["seconds"], strict=True)]
            cells = [f"{speed:,.0f}" for speed in speeds]
            rows.append([label, *cells, f"{one['seconds'][0] * 1e6:,.1f}", f"{one['accuracy']:.2%}"])
        elif name in result["failures"]:
            rows.append([label, f"failed: {result['failures'][name]}", *[""] * (len(result["sizes"]) + 1)])
    return rows


def process_table(result: dict[str, Any]) -> list[list[str]]:
    """Give the whole time of a process that reads one picture as rows of text, the heading first."""
    rows = [["whole process for one picture", "seconds", "least–most", "ratio"]]
    base = result["processes"].get("tenfold", {"median": float("nan")})["median"]
    for name, spread in result["processes"].items():
        label = "**`tenfold predict ONE.png`**" if name == "tenfold" else FRAMEWORKS[name]
        spanned = f"{spread['least']:.2f}–{spread['most']:.2f}"
        rows.append([label, f"{spread['median']:.2f}", spanned, f"{spread['median'] / base:.1f} ×"])
    return rows


if __name__ == "__main__":
    typer.run(main)
