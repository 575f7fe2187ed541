"""A line recogniser adapted to labelled pictures of whole numbers of one's own, in minutes and with PyTorch."""

import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.random import Generator
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tenfold.adapt.digits import FEWEST
from tenfold.adapt.own import NumberPicture
from tenfold.arrays import SEPARATORS, Line, without_separators
from tenfold.data.datasets import load_examples
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.line_examples import LineExample
from tenfold.draw.numbers import draw_number
from tenfold.draw.snapshots import vary_picture
from tenfold.draw.writers import Hands, by_label
from tenfold.errors import DataError, ModelError
from tenfold.learn.learner import Learner
from tenfold.learn.line_network import ALPHABET, lines_from_onnx, lines_to_onnx
from tenfold.learn.lines import LINE_OPTIONS, WIDEST, batches, loss_of
from tenfold.learn.quantize import lines_to_int8
from tenfold.model.evaluate import Checked
from tenfold.model.folder import LINES_FILE, Model
from tenfold.model.line_recognizer import LineNetwork, LineRecognizer
from tenfold.model.promise import NUMBERS, PICTURES, without_answers
from tenfold.model.saving import save_again
from tenfold.page.line import whole_line
from tenfold.progress import Progress
from tenfold.read.ctc import most_probable

__all__ = ["AdaptedLines", "adapt_lines"]

Tensor: TypeAlias = torch.Tensor

DRAWN = "drawn numbers"
"""What the recogniser rehearses, and what old and new are compared on."""

HELD_OUT = 0.15
"""Share of one's own pictures that are not learned from: they say when to stop, and how good the result is."""

STEPS, LEAST_STEPS, STEPS_PER_PICTURE = 200, 60, 2
"""Steps of training: as many for each picture, within these bounds; docs/log.md, "Adapting"."""

LOOKS = 4
"""How often the pictures held out are looked at; what read them best is kept."""

OWN, REHEARSED = 24, 20
"""Lines of one's own and drawn ones that a step learns from."""

OWN_WEIGHT = 0.6
"""Share of the loss that is of one's own lines."""

DRAWN_LINES, COMPARED, FOR_RANGES = 1000, 300, 200
"""Drawn lines that are rehearsed, others that old and new are compared on, and those of all for the ranges of int8."""

OPTIONS = replace(LINE_OPTIONS, learning_rate=2e-4, weight_decay=0.0, ema=0.98)
"""A tenth of the rate of training from the start, the average over the last tens of steps."""

WORSE, ROUNDING = 0.01, 1e-9
"""How much worse, as a share of the lines, drawn numbers may be read; and what floats add to that."""

WAYS = (1.0, 0.75, 0.5, 0.3, 0.15)
"""How far to go from the old weights to the new, the farthest first: as far as the old knowledge allows.

Source:
    Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
"""


