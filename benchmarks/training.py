"""Whole training processes, Tenfold's recipes beside its peers, in turns: time, processor time, memory, accuracy.

Example: `python -m benchmarks.training`, or `python -m benchmarks.training --peers sklearn,keras-tensorflow --runs 5`
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

import tenfold
from benchmarks.environment import DATA, PEERS, peer_python, peer_variables, prepare
from benchmarks.measure import Spread
from benchmarks.processes import ProcessCost, ProcessError, run_process
from benchmarks.results import names_of, print_table, save_result

TIMEOUT = 600.0
"""Seconds after which a process is ended."""

BUDGET = 90.0
"""Seconds of all runs of a contender after which it is not run again."""

OURS = ("tutorial", "fast")
"""Recipes to run unless others are named; those that do not exist are left out."""


@dataclass(frozen=True)
class Peer:
    """A training script of another framework.

    Attributes:
        label: Its name in the table.
        script: Its file in `peers/`.
        amount: Epochs that it trains for; for tinygrad, steps.
        note: What it does, and what its authors do.
        variables: Environment variables that it needs.
    """

    label: str
    script: str
    amount: int
    note: str
    variables: Mapping[str, str] = field(default_factory=dict)


def _keras(backend: str) -> dict[str, str]:
    return {"KERAS_BACKEND": backend}


TUTORIAL = "784-128-128-10, Adam, batch 32, 3 epochs, as the founding text"
CONTENDERS: Mapping[str, Peer] = MappingProxyType(
    {
        "keras-tensorflow": Peer(
            "the founding tutorial, Keras on TensorFlow", "keras_tutorial.py", 3, TUTORIAL, _keras("tensorflow")
        ),
        "keras-jax": Peer("the founding tutorial, Keras on JAX", "keras_tutorial.py", 3, TUTORIAL, _keras("jax")),
        "sklearn": Peer("scikit-learn MLPClassifier", "sklearn_mlp.py", 3, "784-128-128-10, batch 128, 3 epochs"),
        "jax-scan": Peer("JAX, an epoch in one scan", "jax_scan.py", 3, "784-128-128-10, batch 128, 3 epochs"),
        "keras-convnet": Peer(
            "Keras mnist_convnet, on TensorFlow",
            "keras_convnet.py",
            1,
            "batch 128, 1 epoch of its 15",
            _keras("tensorflow"),
        ),
        "pytorch-example": Peer(
            "PyTorch's MNIST example", "pytorch_example.py", 1, "batch 64, DataLoader, 1 epoch of its 14"
        ),
        "tinygrad": Peer(
            "tinygrad beautiful_mnist", "tinygrad_beautiful.py", 10, "batch 512, 10 steps of its 70", {"DEV": "CPU"}
        ),
    }
)
"""Peers to run beside Tenfold, by name."""

QUICK = ("keras-tensorflow", "sklearn", "jax-scan")
"""Peers of a quick measurement."""


@dataclass(frozen=True)
class Contender:
    """A training command, and the costs of its runs until now.

    Attributes:
        label: Its name in the table.
        note: What it does.
        command: The command line without the place for what it writes.
        variables: Environment variables that it needs.
        costs: One entry per run.
        failures: Why runs failed.
    """

    label: str
    note: str
    command: tuple[str | Path, ...]
    variables: Mapping[str, str]
    costs: list[ProcessCost] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self, folder: Path, timeout: float) -> None:
        """Run it once more, unless it failed before."""
        try:
            self.costs.append(run_process([*self.command, folder / "out"], timeout=timeout, environment=self.variables))
        except ProcessError as error:
            self.failures.append(str(error))


def ours(recipe: str) -> Contender:
    """Give Tenfold's own training command."""
    options = tenfold.recipe(recipe)
    return Contender(
        f"**tenfold train --recipe {recipe}**",
        f"batch {options.batch_size}, {options.epochs} epochs, model folder written",
        (sys.executable, "-m", "tenfold", "train", "--recipe", recipe, "--quiet", "--json", "--restart", "--out"),
        {},
    )


def theirs(name: str) -> Contender:
    """Give a peer's command."""
    peer = CONTENDERS[name]
    command = (peer_python(), PEERS / peer.script, DATA.absolute(), str(peer.amount))
    return Contender(peer.label, peer.note, command, {**peer_variables(), **peer.variables})


