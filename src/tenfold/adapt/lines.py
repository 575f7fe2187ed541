"""A line recogniser adapted to labelled pictures of whole numbers of one's own, in minutes and with PyTorch."""

import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.random import Generator
from torch import nn

from tenfold.adapt.digits import FEWEST
from tenfold.adapt.last_layer import Examples, LastLayer, refit
from tenfold.adapt.own import NumberPicture
from tenfold.arrays import SEPARATORS, Features, Line, without_separators
from tenfold.data.datasets import load_examples
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.line_examples import LineExample
from tenfold.draw.numbers import draw_number
from tenfold.draw.snapshots import vary_picture
from tenfold.draw.writers import Hands, by_label
from tenfold.errors import DataError, ModelError
from tenfold.learn.learner import Learner
from tenfold.learn.line_network import ALPHABET, FEATURES, GatedPair, LineNet, lines_from_onnx, lines_to_onnx
from tenfold.learn.lines import LINE_OPTIONS, WIDEST, batches, loss_of
from tenfold.learn.quantize import lines_to_int8
from tenfold.model.evaluate import Checked
from tenfold.model.folder import LINES_FILE, Model
from tenfold.model.line_recognizer import WIDTHS, LineNetwork, LineRecognizer
from tenfold.model.promise import NUMBERS, PICTURES, without_answers
from tenfold.model.saving import save_again
from tenfold.page.free import FreeRow, whole_row
from tenfold.page.paper import even_out
from tenfold.picture.decode import Grey
from tenfold.progress import Progress
from tenfold.read.ctc import most_probable

__all__ = ["AdaptedLines", "adapt_lines"]

Tensor: TypeAlias = torch.Tensor

DRAWN = "drawn numbers"
"""What the gate is shut for, and what old and new are compared on."""

MEMBERS = 3
"""Networks that are trained on one after another, each on other changes of one's own pictures; their average counts.

Source:
    Wortsman et al. 2022, "Model soups".
"""

HELD_OUT = 0.15
"""Share of one's own pictures that a member does not learn from, others for each: they say how good the result is."""

STEPS, LEAST_STEPS, STEPS_PER_PICTURE = 200, 30, 0.6
"""Steps that each member is trained for: most, least, and how many for each picture; docs/log.md, "Adapting"."""

BATCH = 24
"""Lines that a step learns from, in two batches of about the same width each."""

AGAIN = 0.5
"""Share of the lines that are shown as the reader sees them where it looks again."""

DRAWN_LINES, COMPARED, FOR_RANGES = 600, 600, 200
"""Drawn lines that the gate learns to be shut for, others that old and new are compared on, and those of all for the
ranges of int8."""

OPTIONS = replace(LINE_OPTIONS, learning_rate=3e-4, weight_decay=0.0, ema=0.98, precision="float32")
"""A seventh of the rate of training from the start, the average over the last tens of steps."""

PULL = 3.0
"""Precision of the gate's prior, which is the gate before, or none; docs/log.md, "Adapting"."""

WORSE, ROUNDING = 0.01, 1e-9
"""How much worse, as a share of the lines, drawn numbers may be read; and what floats add to that."""

SHUT_BY = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How much less the gate's logit may be made, the least first: as little as the old knowledge allows."""


