"""What `predict` and `read` share where a cluster reads: its options, and how a run is told."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.errors import OptionError

if TYPE_CHECKING:
    from tenfold.read.options import NumberOptions
    from tenfold.read.reader import Reader

__all__ = ["Cluster", "Out", "check_options", "read_there"]

Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="CLUSTER",
        help="Read on a Ray cluster: `local` starts one on this machine, `auto` takes the one that runs on it already, "
        "HOST:PORT names a head. Needs --out, and pip install 'tenfold[scale]'.",
        show_default=False,
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        metavar="RESULTS",
        help="With --cluster: the folder for results as Parquet, on a disk that all machines share or in a store, as "
        "s3://bucket/results. The same command goes on where it stopped.",
        show_default=False,
    ),
]


def check_options(cluster: str | None, out: str | None, others: Mapping[str, object]) -> None:
    """Check the options of a run on a cluster, before anything is loaded.

    Args:
        cluster: As given.
        out: As given.
        others: The options by name that only one machine can keep, and their values.

    Raises:
        OptionError: One is missing, or does not go with a cluster; or Ray is not installed.
    """
    from tenfold.scale.cluster import check_address, check_ray

    if not cluster:
        raise OptionError("--out goes with --cluster, as `--cluster local --out results`; without it, take --parquet")
    check_ray()
    check_address(cluster)
    if not out:
        raise OptionError("--cluster writes a folder of Parquet files: name it with --out, as `--out results`")
    for name, value in others.items():
        if value:
            raise OptionError(f"{name} does not go with --cluster: results are the Parquet files of --out")


def read_there(
    places: Sequence[str],
    reader: "Reader",
    cluster: str,
    out: str,
    *,
    workers: int,
    quiet: bool,
    as_json: bool,
    numbers: "NumberOptions | None" = None,
    pixels: int | None = None,
) -> None:
    """Read on a cluster, and say what the results hold; end with status 1 where an input failed."""
    from tenfold.picture.decode import LIMIT
    from tenfold.scale.reading import read_on_cluster

    done = read_on_cluster(
        places,
        out,
        cluster=cluster,
        reader=reader,
        numbers=numbers,
        pixels=LIMIT if pixels is None else pixels,
        workers=workers,
        shown=not quiet,
    )
    counts = done.counts
    if as_json:
        told = {"out": out, "inputs": counts.inputs, "failed": counts.failed, "rows": counts.rows}
        print(json.dumps(told | {"answers": counts.answers, "before": done.before}))
    inputs = "page" if numbers else "picture"
    before = f" ({done.before:,} of them before this run)" if done.before else ""
    answers = f", {_of(counts.answers, 'number')}" if numbers else ""
    failed = f"; {counts.failed:,} failed: their rows have the column error" if counts.failed else ""
    print(f"{out}: {_of(counts.inputs, inputs)} in, {counts.inputs:,} out{before}{answers}{failed}", file=sys.stderr)
    if counts.failed:
        raise typer.Exit(1)


def _of(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"