def measure(
    recipes: Sequence[str], peers: Sequence[str], runs: int, *, timeout: float = TIMEOUT, budget: float = BUDGET
) -> list[dict[str, Any]]:
    """Run all in turns.

    Args:
        recipes: Tenfold's recipes; the first is what ratios are of.
        peers: Names of `CONTENDERS`.
        runs: Number of rounds.
        timeout: Seconds after which a process is ended.
        budget: Seconds of all runs of a contender after which it is not run again.

    Returns:
        For each contender its label, its note, its spreads and its ratio of wall time to the first.
    """
    contenders = [*map(ours, recipes), *map(theirs, peers)]
    for _ in range(runs):
        for contender in contenders:
            used = sum(cost.wall for cost in contender.costs)
            if contender.failures or used > budget:
                continue
            with tempfile.TemporaryDirectory() as folder:
                contender.run(Path(folder), timeout)
            print(f"{contender.label}: {_last_word(contender)}", file=sys.stderr, flush=True)
    described = [_describe(contender) for contender in contenders]
    base = described[0]["wall"]
    for one in described:
        one["ratio"] = one["wall"]["median"] / base["median"] if base and one["wall"] else None
    return described


def _last_word(contender: Contender) -> str:
    return contender.failures[-1] if contender.failures else f"{contender.costs[-1].wall:.1f} s"


def _describe(contender: Contender) -> dict[str, Any]:
    def spread(values: list[float]) -> dict[str, Any] | None:
        return asdict(Spread.of(values)) if values else None

    answers = [cost.answer for cost in contender.costs]
    return {
        "label": contender.label,
        "note": contender.note,
        "failure": contender.failures[0] if contender.failures else None,
        "wall": spread([cost.wall for cost in contender.costs]),
        "cpu": spread([cost.cpu for cost in contender.costs]),
        "memory_mib": spread([cost.memory_mib for cost in contender.costs]),
        "training": spread([each.get("training_seconds") or each["seconds"] for each in answers]),
        "accuracy": spread([each.get("accuracy") or each["evaluation"]["accuracy"] for each in answers]),
    }


def main(
    recipes: Annotated[str, typer.Option(help="Tenfold's recipes; ratios are of the first.")] = "",
    peers: Annotated[str, typer.Option(help=f"Which peers; all of {','.join(CONTENDERS)} if empty.")] = "",
    runs: Annotated[int, typer.Option(help="Runs of each, in turns.")] = 3,
    timeout: Annotated[float, typer.Option(help="Seconds after which a process is ended.")] = TIMEOUT,
    budget: Annotated[float, typer.Option(help="Seconds after which a contender is not run again.")] = BUDGET,
    quick: Annotated[bool, typer.Option("--quick", help=f"One run each, and only {', '.join(QUICK)}.")] = False,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure whole training processes."""
    own = names_of(recipes, tenfold.RECIPES, [name for name in OURS if name in tenfold.RECIPES])
    chosen = names_of(peers, CONTENDERS, QUICK if quick else tuple(CONTENDERS))
    prepare(peers=bool(chosen))
    contenders = measure(own, chosen, 1 if quick else runs, timeout=timeout, budget=budget)
    save_result("training", {"contenders": contenders}, results)
    print_table(table({"contenders": contenders}), left=2)


def table(result: dict[str, Any]) -> list[list[str]]:
    """Give the result as rows of text, the heading first."""
    figures = ["runs", "seconds", "least–most", "ratio", "training s", "CPU s", "MiB", "accuracy"]
    rows = [["whole process", "what it does", *figures]]
    for one in result["contenders"]:
        if not one["wall"]:
            rows.append([one["label"], one["note"], "0", f"failed: {one['failure']}", "", "", "", "", "", ""])
            continue
        wall = one["wall"]
        rows.append(
            [
                one["label"],
                one["note"],
                str(len(wall["values"])),
                f"{wall['median']:.2f}",
                f"{wall['least']:.2f}–{wall['most']:.2f}",
                f"{one['ratio']:.2f} ×",
                f"{one['training']['median']:.2f}",
                f"{one['cpu']['median']:.1f}",
                f"{one['memory_mib']['median']:,.0f}",
                f"{one['accuracy']['median']:.2%}",
            ]
        )
    return rows


if __name__ == "__main__":
    typer.run(main)
