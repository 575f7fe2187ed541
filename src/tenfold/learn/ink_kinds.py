"""The training of the network that tells words, numbers and lines of a page apart, and which way up it lies.

`python -m tenfold.learn.ink_kinds` trains it again, from drawn pieces of pages; a run that was stopped goes on from its
last checkpoint.
"""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.random import Generator
from onnx import TensorProto
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tenfold.data.datasets import load_examples
from tenfold.draw.pieces import Piece, draw_piece
from tenfold.draw.writers import Hands
from tenfold.errors import ModelError, TenfoldError
from tenfold.files import in_place_of
from tenfold.learn.checkpoint import load_checkpoint, save_checkpoint
from tenfold.learn.drawing import drawn_ahead
from tenfold.learn.learner import Learner
from tenfold.learn.onnx_graph import LAYERS, Graph
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.description import Epoch
from tenfold.page.ink_kinds import NETWORK, Kind

__all__ = ["network", "to_onnx", "train"]

OPTIONS = TrainingOptions(
    optimizer="adamw",
    learning_rate=3e-3,
    schedule="warm-up",
    batch_size=16,
    weight_decay=0.01,
    ema=0.999,
    precision="float32",
)
"""How it is trained."""

PIECES = 500
"""Pieces that are drawn for an epoch."""

STEPS = 250
"""Steps of an epoch: what is drawn costs ten times what it costs to learn from, so pieces of all epochs until then are
learned from again, turned and lighter or darker."""

EPOCHS = 30
"""Epochs of a run: 15,000 pieces."""

LIGHTER, DARKER = -0.7, 0.5
"""How much darkness changes, at most, as a natural logarithm."""

WEIGHTS = {Kind.NOTHING: 0.15, Kind.WORDS: 1.0, Kind.NUMBERS: 1.5, Kind.LINES: 0.5}
"""What a cell of each kind counts in the loss: a number that is taken for words is lost."""

TURNED = 0.3
"""What it counts which way up words and numbers stand."""

CHANNELS, PATCHES, DILATIONS = 48, 32, (1, 1, 2, 2, 4, 4, 1)
"""CHANNELS: of each block. PATCHES: kinds of patches of 8×8 pixels that are told apart first. DILATIONS: of the blocks,
which together see 31 cells across."""

Tensor = torch.Tensor


class _Block(nn.Module):
    """A convolution, the result of which is added to what it was given."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        convolution = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=dilation, dilation=dilation, bias=False)
        self.body = nn.Sequential(convolution, nn.BatchNorm2d(CHANNELS), nn.ReLU())

    def forward(self, values: Tensor) -> Tensor:
        return torch.add(values, self.body(values))


def network() -> nn.Sequential:
    """Make the network with fresh weights.

    Returns:
        From `float32 (n, 1, h, w)`, 0…1, both sides multiples of 8, to logits `float32 (n, 8, h // 8, w // 8)`: those
        of the four kinds, and of the four ways up.

    Source:
        Long, Shelhamer and Darrell 2015, "Fully convolutional networks for semantic segmentation"; blocks as in
        He et al. 2016, dilated as in Yu and Koltun 2016.
    """
    return nn.Sequential(
        nn.Conv2d(1, PATCHES, 8, 4, 2, bias=False),
        nn.BatchNorm2d(PATCHES),
        nn.ReLU(),
        nn.Conv2d(PATCHES, CHANNELS, 3, 2, 1, bias=False),
        nn.BatchNorm2d(CHANNELS),
        nn.ReLU(),
        *(_Block(dilation) for dilation in DILATIONS),
        nn.Conv2d(CHANNELS, 2 * len(Kind), 1),
    )


def train(
    epochs: int = EPOCHS,
    seed: int = 0,
    threads: int = 1,
    drawers: int = 1,
    checkpoint: Path | None = None,
    progress: bool = False,
) -> nn.Sequential:
    """Train the network on pieces of `tenfold.draw.pieces`.

    Args:
        epochs: How many, of 250 steps and 500 new pieces each.
        seed: Decides everything: with as many threads the same seed gives the same weights, stopped in between or not.
        threads: How many cores to train with.
        drawers: How many processes draw, a core each.
        checkpoint: A file that is replaced after each epoch; where it is there already, the run goes on from it.
        progress: Show a line of progress on standard error.

    Returns:
        The network, ready to answer.

    Raises:
        FetchError: A set that pieces are drawn with is neither on this machine nor to be had.
        OptionError: The checkpoint is of another run.
        TrainingError: The loss is no longer finite.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    options, told = replace(OPTIONS, seed=seed, epochs=epochs), "pieces of pages"
    net = network()
    learner, history = Learner(net, options), list[Epoch]()
    if checkpoint and checkpoint.exists():
        saved = load_checkpoint(checkpoint, options, told)
        saved.restore_network(net)
        saved.restore_optimizer(learner.optimizer, learner.average)
        history += saved.history
    known: list[Piece] = []
    drawn = drawn_ahead(_draw, seed, range(1, epochs + 1), PIECES, drawers)
    with TrainingProgress(options, progress) as shown, closing(drawn):
        for number, pieces in enumerate(drawn, 1):
            known += pieces
            if number <= len(history):
                continue
            history.append(_train_epoch(learner, known, number, options, shown))
            if checkpoint:
                save_checkpoint(checkpoint, net, learner.optimizer, learner.average, options, tuple(history), told)
    learner.average.apply()
    return net.eval()


