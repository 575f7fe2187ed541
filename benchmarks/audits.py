"""What an audit of a promise sees, and how often it raises an alarm for nothing, in simulated runs.

Example: `python -m benchmarks.audits`
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.results import markdown, print_table, save_result
from tenfold.model.audit import Stakes
from tenfold.model.promise import exact_bounds

PROMISES = (0.05, 0.02, 0.01)
"""The errors that are promised. Of 500 answers, three in a thousand are 1.5: no test sees three times 0.1% in them."""

WORSE = 3
"""How many times the promised error the answers have that are to be seen."""

SOON, LONG, LATE = 500, 10_000, 5_000
"""Answers within which that is to be seen; of an audit of a promise that is kept; and before it is kept no longer."""


def alarms(promise: float, error: float, length: int, runs: int, *, since: int = 0) -> list[int]:
    """Simulate audits of a promise.

    Args:
        promise: The error that is promised.
        error: The error that the answers have from `since` on; before, half of the promised one.
        length: Answers of each audit.
        runs: How many audits.
        since: From which answer on.

    Returns:
        Of each audit in which there was an alarm, at which answer.
    """
    rng = np.random.default_rng([17, runs, length])
    stakes, first = Stakes(promise, runs), np.zeros(runs, int)
    for place in range(1, length + 1):
        wrong = rng.random(runs) < (error if place > since else promise / 2)
        first[stakes.bet(wrong) & (first == 0)] = place
    return [int(place) for place in first if place]


def measured(promise: float, runs: int) -> dict[str, Any]:
    """Measure one promise: just kept for long, three times as wrong from the start on, and from later on."""
    kept = len(alarms(promise, promise, LONG, runs))
    worse = alarms(promise, WORSE * promise, SOON, runs)
    drift = [place - LATE for place in alarms(promise, WORSE * promise, 2 * LATE, runs // 4, since=LATE)]
    after = [place for place in drift if place > 0]
    return {
        "runs": runs,
        "kept": kept,
        "worse": len(worse),
        "after": float(np.median(worse)),
        "drifting": runs // 4,
        "drift": len(after),
        "drift after": float(np.median(after)),
    }


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the results as rows of text, the heading first."""
    rows = [
        [
            "promise",
            f"alarms in {LONG:,} answers, just kept",
            f"seen in {SOON}, {WORSE} times as wrong",
            "median answers until then",
            f"seen, {WORSE} times as wrong after {LATE:,}",
            "median answers until then",
        ]
    ]
    for promise, each in result.items():
        low, high = (f"{bound:.1%}" for bound in exact_bounds(each["kept"], each["runs"]))
        rows.append(
            [
                f"{float(promise):.0%}",
                f"{each['kept'] / each['runs']:.1%} ({low}–{high})",
                f"{each['worse'] / each['runs']:.1%}",
                f"{each['after']:.0f}",
                f"{each['drift'] / each['drifting']:.1%}",
                f"{each['drift after']:.0f}",
            ]
        )
    return rows


def section(result: dict[str, Any], title: str) -> str:
    """Give the part of the page of results."""
    runs = next(iter(result.values()))["runs"]
    return (
        f"## {title}\n\n"
        f"Simulated audits of accepted answers, {runs:,} of each kind, of promises that are just kept and of answers "
        "three times as wrong, from the first one on or after many of which half as many were wrong as promised.\n\n"
        f"{markdown(table(result))}\n"
    )


def main(
    runs: Annotated[int, typer.Option(help="Audits that are simulated of each kind.")] = 4000,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Simulate audits."""
    result = {str(promise): measured(promise, runs) for promise in PROMISES}
    save_result("audits", result, results)
    print_table(table(result))


if __name__ == "__main__":
    typer.run(main)
