"""The line recogniser's training, on drawn pictures and on real ones.

`python -m tenfold.learn.lines` trains it again, on a GPU where there is one, while the other cores draw; a run that was
stopped goes on where its last checkpoint was written.
"""

import math
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Annotated, TypeAlias

import numpy as np
import torch
import typer
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tenfold.arrays import LINE_HEIGHT
from tenfold.draw.line_examples import LineExample, LineSources, Target
from tenfold.errors import ModelError, TenfoldError
from tenfold.learn.augment import WIDTHS, varied_lines
from tenfold.learn.checkpoint import load_checkpoint, save_checkpoint
from tenfold.learn.drawing import drawn_ahead
from tenfold.learn.learner import Learner
from tenfold.learn.line_network import (
    ALPHABET,
    GatedPair,
    lines_from_onnx,
    lines_to_onnx,
    network,
    split_off_norms,
    without_context,
)
from tenfold.learn.precision import with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.quantize import lines_to_int8
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.training import choose_device
from tenfold.model.description import Epoch
from tenfold.model.folder import LINES_FILE, SHIPPED, load_model
from tenfold.model.line_recognizer import LineNetwork
from tenfold.model.promise import without_answers
from tenfold.model.saving import save_again

__all__ = ["LINE_OPTIONS", "batches", "loss_of", "train"]

Tensor: TypeAlias = torch.Tensor
Chunk: TypeAlias = list[LineExample]

LINE_OPTIONS = TrainingOptions(
    optimizer="adamw",
    learning_rate=2e-3,
    schedule="warm-up",
    batch_size=64,
    weight_decay=0.01,
    ema=0.999,
    precision="auto",
)
"""How it is trained; the batches of a step hold lines of about the same width."""

PER_CHUNK = 16
"""Batches drawn at a time, and sorted by width."""

CHUNKS_PER_EPOCH = 16
"""Chunks of an epoch, after which progress is told."""

AGAIN = 2
"""Batches of the same epoch that are learned from again, varied, for each new one: to draw lines costs half of what it
costs to learn from them, and nothing on a GPU has to wait."""

WIDEST = 480
"""Widest line that is learned from, in pixels: wider ones are few, and each takes as long as many narrow ones."""

NARROW = 112
"""Widest line that is learned from at first, in pixels: short texts are the way off the plateau of blanks on which
connectionist temporal classification begins."""

FIRST = 0.15
"""Share of all lines that `NARROW` holds for."""

NEAR = 0.5
"""Share of all lines that are learned from without context (`line_network.without_context`)."""

MEASURED = 400
"""Lines that are drawn to measure what is in a batch, and the ranges of int8."""


