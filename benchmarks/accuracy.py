"""The accuracy of a recipe over several seeds, the test set read once per seed, after the last epoch.

Example: `python -m benchmarks.accuracy --recipe tutorial --seeds 10`
"""

import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import tenfold
from benchmarks.measure import Spread
from benchmarks.results import RESULTS, print_table, save_result
from tenfold.arrays import Images, Labels
from tenfold.data.datasets import DIGITS
from tenfold.learn.onnx_graph import to_onnx
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import Trained
from tenfold.model.evaluate import score

Data = tuple[tuple[Images, Labels], tuple[Images, Labels]]

INT8_IMAGES = 1000
"""Training images that the ranges of int8 are measured on."""


@dataclass(frozen=True)
class Scores:
    """What networks of several seeds scored.

    Attributes:
        accuracy: Test accuracy, 0…1, one per seed.
        ece: Expected calibration error on the test set, 0…1, one per seed.
        seconds: The whole of training, from arrays to a trained network, one per seed.
        together: Test accuracy of all networks as one ensemble, their probabilities averaged.
    """

    accuracy: Spread
    ece: Spread
    seconds: Spread
    together: float

    @property
    def mean(self) -> float:
        """The mean accuracy."""
        return statistics.fmean(self.accuracy.values)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, with the mean of the accuracies and their standard deviation."""
        values = self.accuracy.values
        return {**asdict(self), "mean": self.mean, "sd": statistics.stdev(values) if len(values) > 1 else None}


@dataclass(frozen=True)
class Files:
    """Size of a network as a file, in float32 and in int8.

    Attributes:
        weights: Number of its weights.
        onnx: Bytes of the ONNX file in float32.
        int8: Bytes of the ONNX file in int8.
        lost: Test accuracy that int8 costs, 0…1, one per seed; below 0 where int8 is more accurate.
    """

    weights: int
    onnx: int
    int8: int
    lost: Spread


def train_seeds(
    data: Data, options: TrainingOptions, seeds: int, checkpoints: Path, workers: int = 1
) -> list[tuple[Trained, float]]:
    """Train with seeds 0, 1, …, after a short training that loads all code, so that no time includes that.

    A run that was stopped is resumed.

    Args:
        data: Training and test images with their labels.
        options: How to train; the seed is set anew.
        seeds: Number of seeds.
        checkpoints: A folder to keep the state of each run in, until all are done.
        workers: Trainings side by side; if more than one, each runs in another process with one thread.

    Returns:
        Each trained network with the seconds that it took.
    """
    images, labels = data[0]
    tenfold.train(images[:1000], labels[:1000], replace(options, epochs=1))
    checkpoints.mkdir(parents=True, exist_ok=True)
    files = [checkpoints / f"{seed}.checkpoint" for seed in range(seeds)]
    if workers > 1:
        os.environ["OMP_NUM_THREADS"] = "1"
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(partial(_train, images, labels, options), range(seeds), files))
    trained = []
    for seed, file in enumerate(files):
        started = time.perf_counter()
        one = _train(images, labels, options, seed, file)
        if not one.finished:
            raise KeyboardInterrupt
        seconds = max(time.perf_counter() - started, sum(epoch.seconds for epoch in one.history))
        trained.append((one, seconds))
        print(f"seed {seed}: {seconds:.1f} s", file=sys.stderr, flush=True)
    for file in files:
        file.unlink()
    checkpoints.rmdir()
    return trained


def _train(images: Images, labels: Labels, options: TrainingOptions, seed: int, checkpoint: Path) -> Trained:
    options = replace(options, seed=seed)
    return tenfold.train(images, labels, options, checkpoint=checkpoint, resume=checkpoint.exists())


def score_seeds(data: Data, trained: list[tuple[Trained, float]]) -> Scores:
    """Score each network once on the test images, and all as one."""
    images, labels = data[1]
    answers = [one.classifier()(images) for one, _ in trained]
    scored = [score(each, labels, classes=DIGITS) for each in answers]
    return Scores(
        Spread.of([each.accuracy for each in scored]),
        Spread.of([each.ece for each in scored]),
        Spread.of([seconds for _, seconds in trained]),
        score(np.mean(answers, axis=0, dtype=np.float32), labels, classes=DIGITS).accuracy,
    )


def measure_files(data: Data, trained: list[tuple[Trained, float]]) -> Files:
    """Write each network as ONNX in float32 and in int8, and measure the accuracy that int8 costs."""
    from onnxruntime import InferenceSession

    (learned, _), (images, labels) = data
    plain = [to_onnx(one.network, one.temperature) for one, _ in trained]
    small = [tenfold.to_int8(content, learned[:INT8_IMAGES]) for content in plain]

    def accuracy(content: bytes) -> float:
        session = InferenceSession(content, providers=["CPUExecutionProvider"])
        parts = np.array_split(images, 20)
        answers = np.concatenate([session.run(["probabilities"], {"images": part})[0] for part in parts])
        return score(answers, labels, classes=DIGITS).accuracy

    lost = [accuracy(before) - accuracy(after) for before, after in zip(plain, small, strict=True)]
    weights = sum(parameter.numel() for parameter in trained[0][0].network.parameters())
    return Files(weights, max(map(len, plain)), max(map(len, small)), Spread.of(lost))


def main(
    recipe: Annotated[str, typer.Option(help="The recipe to train.")] = "tutorial",
    seeds: Annotated[int, typer.Option(help="Number of seeds, from 0 on.")] = 5,
    workers: Annotated[int, typer.Option(help="Trainings side by side, a thread each; 1 takes all cores.")] = 1,
    results: Annotated[Path | None, typer.Option(help="The folder to leave JSON in.")] = None,
) -> None:
    """Measure the accuracy of a recipe over seeds."""
    options, data = tenfold.recipe(recipe), tenfold.load_data("mnist")
    trained = train_seeds(data, options, seeds, (results or RESULTS) / f"accuracy-{recipe}-runs", workers)
    scores = score_seeds(data, trained)
    result = {
        "recipe": recipe,
        "epochs": options.epochs,
        **scores.to_dict(),
        "files": asdict(measure_files(data, trained)),
    }
    save_result(f"accuracy-{recipe}", result, results)
    print_table(table([result]))
    print_table(files_table([result]))


def table(results: list[dict[str, Any]]) -> list[list[str]]:
    """Give results as rows of text, the heading first."""
    rows = [["recipe", "epochs", "seeds", "test accuracy", "least–most", "all as one", "ECE", "seconds of training"]]
    for one in results:
        accuracy = one["accuracy"]
        spread = f" ± {one['sd']:.2%}" if one["sd"] is not None else ""
        rows.append(
            [
                f"`{one['recipe']}`",
                str(one["epochs"]),
                str(len(accuracy["values"])),
                f"{one['mean']:.3%}{spread}",
                f"{accuracy['least']:.2%}–{accuracy['most']:.2%}",
                f"{one['together']:.2%}",
                f"{one['ece']['median']:.2%}",
                f"{one['seconds']['median']:.1f}",
            ]
        )
    return rows


def files_table(results: list[dict[str, Any]]) -> list[list[str]]:
    """Give the sizes of the files as rows of text, the heading first."""
    rows = [["recipe", "weights", "ONNX, bytes", "int8, bytes", "points lost by int8", "least–most"]]
    for one in results:
        files = one["files"]
        lost = files["lost"]
        rows.append(
            [
                f"`{one['recipe']}`",
                *(f"{files[name]:,}" for name in ("weights", "onnx", "int8")),
                f"{100 * sum(lost['values']) / len(lost['values']):.3f}",
                f"{100 * lost['least']:.2f}–{100 * lost['most']:.2f}",
            ]
        )
    return rows


if __name__ == "__main__":
    typer.run(main)
