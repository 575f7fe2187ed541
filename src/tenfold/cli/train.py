"""The command that trains."""

import inspect
import json
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import tenfold
from tenfold.cli.completion import model_names, recipe_names
from tenfold.cli.options import A_MODEL, AsJson, Offline, Quiet, Source, decode, fail
from tenfold.errors import OptionError
from tenfold.files import check_writable
from tenfold.learn.declaration import Option
from tenfold.learn.fitting import AUTO, FittedRecipe
from tenfold.learn.recipes import OPTIONS, RECIPES, SMALL
from tenfold.model.description import info_of, read_document
from tenfold.model.history import write_history

if TYPE_CHECKING:
    from tenfold.learn.run import TrainingRun

__all__ = ["train"]

PANEL = "Options of the recipe (defaults of tutorial; other recipes differ)"


def train(
    data: Source = "mnist",
    recipe_name: Annotated[
        str,
        typer.Option(
            "--recipe",
            help=f"The options to start from: {', '.join(RECIPES)}; or auto, which is few below {SMALL:,} images where "
            "no option says how the network is built or optimised, else tutorial.",
            autocompletion=recipe_names,
        ),
    ] = AUTO,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help=f"Go on from a model's weights. {A_MODEL}",
            show_default=False,
            autocompletion=model_names,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The model folder to write.", show_default="models/RECIPE, of a sweep models/FILE"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the stopped run of --out.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Drop the stopped run of --out.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a model at --out that is of other data or options.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Train with N seeds, into OUT/seed-0 and so on, and tell the mean and its spread."
        ),
    ] = None,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the epochs as a CSV table.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="local|auto|ADDRESS",
            help="Train on a Ray cluster: of this machine alone, the one that it belongs to, or the HOST:PORT of one.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", help="How many processes of the cluster train.", show_default="one a core"),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Try the options that this TOML file lists and keep the best model, on a cluster, by default local.",
            show_default=False,
        ),
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    **options: Any,  # noqa: ANN401
) -> None:
    """Train a network and write a model folder.

    Options that are not given follow from how many images there are: small sets get more epochs, more augmentation and
    a larger share held out. With `--from` the weights of a model are the start, and what it knew is learned again
    beside the data; for classes that it does not know it gets a new last layer.

    Ctrl-C leaves the last whole epoch saved; `--resume` goes on from there to the weights that an unbroken run gives.

    With `--cluster` the workers train one network together, each on its share of every batch, or each another one of an
    ensemble, of folds or of `--seeds`, where there are as many of them as workers.

    Example: `tenfold train`, `tenfold train --data my-digits.csv --out my-model`, or `tenfold train --from shipped
    --data corrections --out models/corrected`, `tenfold train --recipe accurate --cluster auto --workers 8`.
    """
    given = {name: _parsed(OPTIONS[name], value) for name, value in options.items() if value is not None}
    if resume and given and not sweep:
        flags = ", ".join(map(_flag, given))
        raise OptionError(f"--resume goes on with the options of the stopped run: leave out {flags}")
    if resume and restart:
        raise OptionError("--resume goes on with a stopped run and --restart drops it: give one of them")
    if workers is not None and not (cluster or sweep):
        raise OptionError("--workers are those of a cluster: name it by --cluster, such as --cluster local")
    if sweep:
        if seeds is not None or log or start:
            raise OptionError("--sweep trains many models from the beginning: leave out --seeds, --log, --from")
        fitted = FittedRecipe(recipe_name, given)
        said = {"replace": replace, "offline": offline, "progress": not quiet, "resume": resume, "restart": restart}
        _sweep(data, out, sweep, fitted, cluster or "local", workers, as_json=as_json, **said)
        return
    trainer = None
    if cluster:
        from tenfold.scale.cluster import check_ray

        check_ray()
        trainer = tenfold.ClusterTrainer(cluster, workers)
    if seeds is not None:
        if resume or restart or log or start:
            others = "--resume, --restart, --log, --from"
            raise OptionError(f"--seeds trains several models from the beginning: leave out {others}")
        _train_seeds(
            data,
            out or Path("models") / recipe_name,
            lambda seed: FittedRecipe(recipe_name, {**given, "seed": seed}),
            range(given.get("seed", 0), given.get("seed", 0) + seeds),
            trainer,
            as_json=as_json,
            replace=replace,
            offline=offline,
            progress=not quiet,
        )
        return
    if log:
        check_writable(log)
    try:
        run = tenfold.train_model(
            data,
            out,
            FittedRecipe(recipe_name, given),
            start=start,
            resume=resume,
            restart=restart,
            replace=replace,
            offline=offline,
            progress=not quiet,
            decode=decode,
            warn=_warn,
            trainer=trainer,
        )
    except KeyboardInterrupt:
        fail("interrupted before an epoch was whole; nothing was written", 130)
    if log:
        write_history(log, info_of(run.folder, read_document(run.folder)).history)
    print(json.dumps(run.to_dict()) if as_json else _describe_run(run, start))
    if not run.finished:
        raise typer.Exit(130)