def train(
    count: int,
    seed: int = 0,
    threads: int = 1,
    checkpoint: Path | None = None,
    options: TrainingOptions = LINE_OPTIONS,
    progress: bool = False,
    start: bytes | None = None,
    drawers: int = 1,
) -> nn.Sequential:
    """Train the network on lines of `tenfold.draw.line_examples`.

    Args:
        count: How many lines to make, each another one; rounded down to whole chunks, one at least.
        seed: Decides everything: with as many threads, the same seed gives the same weights, stopped in between or not.
        threads: How many cores to train with.
        checkpoint: A file that is replaced after each epoch; where it is there already, the run goes on from it.
        options: How to train; seed and epochs are set anew.
        progress: Show a line of progress on standard error.
        start: A network to go on from, as `lines_from_onnx` reads it, in place of fresh weights.
        drawers: How many processes draw, a core each.

    Returns:
        The network, on the processor and ready to answer.

    Raises:
        FetchError: A set that lines are made of is neither on this machine nor to be had.
        ModelError: There is no such network in `start`, or it was adapted.
        OptionError: The checkpoint is of another run.
        TrainingError: The loss is no longer finite.
    """
    torch.set_num_threads(threads)
    chunks = max(1, count // (PER_CHUNK * options.batch_size))
    options = replace(options, seed=seed, epochs=math.ceil(chunks / CHUNKS_PER_EPOCH))
    device = choose_device(options.device)
    options = with_precision(options, device)
    torch.manual_seed(seed)
    net = network(len(ALPHABET)) if start is None else lines_from_onnx(start)
    if isinstance(net, GatedPair):
        raise ModelError("the line recogniser was adapted to someone's own pictures: go on from the model before that")
    resumed = checkpoint is not None and checkpoint.exists()
    if start and not resumed:
        measured = _lines_to_measure(seed)
        split_off_norms(net, (images for images, _ in batches(measured, seed, options.batch_size)))
    net = net.to(device)
    told = f"{chunks} chunks of lines{' after others' if start else ''}"
    learner, history = Learner(net, options), list[Epoch]()
    if checkpoint and resumed:
        saved = load_checkpoint(checkpoint, options, told)
        saved.restore_network(net)
        saved.restore_optimizer(learner.optimizer, learner.average)
        history += saved.history
    left, lines = range(CHUNKS_PER_EPOCH * len(history), chunks), PER_CHUNK * options.batch_size
    drawn = drawn_ahead(_chunk, seed, left, lines, drawers)
    with TrainingProgress(options, progress) as shown, closing(drawn):
        for number in range(len(history) + 1, options.epochs + 1):
            history.append(_train_epoch(learner, drawn, number, chunks, options, shown, fresh=start is None))
            if checkpoint:
                state = net, learner.optimizer, learner.average, options, tuple(history)
                save_checkpoint(checkpoint, *state, told)
    learner.average.apply()
    return net.cpu().eval()


def _train_epoch(
    learner: Learner,
    drawn: Iterable[Chunk],
    number: int,
    chunks: int,
    options: TrainingOptions,
    shown: TrainingProgress,
    *,
    fresh: bool,
) -> Epoch:
    """Learn from the next `CHUNKS_PER_EPOCH` chunks, of `chunks` in all; `fresh` weights begin with what is easier."""
    started, losses, known = time.perf_counter(), list[float](), list[tuple[Tensor, list[Target]]]()
    first, device = CHUNKS_PER_EPOCH * (number - 1), learner.optimizer.weights.device
    torch.manual_seed(int(np.random.SeedSequence([options.seed, number]).generate_state(1)[0]))
    learner.network.train()
    for place, chunk in enumerate(islice(drawn, CHUNKS_PER_EPOCH), first):
        widest = NARROW if fresh and place < FIRST * chunks else WIDEST
        net = without_context(learner.network) if fresh and place < NEAR * chunks else learner.network
        learned = [example for example in chunk if example[0].shape[1] <= widest]
        steps = -(-len(learned) // options.batch_size)
        for step, batch in enumerate(batches(learned, place, options.batch_size)):
            known.append(batch)
            done = place + step / steps
            where = f"step {len(losses) + 1} of epoch {number}"
            for again in range(1 + AGAIN):
                images, targets = known[int(torch.randint(len(known), ()))] if again else batch
                images = varied_lines(images.to(device)) if again else images.to(device)
                with learner.autocast():
                    logits = net(images.contiguous(memory_format=torch.channels_last)).float()
                loss = learner.step(loss_of(logits, targets, ALPHABET), done / chunks, where)
                if not again:
                    losses.append(loss)
            seen = round((done - first) * len(chunk)) + len(batch[0])
            shown.step(number, seen, CHUNKS_PER_EPOCH * len(chunk), lambda: {"loss": fmean(losses)})
    seconds = time.perf_counter() - started
    epoch = Epoch(number, seconds, learner.learning_rate, {"loss": fmean(losses)})
    shown.finish_epoch(epoch, options.batch_size * len(losses))
    return epoch


@lru_cache(maxsize=1)
def _sources(seed: int) -> LineSources:
    """Gather what lines are made of, in a process that draws."""
    return LineSources.gather(np.random.default_rng(seed))


def _chunk(seed: int, number: int, lines: int) -> Chunk:
    return _sources(seed).draw(lines, np.random.default_rng([seed, number]))


def batches(chunk: Sequence[LineExample], seed: int, size: int) -> Iterator[tuple[Tensor, list[Target]]]:
    """Put lines of about the same width together.

    Args:
        chunk: Lines, `uint8 (48, width)`, and what they say.
        seed: Decides the order of the batches.
        size: Lines in a batch. All batches are full, so some of the widest lines are in two; fewer lines than that are
            one batch.

    Yields:
        `float32 (size, 1, 48, w)`, 0…1, `w` a multiple of 16; and what each line says.
    """
    ranked = sorted(chunk, key=lambda example: example[0].shape[1])
    starts = [min(start, max(0, len(ranked) - size)) for start in range(0, len(ranked), size)]
    for start in np.random.default_rng(seed).permutation(starts).tolist():
        some = ranked[int(start) : int(start) + size]
        width = -(-max(line.shape[1] for line, _ in some) // WIDTHS) * WIDTHS
        images = np.zeros((len(some), 1, LINE_HEIGHT, width), np.uint8)
        for place, (line, _) in enumerate(some):
            images[place, 0, :, : line.shape[1]] = line
        yield torch.from_numpy(images).float() / 255, [target for _, target in some]


def loss_of(logits: Tensor, targets: Sequence[Target], alphabet: str) -> Tensor:
    """Give the mean negative logarithm of the probability that a line says what it should.

    Args:
        logits: `float32 (n, a + 1, 1, w)`, of the alphabet's `a` signs and the blank.
        targets: What each line says; where it may be one of several texts, their probabilities are added.
        alphabet: The signs.

    Returns:
        A scalar. A line too narrow for its text adds nothing to it.

    Source:
        Graves et al. 2006, "Connectionist temporal classification".
    """
    columns = F.log_softmax(logits.squeeze(2).permute(2, 0, 1), -1)
    texts = [(line, place, text) for line, target in enumerate(targets) for place, text in enumerate(target)]
    lines, places = (torch.tensor(column, device=logits.device) for column in list(zip(*texts, strict=True))[:2])
    signs = [alphabet.index(sign) for _, _, text in texts for sign in text]
    losses = F.ctc_loss(
        columns[:, lines],
        torch.tensor(signs, dtype=torch.long, device=logits.device),
        torch.full((len(texts),), len(columns)),
        torch.tensor([len(text) for _, _, text in texts]),
        blank=len(alphabet),
        reduction="none",
        zero_infinity=True,
    )
    likelihoods = losses.new_full((len(targets), max(map(len, targets))), -torch.inf)
    likelihoods = likelihoods.index_put((lines, places), -losses)
    return -likelihoods.logsumexp(1).mean()


def _lines_to_measure(seed: int) -> Chunk:
    """Draw lines that nothing is learned from."""
    rng = np.random.default_rng([seed, MEASURED])
    return LineSources.gather(rng).draw(MEASURED, rng)


def main(
    model: Annotated[Path, typer.Option(help="The model folder to put it into.")] = SHIPPED,
    count: Annotated[int, typer.Option("--lines", help="How many lines to learn from.")] = 480_000,
    seed: Annotated[int, typer.Option(help="Decides everything.")] = 0,
    threads: Annotated[int, typer.Option(help="How many cores to train with.")] = 1,
    drawers: Annotated[int, typer.Option(help="How many other cores draw.")] = max(1, (os.cpu_count() or 2) - 1),
    start: Annotated[Path | None, typer.Option(help="A model folder whose line recogniser to go on from.")] = None,
    learning_rate: Annotated[float, typer.Option(help="Largest learning rate.")] = LINE_OPTIONS.learning_rate,
) -> None:
    """Train the line recogniser and put it into a model folder, without promises of what it says.

    A run that was stopped goes on from its last checkpoint, a file beside the folder, which is removed at the end.
    """
    checkpoint = model.with_name(f"{model.name}.lines.safetensors")
    try:
        beside = load_model(model)
        others = load_model(start).content(LINES_FILE) if start else None
        options = replace(LINE_OPTIONS, learning_rate=learning_rate)
        net = train(count, seed, threads, checkpoint, options, progress=True, start=others, drawers=drawers)
        ranges = [line for line, _ in _lines_to_measure(seed)]
    except TenfoldError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    info = replace(beside.info, calibration=without_answers(beside.info.calibration))
    save_again(beside, model, info, lines=LineNetwork(ALPHABET, lines_to_int8(lines_to_onnx(net), ranges)))
    checkpoint.unlink(missing_ok=True)
    print(model)


if __name__ == "__main__":
    typer.run(main)