@dataclass(frozen=True)
class AdaptedLines:
    """What adapting did.

    Attributes:
        folder: The new model.
        own: One's own pictures that were not learned from.
        known: Drawn numbers that were not learned from.
        way: How far the weights went, 0…1, from the old to the new.
        seconds: How long it took.
        separators: Whether the texts have points, commas, slashes and the like; where none has, these count neither
            way.
        dropped: The promises about error that no longer hold: `pictures` and `numbers`, where there were any.
    """

    folder: Path
    own: Checked
    known: Checked
    way: float
    seconds: float
    separators: bool
    dropped: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the findings as plain values that JSON can hold."""
        return {**asdict(self), "folder": str(self.folder)}


def adapt_lines(
    model: Model,
    pictures: Sequence[NumberPicture],
    folder: str | Path,
    *,
    data: str = "",
    seed: int = 0,
    progress: bool = False,
) -> AdaptedLines:
    """Write a model again so that it reads one's own numbers better: its line recogniser is trained on.

    It learns from one's own pictures, each shown a little otherwise every time, beside drawn numbers, for which it also
    keeps its old answers; statistics of batch normalisation stay as they are. Of the new weights and those between them
    and the old, the farthest are taken that read drawn numbers as well as before.

    Args:
        model: The model; its folder is left as it is, unless it is the one to write.
        pictures: `uint8 (height, width)` each, with one number, and what it says.
        folder: Where to write the model.
        data: What to call the pictures.
        seed: Decides all that is random.
        progress: Show progress on standard error.

    Returns:
        What was done. Promises about pictures and whole numbers are dropped: they rested on the old answers.

    Raises:
        DataError: There are fewer than five pictures.
        ModelError: The pictures are not read better, or drawn numbers are read worse by more than 1 point however
            little changes; the model has no line recogniser that can be trained on; or the folder cannot be written.
            Nothing is written then.
        TrainingError: The loss is no longer finite.
    """
    if len(pictures) < FEWEST:
        raise DataError(f"expected at least {FEWEST} labelled pictures of numbers to adapt to, got {len(pictures)}")
    started = time.perf_counter()
    with torch.random.fork_rng(), Progress("Adapting the line recogniser", shown=progress) as shown:
        torch.manual_seed(seed)
        run = _Run.of(model, pictures, np.random.default_rng(seed))
        net, way = run.farthest(run.trained(shown))
        written = lines_to_int8(lines_to_onnx(net), run.for_ranges)
    before, after = (
        LineRecognizer(LineNetwork(ALPHABET, content), threads=None, source="the line recogniser")
        for content in (model.content(LINES_FILE), written)
    )
    known_before, own_before = (run.right_by(before, lines) for lines in (run.compared, run.held_out))
    known, own = (run.right_by(after, lines) for lines in (run.compared, run.held_out))
    told = Checked(data, len(run.held_out), own, own_before), Checked(DRAWN, len(run.compared), known, known_before)
    if known < known_before - WORSE - ROUNDING:
        raise _suffers(told[1])
    if own < own_before:
        raise ModelError(
            f"{data or 'the pictures'} would not be read better: of {told[0].n} that were not learned from "
            f"{own_before:.1%} were right before and {own:.1%} after; nothing was written. More pictures may help, or "
            "texts are wrong"
        )
    calibration = without_answers(model.info.calibration)
    adapted = {"name": data, "n": len(pictures)}
    info = replace(
        model.info,
        name=Path(folder).resolve().name,
        calibration=calibration,
        data={**model.info.data, "adapted_lines": adapted},
    )
    save_again(model, folder, info, lines=LineNetwork(ALPHABET, written))
    dropped = tuple(name for name in (PICTURES, NUMBERS) if model.info.calibration.get(name))
    return AdaptedLines(Path(folder), *told, way, time.perf_counter() - started, run.separators, dropped)


def _suffers(known: Checked) -> ModelError:
    return ModelError(
        f"what the model knew would suffer: of {known.n} {known.data} it read {known.before:.1%} right and would read "
        f"{known.accuracy:.1%}, and 1 point less is the most that is allowed; nothing was written. Look whether the "
        "texts are right"
    )


@dataclass(frozen=True, eq=False)
class _Run:
    """What is learned from and measured on.

    Attributes:
        old: The network before.
        pictures: One's own pictures to learn from.
        held_out: Lines of the others, with their texts.
        rehearsed: Drawn lines to learn from.
        compared: Other drawn lines.
        separators: Whether the texts have separators.
        rng: Decides all that is random.
    """

    old: nn.Sequential
    pictures: Sequence[NumberPicture]
    held_out: Sequence[LineExample]
    rehearsed: Sequence[LineExample]
    compared: Sequence[LineExample]
    separators: bool
    rng: Generator

    @classmethod
    def of(cls, model: Model, pictures: Sequence[NumberPicture], rng: Generator) -> "_Run":
        if model.alphabet != ALPHABET:
            raise ModelError(f"{model.info.name} has no line recogniser that can be trained on")
        order = rng.permutation(len(pictures)).tolist()
        count = max(1, round(HELD_OUT * len(pictures)))
        held_out = [(whole_line(pictures[place][0]), (pictures[place][1],)) for place in order[:count]]
        drawn = _drawn(DRAWN_LINES + COMPARED, rng)
        return cls(
            old=lines_from_onnx(model.content(LINES_FILE)),
            pictures=[pictures[place] for place in order[count:]],
            held_out=held_out,
            rehearsed=drawn[COMPARED:],
            compared=drawn[:COMPARED],
            separators=any(set(text) & set(SEPARATORS) for _, text in pictures),
            rng=rng,
        )

    @property
    def for_ranges(self) -> list[Line]:
        """Lines to measure the ranges of int8 on: one's own and drawn ones, as many of each."""
        own = [whole_line(picture) for picture, _ in self.pictures[: FOR_RANGES // 2]]
        return [*own, *(line for line, _ in self.rehearsed[: FOR_RANGES // 2])]

    def trained(self, shown: Progress) -> nn.Sequential:
        """Train a copy of the network; gives it as it was when it read the pictures held out best."""
        net = deepcopy(self.old)
        learner = Learner(net, OPTIONS)
        steps = int(np.clip(STEPS_PER_PICTURE * len(self.pictures), LEAST_STEPS, STEPS))
        shown.total, best = steps, (-1.0, net.state_dict())
        for step in range(steps):
            net.train()
            for layer in net.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
            learner.step(self._loss(net, step), step / steps, f"step {step + 1}")
            shown.update(1)
            if (step + 1) % (steps // LOOKS) == 0:
                with learner.average.in_place():
                    right = self.right_of(net, self.held_out)
                    if right >= best[0]:
                        best = right, {name: tensor.clone() for name, tensor in net.state_dict().items()}
        trained = deepcopy(self.old)
        trained.load_state_dict(best[1])
        return trained.eval()

    def _loss(self, net: nn.Sequential, step: int) -> Tensor:
        """Give the loss of some of one's own lines and of some drawn ones."""
        chosen = self.rng.integers(len(self.pictures), size=OWN).tolist()
        own = [_varied(self.pictures[place], self.rng) for place in chosen]
        own.sort(key=lambda example: example[0].shape[1])
        loss = torch.zeros(())
        for part in (own[: OWN // 2], own[OWN // 2 :]):
            [(images, targets)] = batches(part, step, len(part))
            logits = net(images.contiguous(memory_format=torch.channels_last))
            if not self.separators:
                logits = _without_separators(logits)
            loss = loss + OWN_WEIGHT / 2 * loss_of(logits, targets, ALPHABET)
        drawn = [self.rehearsed[place] for place in self.rng.integers(len(self.rehearsed), size=REHEARSED).tolist()]
        [(images, targets)] = batches(drawn, step, len(drawn))
        images = images.contiguous(memory_format=torch.channels_last)
        logits = net(images)
        with torch.no_grad():
            before = self.old(images).softmax(1)
        kept = F.kl_div(logits.log_softmax(1), before, reduction="none").sum((1, 2, 3)).mean()
        return loss + (1 - OWN_WEIGHT) * (loss_of(logits, targets, ALPHABET) + kept)

    def farthest(self, trained: nn.Sequential) -> tuple[nn.Sequential, float]:
        """Give the network between the old and the new that goes farthest and keeps what was known, and how far it is.

        Raises:
            ModelError: Drawn numbers are read worse however little changes.
        """
        before = self.right_of(self.old, self.compared)
        old, new = self.old.state_dict(), trained.state_dict()
        after = before
        for way in WAYS:
            net = deepcopy(self.old)
            net.load_state_dict(
                {
                    name: torch.lerp(old[name], new[name], way) if old[name].is_floating_point() else old[name]
                    for name in old
                }
            )
            after = self.right_of(net.eval(), self.compared)
            if after >= before - WORSE - ROUNDING:
                return net, way
        raise _suffers(Checked(DRAWN, len(self.compared), after, before))

    def right_of(self, net: nn.Sequential, lines: Sequence[LineExample]) -> float:
        """Give the share of lines that a network reads right."""
        net.eval()
        right = 0
        with torch.inference_mode():
            for line, target in lines:
                [(images, _)] = batches([(line, target)], 0, 1)
                columns = net(images).squeeze(2)[0].T.log_softmax(1)[: (line.shape[1] + 1) // 2].numpy()
                right += self._says(most_probable(columns, 1, ALPHABET), target)
        return right / len(lines)

    def right_by(self, recognizer: LineRecognizer, lines: Sequence[LineExample]) -> float:
        """Give the share of lines that a recogniser reads right."""
        columns = recognizer([line for line, _ in lines])
        told = (most_probable(each, 1, ALPHABET) for each in columns)
        return sum(self._says(texts, target) for texts, (_, target) in zip(told, lines, strict=True)) / len(lines)

    def _says(self, texts: Sequence[str], target: Sequence[str]) -> bool:
        text = texts[0].strip() if texts else ""
        return text in target if self.separators else without_separators(text) == without_separators(target[0])


def _drawn(count: int, rng: Generator) -> list[LineExample]:
    """Draw numbers in hands that are described, in MNIST's where it is on this machine, and in print."""
    try:
        mnist = load_examples("mnist", "train", offline=True)
        images = [(mnist.images, by_label(mnist.labels))]
    except DataError:
        images = []
    hands = Hands((), images, (), [font_path(name) for name in FONTS])
    drawn: list[LineExample] = []
    while len(drawn) < count:
        picture, text = draw_number(hands, rng)
        line = whole_line(picture)
        if line.shape[1] <= WIDEST:
            drawn.append((line, (text,)))
    return drawn


def _varied(number: NumberPicture, rng: Generator) -> LineExample:
    picture, text = number
    return whole_line(vary_picture(np.asarray(picture, np.uint8), rng)), (text,)


def _without_separators(logits: Tensor) -> Tensor:
    """Add the probability of the separators to that of the blank, `float32 (n, signs + 1, 1, w)`: they count not."""
    columns = logits.log_softmax(1)
    passed = [ALPHABET.index(sign) for sign in SEPARATORS]
    blank = columns[:, [*passed, len(ALPHABET)]].logsumexp(1, keepdim=True)
    kept = torch.ones(len(ALPHABET), dtype=torch.bool)
    kept[passed] = False
    signs = columns[:, :-1].masked_fill(~kept[None, :, None, None], -60.0)
    return torch.cat([signs, blank], 1)
