"""The line recogniser: from a line's columns to signs, trained on lines drawn from training digits.

It learns 301,907 weights; its ONNX file holds 302,918 numbers, what batch normalisation measured among them.
`python -m tenfold.learn.lines` trains it again, in about 40 minutes on two cores.
"""

import math
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Annotated, TypeAlias

import cv2
import numpy as np
import torch
import typer
from onnx import TensorProto
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tenfold.arrays import LINE_HEIGHT, Line
from tenfold.data.datasets import load_examples
from tenfold.draw.lines import HELD_OUT, LineGlyphs, draw_line
from tenfold.files import in_place_of
from tenfold.learn.learner import Learner
from tenfold.learn.onnx_graph import LAYERS, Graph
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.model.folder import SHIPPED, load_model, save_again
from tenfold.model.line_recognizer import LineNetwork
from tenfold.model.promise import NUMBERS

__all__ = ["LINE_OPTIONS", "batches", "lines_to_onnx", "loss_of", "network", "train"]

Tensor: TypeAlias = torch.Tensor
Chunk: TypeAlias = list[tuple[Line, str]]

LINE_OPTIONS = TrainingOptions(
    optimizer="adamw",
    learning_rate=3e-3,
    schedule="warm-up",
    batch_size=64,
    weight_decay=0.01,
    ema=0.999,
    precision="auto",
)
"""How it is trained; the batches of a step hold lines of about the same width."""

PER_CHUNK = 32
"""Batches drawn at a time, and sorted by width."""

CHUNKS_PER_EPOCH = 8
"""Chunks of an epoch, after which progress is told; no line is learned from twice, so its length is free."""

AHEAD = 3
"""Chunks drawn before they are needed, so that training never waits."""


def network(signs: int) -> nn.Sequential:
    """Make the network with fresh weights.

    Args:
        signs: How many signs its alphabet has.

    Returns:
        From `float32 (n, 1, 32, w)`, 0…1, to logits `float32 (n, signs + 1, 1, w // 2)`: for each second column those
        of the signs, and last that of the blank, which says that no sign begins there.

    Source:
        Shi, Bai and Yao 2015, "An end-to-end trainable neural network for image-based sequence recognition", without
        its recurrent layers: a digit needs no more context than convolutions see.
    """
    return nn.Sequential(
        *_block(1, 24),
        nn.MaxPool2d(2),
        *_block(24, 32),
        *_block(32, 48),
        nn.MaxPool2d((2, 1)),
        *_block(48, 64),
        *_block(64, 80),
        nn.MaxPool2d((2, 1)),
        *_block(80, 128, (4, 3), (0, 1)),
        *_block(128, 128, (1, 5), (0, 2)),
        nn.Dropout(0.1),
        nn.Conv2d(128, signs + 1, 1),
    )


