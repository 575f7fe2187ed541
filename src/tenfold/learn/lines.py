"""The network that reads whole rows: from a row's columns to digits, trained on rows drawn from training digits.

302,918 weights. To train it again: `python -m tenfold.learn.lines`, about 40 minutes on two cores.
"""

import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
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
from tenfold.learn.ema import ExponentialMovingAverage
from tenfold.learn.onnx_graph import LAYERS, Graph
from tenfold.learn.optimizers import Optimizer
from tenfold.model.folder import SHIPPED, load_model, save_model
from tenfold.model.line_recognizer import LineNetwork

__all__ = ["batches", "lines_to_onnx", "loss_of", "network", "train"]

Tensor: TypeAlias = torch.Tensor
Chunk: TypeAlias = list[tuple[Line, str]]

BATCH = 64
"""Rows of one step, of about the same width."""

PER_CHUNK = 32
"""Batches drawn at a time."""

PEAK_RATE = 3e-3
WEIGHT_DECAY = 0.01
DECAY = 0.999

BFLOAT16 = True
"""Twice as fast where a processor multiplies such numbers, and as exact as this needs."""


def network(signs: int) -> nn.Sequential:
    """Make the network with fresh weights.

    Args:
        signs: How many signs its alphabet has.

    Returns:
        From `float32 (n, 1, 32, w)`, 0…1, to logits `float32 (n, signs + 1, 1, w // 2)`: for each second column of
        the signs, and last of the blank, that none begins there.

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


def train(rows: int, seed: int = 0, threads: int = 1, checkpoint: Path | None = None) -> tuple[nn.Sequential, str]:
    """Train the network on rows drawn from MNIST's training digits, nine in ten of them.

    Args:
        rows: How many rows to learn from, each drawn anew.
        seed: Decides everything.
        threads: How many cores to train with; one more draws.
        checkpoint: Where to write the network as ONNX now and then.

    Returns:
        The network, ready to answer, and its alphabet: the classes of the training digits.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    alphabet = "".join(load_examples("mnist", "train").classes)
    net = network(len(alphabet))
    optimizer = Optimizer("adamw", net, WEIGHT_DECAY)
    average = ExponentialMovingAverage(net, optimizer, DECAY)
    steps, step, started, losses = max(PER_CHUNK, rows // BATCH), 0, time.monotonic(), 0.0
    with ProcessPoolExecutor(1, initializer=_lay_in, initargs=(seed,)) as drawing:
        ahead = [drawing.submit(_chunk, seed, number) for number in range(3)]
        for number in range(steps // PER_CHUNK):
            chunk = ahead.pop(0).result()
            ahead.append(drawing.submit(_chunk, seed, number + 3))
            for images, targets, lengths in batches(chunk, alphabet, step):
                loss = loss_of(net.train(), images, targets, lengths)
                optimizer.step(loss, PEAK_RATE * _schedule(step / steps))
                average.update()
                step, losses = step + 1, 0.99 * losses + 0.01 * loss.item()
            if number % 8 == 7:
                told = f"{step:,} of {steps:,} steps, {time.monotonic() - started:.0f} s, loss {losses:.4f}"
                print(told, file=sys.stderr, flush=True)
                if checkpoint and number % 32 == 31:
                    with average.in_place(), in_place_of(checkpoint) as place:
                        place.write_bytes(lines_to_onnx(net.eval()))
        for waiting in ahead:
            waiting.cancel()
    average.settle()
    return net.eval(), alphabet


_glyphs: LineGlyphs


def _lay_in(seed: int) -> None:
    """Lay in what rows are drawn with, in the process that draws."""
    global _glyphs
    cv2.setNumThreads(1)
    examples = load_examples("mnist", "train")
    learned = np.arange(len(examples.images)) % HELD_OUT != 0
    _glyphs = LineGlyphs.gather(examples.images[learned], examples.labels[learned], np.random.default_rng(seed))


def _chunk(seed: int, number: int) -> Chunk:
    rng = np.random.default_rng([seed, number])
    return [draw_line(_glyphs, rng) for _ in range(BATCH * PER_CHUNK)]


def batches(chunk: Sequence[tuple[Line, str]], alphabet: str, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Put rows of about the same width together.

    Args:
        chunk: Lines, `uint8 (32, width)`, and their texts.
        alphabet: The signs of the texts.
        seed: Decides the order of the batches.

    Yields:
        `float32 (64, 1, 32, w)`, 0…1; `int64 (signs,)`, the places in the alphabet of all signs of the batch;
        `int64 (64,)`, how many signs each line has.
    """
    ranked = sorted(chunk, key=lambda row: row[0].shape[1])
    starts = np.random.default_rng(seed).permutation(np.arange(0, len(ranked), BATCH))
    for start in starts.tolist():
        some = ranked[start : start + BATCH]
        width = max(row.shape[1] for row, _ in some) + 1 & ~1
        images = np.zeros((len(some), 1, LINE_HEIGHT, width), np.uint8)
        for place, (row, _) in enumerate(some):
            images[place, 0, :, : row.shape[1]] = row
        signs = [alphabet.index(sign) for _, said in some for sign in said]
        lengths = [len(said) for _, said in some]
        yield torch.from_numpy(images).float() / 255, torch.tensor(signs), torch.tensor(lengths)


def loss_of(net: nn.Module, images: Tensor, targets: Tensor, lengths: Tensor) -> Tensor:
    """Give the mean negative logarithm of the probability of each row's digits.

    Source:
        Graves et al. 2006, "Connectionist temporal classification".
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
        scores = net(images.contiguous(memory_format=torch.channels_last))
    columns = F.log_softmax(scores.float().squeeze(2).permute(2, 0, 1), -1)
    reach = torch.full((len(images),), len(columns), dtype=torch.long)
    loss = F.ctc_loss(columns, targets, reach, lengths, blank=columns.shape[2] - 1, reduction="sum", zero_infinity=True)
    return loss / len(images)


def _schedule(done: float) -> float:
    """Give the share of the peak learning rate: up in the first twentieth, then down along a cosine."""
    return done / 0.05 if done < 0.05 else 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95))


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
    rows: Annotated[int, typer.Option(help="How many lines to learn from.")] = 640_000,
    seed: Annotated[int, typer.Option(help="Decides everything.")] = 0,
    threads: Annotated[int, typer.Option(help="How many cores to train with; one more draws.")] = 1,
) -> None:
    """Train the line recogniser and put it into a model folder, whose promises about whole numbers are dropped."""
    beside = load_model(model)
    net, alphabet = train(rows, seed, threads, model.with_name(f"{model.name}.lines.onnx"))
    calibration = {name: value for name, value in beside.info.calibration.items() if name != "numbers"}
    save_model(
        model,
        replace(beside.info, calibration=calibration),
        onnx=beside.content("model.onnx"),
        weights=beside.content("model.safetensors"),
        golden=beside.golden,
        lines=LineNetwork(alphabet, lines_to_onnx(net)),
    )
    print(model)


if __name__ == "__main__":
    typer.run(main)