def _train_seeds(
    data: str,
    out: Path,
    options: Callable[[int], FittedRecipe],
    seeds: Sequence[int],
    trainer: "tenfold.ClusterTrainer | None",
    *,
    as_json: bool,
    **others: bool,
) -> None:
    """Train with several seeds and say what they gave."""
    from tenfold.learn.seeds import train_seeds

    with ExitStack() as stack:
        spread = None
        if trainer:
            from tenfold.scale.training import spread_seeds

            spread = stack.enter_context(spread_seeds(trainer, seeds))
        found = train_seeds(data, out, options, seeds, decode=decode, trainer=spread, **others)
    if as_json:
        print(json.dumps(found.to_dict()))
    else:
        for seed, run, accuracy in zip(found.seeds, found.runs, found.accuracies or (None,) * len(seeds), strict=False):
            print(f"seed {seed}: {f'{accuracy:.2%}' if accuracy is not None else 'not measured'}  {run.folder}")
        if found.mean is not None and found.deviation is not None:
            of = "test images" if found.on_test else "images held out"
            print(f"accuracy {found.mean:.2%} ± {100 * found.deviation:.2f} on {of}, {len(found.seeds)} seeds")
    if not found.finished:
        raise typer.Exit(130)


def _sweep(
    data: str,
    out: Path | None,
    file: Path,
    base: FittedRecipe,
    cluster: str,
    workers: int | None,
    *,
    as_json: bool,
    **others: bool,
) -> None:
    """Try the options that a file lists and say what they gave."""
    from tenfold.scale.cluster import check_ray
    from tenfold.scale.space import load_space

    space = load_space(file)
    check_ray()
    from tenfold.scale.sweep import described, sweep_model, table_of

    folder = out or Path("models") / file.stem
    trainer = tenfold.ClusterTrainer(cluster, workers)
    try:
        found = sweep_model(data, folder, space, base, trainer, decode=decode, warn=_warn, **others)
    except KeyboardInterrupt:
        table = table_of(folder)
        fail(
            f"stopped; {table} is kept: go on by the same command with --resume" if table.exists() else "interrupted",
            130,
        )
    if as_json:
        print(json.dumps(found.to_dict()))
        return
    for place, trial in enumerate(found.trials, 1):
        print(f"{place:>3}  {described(trial)}")
    print(f"table: {found.table}")
    print(_describe_run(found.run, None))


def _warn(note: str) -> None:
    print(f"warning: {note}", file=sys.stderr)


def _parameter(option: Option) -> inspect.Parameter:
    """Give a training option as a parameter of the command: several values come as text with commas between."""
    of_one: Any = Literal[option.choices] if option.choices else option.kind
    kind = str if option.several else of_one
    declared = typer.Option(
        help=option.explained(),
        show_default=_shown(getattr(RECIPES["tutorial"], option.name)),
        metavar="A,B,…" if option.several else "<name>" if option.choices else None,
        rich_help_panel=PANEL,
    )
    annotation: Any = Annotated[kind | None, declared]
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _flag(name: str) -> str:
    """Give an option as it is typed: `--learning-rate`."""
    return f"--{name.replace('_', '-')}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _parsed(option: Option, value: Any) -> Any:  # noqa: ANN401
    if not option.several:
        return value
    parts = [part for part in value.split(",") if part]
    if option.choices:
        return parts
    try:
        return [option.kind(part) for part in parts]
    except ValueError as error:
        raise OptionError(
            f"{_flag(option.name)} must be whole numbers with commas between, as 128,128, got {value!r}"
        ) from error


_own = [each for each in inspect.signature(train).parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
train.__signature__ = inspect.Signature([*_own, *map(_parameter, OPTIONS.values())])  # type: ignore[attr-defined]


def _describe_run(run: "TrainingRun", start: str | None) -> str:
    if not run.finished:
        source = "" if run.data == "mnist" else f" --data {shlex.quote(run.data)}"
        begun = "" if start is None else f" --from {shlex.quote(start)}"
        return (
            f"stopped after epoch {run.epochs}, which is saved: {run.folder}\n"
            f"go on: tenfold train --resume{begun}{source} --out {shlex.quote(str(run.folder))}"
        )
    epochs = "1 epoch" if run.epochs == 1 else f"{run.epochs} epochs"
    chosen = f" by recipe {run.recipe}" if run.recipe else ""
    lines = [f"trained for {epochs} in {run.seconds:.1f} s{chosen}"]
    if run.validation:
        lines.append(f"validation accuracy {run.validation.accuracy:.2%} on {run.validation.n:,} images held out")
    else:
        lines.append(
            "no images were held out, so nothing says yet how good it is: --validation-split 0.1 holds some out"
        )
    if run.known:
        lines.append(
            f"what it knew before: {run.known.before:.2%} → {run.known.accuracy:.2%} on {run.known.n:,} images of "
            f"{run.known.data}"
        )
    if run.evaluation:
        low, high = run.evaluation.interval
        lines.append(
            f"accuracy {run.evaluation.accuracy:.2%} on {run.evaluation.n:,} test images of {run.evaluation.data} "
            f"(95% interval {low:.2%}–{high:.2%})"
        )
    lines += [f"model: {run.folder}", f"next: tenfold predict picture.png --model {shlex.quote(str(run.folder))}"]
    return "\n".join(lines)