def _block(
    inputs: int, outputs: int, kernel: tuple[int, int] = (3, 3), padding: tuple[int, int] = (1, 1)
) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel, padding=padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def train(
    count: int,
    seed: int = 0,
    threads: int = 1,
    checkpoint: Path | None = None,
    options: TrainingOptions = LINE_OPTIONS,
    progress: bool = False,
) -> tuple[nn.Sequential, str]:
    """Train the network on lines drawn from MNIST's training digits, nine in ten of them.

    Args:
        count: How many lines to learn from, each drawn anew.
        seed: Decides everything.
        threads: How many cores to train with; one more draws.
        checkpoint: Where to write the network as ONNX after each epoch.
        options: How to train; seed and epochs are set anew.
        progress: Show a line of progress on standard error.

    Returns:
        The network, ready to answer, and its alphabet: the classes of the training digits.

    Raises:
        TrainingError: The loss is no longer finite.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    alphabet = "".join(load_examples("mnist", "train").classes)
    net = network(len(alphabet))
    steps = max(PER_CHUNK, count // options.batch_size)
    options = replace(options, seed=seed, epochs=math.ceil(steps // PER_CHUNK / CHUNKS_PER_EPOCH))
    learner = Learner(net, with_precision(options, torch.device("cpu")))
    chunks = _drawn_ahead(steps // PER_CHUNK, seed, PER_CHUNK * options.batch_size)
    with TrainingProgress(options, progress) as shown, closing(chunks):
        for number in range(1, options.epochs + 1):
            _train_epoch(learner, islice(chunks, CHUNKS_PER_EPOCH), alphabet, options.batch_size, steps, number, shown)
            if checkpoint:
                with learner.average.in_place(), in_place_of(checkpoint) as place:
                    place.write_bytes(lines_to_onnx(net.eval()))
    learner.average.apply()
    return net.eval(), alphabet


def _train_epoch(
    learner: Learner,
    chunks: Iterable[Chunk],
    alphabet: str,
    size: int,
    steps: int,
    number: int,
    shown: TrainingProgress,
) -> None:
    started, seen = time.perf_counter(), 0
    losses: list[float] = []
    learner.network.train()
    for chunk in chunks:
        for images, signs, lengths in batches(chunk, alphabet, learner.optimizer.steps, size):
            with learner.autocast():
                logits = learner.network(images.contiguous(memory_format=torch.channels_last)).float()
            done, where = learner.optimizer.steps / steps, f"step {len(losses) + 1} of epoch {number}"
            losses.append(learner.step(loss_of(logits, signs, lengths), done, where))
            seen += len(images)
            shown.step(number, seen, CHUNKS_PER_EPOCH * len(chunk), lambda: {"loss": fmean(losses)})
    seconds = time.perf_counter() - started
    shown.finish_epoch(Epoch(number, seconds, learner.learning_rate, {"loss": fmean(losses)}), seen)


def _drawn_ahead(count: int, seed: int, lines: int) -> Generator[Chunk, None, None]:
    """Draw chunks of lines in another process, up to `AHEAD` before they are needed."""
    with ProcessPoolExecutor(1, initializer=_lay_in, initargs=(seed,)) as drawing:
        waiting = deque(drawing.submit(_chunk, seed, number, lines) for number in range(min(AHEAD, count)))
        for number in range(AHEAD, AHEAD + count):
            yield waiting.popleft().result()
            if number < count:
                waiting.append(drawing.submit(_chunk, seed, number, lines))


_glyphs: LineGlyphs


def _lay_in(seed: int) -> None:
    """Prepare the images that lines are drawn with, in the process that draws."""
    global _glyphs
    cv2.setNumThreads(1)
    examples = load_examples("mnist", "train")
    learned = np.arange(len(examples.images)) % HELD_OUT != 0
    _glyphs = LineGlyphs.gather(examples.images[learned], examples.labels[learned], np.random.default_rng(seed))


def _chunk(seed: int, number: int, lines: int) -> Chunk:
    rng = np.random.default_rng([seed, number])
    return [draw_line(_glyphs, rng) for _ in range(lines)]


def batches(
    chunk: Sequence[tuple[Line, str]], alphabet: str, seed: int, size: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Put lines of about the same width together.

    Args:
        chunk: Lines, `uint8 (32, width)`, and their texts.
        alphabet: The signs of the texts.
        seed: Decides the order of the batches.
        size: Lines in a batch.

    Yields:
        `float32 (size, 1, 32, w)`, 0…1; `int64 (signs,)`, the places in the alphabet of all signs of the batch;
        `int64 (size,)`, how many signs each line has.
    """
    ranked = sorted(chunk, key=lambda line: line[0].shape[1])
    starts = np.random.default_rng(seed).permutation(np.arange(0, len(ranked), size))
    for start in starts.tolist():
        some = ranked[start : start + size]
        width = max(line.shape[1] for line, _ in some) + 1 & ~1
        images = np.zeros((len(some), 1, LINE_HEIGHT, width), np.uint8)
        for place, (line, _) in enumerate(some):
            images[place, 0, :, : line.shape[1]] = line
        signs = [alphabet.index(sign) for _, text in some for sign in text]
        lengths = [len(text) for _, text in some]
        yield torch.from_numpy(images).float() / 255, torch.tensor(signs), torch.tensor(lengths)


def loss_of(logits: Tensor, signs: Tensor, lengths: Tensor) -> Tensor:
    """Give the mean negative logarithm of the probability of each line's text.

    Args:
        logits: `float32 (n, a + 1, 1, w)`, of the alphabet's `a` signs and the blank.
        signs: `int64 (s,)`, the places in the alphabet of the signs of all texts, one text after another.
        lengths: `int64 (n,)`, how many signs each text has.

    Source:
        Graves et al. 2006, "Connectionist temporal classification".
    """
    columns = F.log_softmax(logits.squeeze(2).permute(2, 0, 1), -1)
    reach = torch.full((len(lengths),), len(columns), dtype=torch.long)
    loss = F.ctc_loss(columns, signs, reach, lengths, blank=columns.shape[2] - 1, reduction="sum", zero_infinity=True)
    return loss / len(lengths)


def lines_to_onnx(net: nn.Sequential) -> bytes:
    """Write the network as ONNX.

    Args:
        net: The network, in evaluation mode.

    Returns:
        The file's content: input `lines`, `uint8 (n, 32, w)`; output `columns`, `float32 (n, w // 2, signs + 1)`, for
        each second column the logarithms of the probabilities of each sign, and last of the blank.
    """
    graph = Graph("lines")
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", np.float32(1 / 255))
    graph.add("Unsqueeze", np.array([1]))
    for layer in net:
        LAYERS[type(layer)](graph, layer)
    graph.add("Squeeze", np.array([2]))
    graph.add("Transpose", perm=(0, 2, 1))
    graph.add("LogSoftmax", axis=2, result="columns")
    return graph.content(
        {"lines": (TensorProto.UINT8, ["n", LINE_HEIGHT, "w"])},
        {"columns": (TensorProto.FLOAT, ["n", None, net[-1].out_channels])},
    )


def main(
    model: Annotated[Path, typer.Option(help="The model folder to put it into.")] = SHIPPED,
    count: Annotated[int, typer.Option("--lines", help="How many lines to learn from.")] = 640_000,
    seed: Annotated[int, typer.Option(help="Decides everything.")] = 0,
    threads: Annotated[int, typer.Option(help="How many cores to train with; one more draws.")] = 1,
) -> None:
    """Train the line recogniser and put it into a model folder, whose promises about whole numbers are dropped."""
    beside = load_model(model)
    net, alphabet = train(count, seed, threads, model.with_name(f"{model.name}.lines.onnx"), progress=True)
    calibration = {name: value for name, value in beside.info.calibration.items() if name != NUMBERS}
    info = replace(beside.info, calibration=calibration)
    save_again(beside, model, info, lines=LineNetwork(alphabet, lines_to_onnx(net)))
    print(model)


if __name__ == "__main__":
    typer.run(main)