def _train_epoch(
    learner: Learner, known: Sequence[Piece], number: int, options: TrainingOptions, shown: TrainingProgress
) -> Epoch:
    """Learn from pieces that are known."""
    rng, started, losses = np.random.default_rng([options.seed, number]), time.perf_counter(), list[float]()
    learner.network.train()
    for step in range(STEPS):
        dark, kinds, turns = _batch([known[each] for each in rng.integers(0, len(known), options.batch_size)], rng)
        loss = _loss(learner.network(dark), kinds, turns)
        done = (number - 1 + step / STEPS) / options.epochs
        losses.append(learner.step(loss, done, f"step {step + 1} of epoch {number}"))
        shown.step(number, step + 1, STEPS, lambda: {"loss": fmean(losses)})
    epoch = Epoch(number, time.perf_counter() - started, learner.learning_rate, {"loss": fmean(losses)})
    shown.finish_epoch(epoch, options.batch_size * STEPS)
    return epoch


def _batch(pieces: Sequence[Piece], rng: Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Turn pieces by a quarter turn or more, all alike, and make each lighter or darker."""
    more = int(rng.integers(4))
    gain = np.exp(rng.uniform(LIGHTER, DARKER, (len(pieces), 1, 1)))
    dark = np.rot90(np.stack([piece.dark for piece in pieces]), more, (1, 2)) * gain / 255
    kinds = np.rot90(np.stack([piece.kinds for piece in pieces]), more, (1, 2)).astype(np.int64)
    turns = np.array([(piece.turns + more) % 4 for piece in pieces])
    return torch.from_numpy(np.clip(dark, 0, 1)).float()[:, None], torch.from_numpy(kinds), torch.from_numpy(turns)


def _loss(logits: Tensor, kinds: Tensor, turns: Tensor) -> Tensor:
    """Give the mean negative logarithm of the probability of what is true, of both questions."""
    weights = torch.tensor([WEIGHTS[kind] for kind in Kind])
    of_kinds = F.cross_entropy(logits[:, : len(Kind)], kinds, weight=weights)
    standing = ((kinds == Kind.WORDS) | (kinds == Kind.NUMBERS)).float()
    ways = F.cross_entropy(logits[:, len(Kind) :], turns[:, None, None].expand_as(kinds), reduction="none")
    return of_kinds + TURNED * (ways * standing).sum() / standing.sum().clamp(min=1)


@lru_cache(maxsize=1)
def _hands() -> Hands:
    examples = load_examples("mnist", "train")
    return Hands.gather(examples.images, examples.labels, "train")


def _draw(seed: int, number: int, count: int) -> list[Piece]:
    """Draw the pieces of an epoch, in a process that draws."""
    rng = np.random.default_rng([seed, number])
    return [draw_piece(_hands(), rng) for _ in range(count)]


def to_onnx(net: nn.Sequential) -> bytes:
    """Write the network as ONNX.

    Args:
        net: The network, in evaluation mode.

    Returns:
        The file's content: input `dark`, `uint8 (n, h, w)`, both sides multiples of 8; outputs `kinds`, `float32
        (n, 4, h // 8, w // 8)`, how probable each kind is, and `turns`, likewise the logarithm of how probable each
        way up is.
    """
    graph = Graph("dark")
    graph.add("Cast", to=TensorProto.FLOAT)
    graph.add("Mul", np.float32(1 / 255))
    graph.add("Unsqueeze", np.array([1]))
    *layers, last = net
    for layer in layers:
        before = graph.value
        for inner in layer.body if isinstance(layer, _Block) else [layer]:
            LAYERS[type(inner)](graph, inner)
        if isinstance(layer, _Block):
            graph.add("Add", before)
    seen, kinds = graph.value, slice(0, len(Kind))
    weight, bias = last.parameters()
    graph.add("Conv", weight[kinds], bias[kinds])
    graph.add("Softmax", axis=1, result="kinds")
    graph.value = seen
    graph.add("Conv", weight[len(Kind) :], bias[len(Kind) :])
    graph.add("LogSoftmax", axis=1, result="turns")
    told = TensorProto.FLOAT, ["n", len(Kind), "rows", "columns"]
    return graph.content({"dark": (TensorProto.UINT8, ["n", "h", "w"])}, {"kinds": told, "turns": told})


def main(
    out: Annotated[Path, typer.Option(help="The file to write.")] = NETWORK,
    epochs: Annotated[int, typer.Option(help="How many epochs, of 500 new pieces each.")] = EPOCHS,
    seed: Annotated[int, typer.Option(help="Decides everything.")] = 0,
    threads: Annotated[int, typer.Option(help="How many cores to train with.")] = 1,
    drawers: Annotated[int, typer.Option(help="How many other cores draw.")] = max(1, (os.cpu_count() or 2) - 1),
) -> None:
    """Train the network that tells words, numbers and lines apart, and write it as ONNX.

    A run that was stopped goes on from its last checkpoint, a file beside the network, which is removed at the end.
    """
    checkpoint = out.with_suffix(".safetensors")
    try:
        content = to_onnx(train(epochs, seed, threads, drawers, checkpoint, progress=True))
        with in_place_of(out, ModelError, durable=True) as fresh:
            fresh.write_bytes(content)
    except TenfoldError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    checkpoint.unlink(missing_ok=True)
    print(out)


if __name__ == "__main__":
    typer.run(main)