@dataclass(frozen=True)
class AdaptedLines:
    """What adapting did.

    Attributes:
        folder: The new model.
        own: One's own pictures, about half of them, each asked of a network that did not learn from it, beside the old.
        known: Drawn numbers that were not learned from.
        seconds: How long it took.
        separators: Whether the texts have points, commas, slashes and the like; where none has, these count neither
            way.
        dropped: The promises about error that no longer hold: `pictures` and `numbers`, where there were any.
    """

    folder: Path
    own: Checked
    known: Checked
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
    """Write a model again so that it reads one's own numbers better: a second line recogniser stands beside its own.

    The second one begins as the first and learns from one's own pictures alone, each shown a little otherwise every
    time; statistics of batch normalisation stay as they are. A gate learns to tell lines of one's own from drawn ones
    and leaves the latter to the first recogniser, which stays as it was. A model that was adapted before has both
    already: its second one learns on, and its gate stays near to what it was.

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
        net, own_after, own_before = run.trained(shown)
        own = Checked(data, MEMBERS * run.left_out, own_after, own_before)
        pair = GatedPair(run.known, net).eval()
        run.fit_gate(pair)
        before = run.right_by(model.content(LINES_FILE), run.compared)
        open_by = pair.gate.bias.item()
        for shut_by in SHUT_BY:
            nn.init.constant_(pair.gate.bias, open_by - shut_by)
            written = lines_to_int8(lines_to_onnx(pair), run.for_ranges)
            known = Checked(DRAWN, len(run.compared), run.right_by(written, run.compared), before)
            if known.accuracy >= before - WORSE - ROUNDING:
                break
        else:
            raise _suffers(known)
    if own.accuracy < own_before:
        raise ModelError(
            f"{data or 'the pictures'} would not be read better: of {own.n} {own_before:.1%} were right before and "
            f"{own.accuracy:.1%} by a network that did not learn from them; nothing was written. More pictures may "
            "help, or texts are wrong"
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
    return AdaptedLines(Path(folder), own, known, time.perf_counter() - started, run.separators, dropped)


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
        old: The network before, or the two.
        pictures: One's own pictures, in random order.
        rehearsed: Drawn lines that the gate learns to be shut for.
        compared: Other drawn lines.
        separators: Whether the texts have separators.
        rng: Decides all that is random.
    """

    old: LineNet
    pictures: Sequence[NumberPicture]
    rehearsed: Sequence[LineExample]
    compared: Sequence[LineExample]
    separators: bool
    rng: Generator

    @classmethod
    def of(cls, model: Model, pictures: Sequence[NumberPicture], rng: Generator) -> "_Run":
        if model.alphabet != ALPHABET:
            raise ModelError(f"{model.info.name} has no line recogniser that can be trained on")
        order = rng.permutation(len(pictures)).tolist()
        drawn = _drawn(DRAWN_LINES + COMPARED, rng)
        return cls(
            old=lines_from_onnx(model.content(LINES_FILE)),
            pictures=[pictures[place] for place in order],
            rehearsed=drawn[COMPARED:],
            compared=drawn[:COMPARED],
            separators=any(set(text) & set(SEPARATORS) for _, text in pictures),
            rng=rng,
        )

    @property
    def known(self) -> nn.Sequential:
        """The network that knows all but one's own lines."""
        return self.old.known if isinstance(self.old, GatedPair) else self.old

    @property
    def for_ranges(self) -> list[Line]:
        """Lines to measure the ranges of int8 on: one's own and drawn ones, as many of each."""
        own = [_row(picture).line for picture, _ in self.pictures[: FOR_RANGES // 2]]
        return [*own, *(line for line, _ in self.rehearsed[: FOR_RANGES // 2])]

    @property
    def left_out(self) -> int:
        """How many of one's own pictures each copy does not learn from."""
        return max(1, round(HELD_OUT * len(self.pictures)))

    def trained(self, shown: Progress) -> tuple[nn.Sequential, float, float]:
        """Train copies of the network that knows one's own lines best.

        Returns:
            The average of the copies; of the pictures that each did not learn from the share that it and the known
            network read right together; and the share that was read right before.
        """
        start, old = self.old.own if isinstance(self.old, GatedPair) else self.old, lines_to_onnx(self.old)
        steps = int(np.clip(STEPS_PER_PICTURE * len(self.pictures), LEAST_STEPS, STEPS))
        shown.total, members, right, before = MEMBERS * steps, [], [], []
        for first in range(0, MEMBERS * self.left_out, self.left_out):
            last = first + self.left_out
            held_out = [(_row(picture).line, (text,)) for picture, text in self.pictures[first:last]]
            net = self._member(deepcopy(start), [*self.pictures[:first], *self.pictures[last:]], steps, shown)
            right.append(self.right_by(lines_to_onnx(GatedPair(self.known, net).eval()), held_out))
            before.append(self.right_by(old, held_out))
            members.append(net.state_dict())
        averaged = deepcopy(start)
        averaged.load_state_dict(
            {
                name: sum(member[name] for member in members) / MEMBERS if weights.is_floating_point() else weights
                for name, weights in start.state_dict().items()
            }
        )
        return averaged.eval(), fmean(right), fmean(before)

    def _member(
        self, net: nn.Sequential, pictures: Sequence[NumberPicture], steps: int, shown: Progress
    ) -> nn.Sequential:
        learner = Learner(net, OPTIONS)
        net.train()
        for layer in net.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        for step in range(steps):
            learner.step(self._loss(net, pictures, step), step / steps, f"step {step + 1}")
            shown.update(1)
        learner.average.apply()
        return net

    def _loss(self, net: nn.Sequential, pictures: Sequence[NumberPicture], step: int) -> Tensor:
        """Give the loss of some lines."""
        own = [_varied(pictures[place], self.rng) for place in self.rng.integers(len(pictures), size=BATCH).tolist()]
        loss = torch.zeros(())
        for images, targets in batches(own, step, BATCH // 2):
            logits = net(images.contiguous(memory_format=torch.channels_last))
            if not self.separators:
                logits = _without_separators(logits)
            loss = loss + loss_of(logits, targets, ALPHABET) / 2
        return loss

    def fit_gate(self, pair: GatedPair) -> None:
        """Let the gate tell one's own lines from drawn ones, near to what it was."""
        before = np.zeros((2, FEATURES + 1))
        if isinstance(self.old, GatedPair):
            before[1] = [*self.old.gate.weight[0].tolist(), self.old.gate.bias.item()]
        kinds = [line for line, _ in self.rehearsed], [_row(picture).line for picture, _ in self.pictures]
        examples = [
            Examples(
                np.stack([_features(pair, line) for line in lines]),
                np.tile(np.eye(2)[kind], (len(lines), 1)),
                len(self.rehearsed),
            )
            for kind, lines in enumerate(kinds)
        ]
        fitted = refit(LastLayer(before, ("", "")), examples, PULL).weights
        weights = torch.from_numpy(fitted[1] - fitted[0])
        pair.gate.load_state_dict({"weight": weights[None, :-1], "bias": weights[-1:]})

    def right_by(self, content: bytes, lines: Sequence[LineExample]) -> float:
        """Give the share of lines that a network's file reads right."""
        recognizer = LineRecognizer(LineNetwork(ALPHABET, content), threads=None, source="the line recogniser")
        told = (most_probable(each, 1, ALPHABET) for each in recognizer([line for line, _ in lines]))
        return fmean(self._says(texts, target) for texts, (_, target) in zip(told, lines, strict=True))

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
        line = _row(picture).line
        if line.shape[1] <= WIDEST:
            drawn.append((line, (text,)))
    return drawn


def _features(pair: GatedPair, line: Line) -> Features:
    """Give what the gate sees of a line, `float32 (256,)`."""
    images = torch.from_numpy(np.pad(line, ((0, 0), (0, -line.shape[1] % WIDTHS)))[None, None]).float() / 255
    with torch.inference_mode():
        features: Features = pair.features(images)[0].numpy()
    return features


def _row(picture: Grey) -> FreeRow:
    """Give a picture of one number as the reader sees it."""
    return whole_row(picture, even_out(picture))


def _varied(number: NumberPicture, rng: Generator) -> LineExample:
    picture, text = number
    row = _row(vary_picture(np.asarray(picture, np.uint8), rng))
    again = row.looked_at_again() if rng.random() < AGAIN else ()
    return (again[rng.integers(len(again))] if again else row.line), (text,)


def _without_separators(logits: Tensor) -> Tensor:
    """Add the probability of the separators to that of the blank, `float32 (n, signs + 1, 1, w)`: they count not."""
    columns = logits.log_softmax(1)
    passed = [ALPHABET.index(sign) for sign in SEPARATORS]
    blank = columns[:, [*passed, len(ALPHABET)]].logsumexp(1, keepdim=True)
    kept = torch.ones(len(ALPHABET), dtype=torch.bool)
    kept[passed] = False
    signs = columns[:, :-1].masked_fill(~kept[None, :, None, None], -60.0)
    return torch.cat([signs, blank], 1)
