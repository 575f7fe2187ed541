"""The line recogniser learns, and goes on where it was stopped or from another."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tenfold.draw.line_examples import LineSources, as_line
from tenfold.draw.lines import LineGlyphs, draw_line
from tenfold.errors import FetchError, ModelError, OptionError
from tenfold.learn import drawing
from tenfold.learn import lines as lines_module
from tenfold.learn.learner import Learner
from tenfold.learn.line_network import ALPHABET, GatedPair, lines_to_onnx, network
from tenfold.learn.lines import LINE_OPTIONS, batches, loss_of, train
from tenfold.learn.quantize import lines_to_int8


@pytest.fixture(scope="module")
def lines(mnist):
    rng = np.random.default_rng(0)
    glyphs = LineGlyphs.gather(mnist.x_train[:500], mnist.y_train[:500], rng)
    strips = [draw_line(glyphs, rng) for _ in range(128)]
    return [(as_line(strip, 1.5), (text,)) for strip, text in strips]


def test_batches_hold_lines_of_about_the_same_width(lines):
    made = list(batches(lines, 0, 64))
    assert [len(images) for images, _ in made] == [64, 64]
    for images, targets in made:
        assert images.shape[1:3] == (1, 48)
        assert images.shape[3] % 16 == 0
        assert 0 <= float(images.min()) <= float(images.max()) <= 1
        assert len(targets) == 64
    widths = sorted(images.shape[3] for images, _ in made)
    assert widths[0] < sorted(line.shape[1] for line, _ in lines)[64] + 16


@pytest.mark.parametrize(("count", "sizes"), [(128, [50, 50, 50]), (100, [50, 50]), (30, [30]), (0, [])])
def test_no_line_is_passed_over_and_batches_are_full(lines, count, sizes):
    numbered = [(line, (str(number),)) for number, (line, _) in enumerate(lines[:count])]
    made = list(batches(numbered, 0, 50))
    assert [len(images) for images, _ in made] == sizes
    assert {text for _, targets in made for (text,) in targets} == set(map(str, range(count)))


def test_the_seed_orders_the_batches(lines):
    orders = [[images.shape[3] for images, _ in batches(lines, seed, 16)] for seed in (0, 0, 1, 2)]
    assert orders[0] == orders[1]
    assert len(set(map(tuple, orders))) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}


def columns(text, alphabet, width, sure=9.0):
    """Logits of a network that reads a text: a sign in every second column, blanks between and behind."""
    logits = torch.zeros(1, len(alphabet) + 1, 1, width)
    signs = [alphabet.index(text[place // 2]) if place % 2 and place // 2 < len(text) else -1 for place in range(width)]
    logits[0, signs, 0, range(width)] = sure
    return logits


def test_the_loss_is_small_for_what_is_read_and_large_for_all_else():
    logits = columns("12.5", ALPHABET, 20)
    assert loss_of(logits, [("12.5",)], ALPHABET) < 0.1
    assert loss_of(logits, [("125",)], ALPHABET) > 5
    assert loss_of(logits, [("",)], ALPHABET) > 5


def test_where_a_line_may_say_several_texts_their_probabilities_are_added():
    logits = torch.randn(1, 20, 1, 12, generator=torch.Generator().manual_seed(0))
    alone = [loss_of(logits, [(text,)], ALPHABET) for text in ("1.5", "1,5")]
    both = loss_of(logits, [("1.5", "1,5")], ALPHABET)
    assert float(both) == pytest.approx(-math.log(sum(math.exp(-loss) for loss in alone)), rel=1e-5)


def test_a_batch_has_the_mean_loss_of_its_lines_whatever_else_is_in_it():
    logits = torch.randn(3, 20, 1, 12, generator=torch.Generator().manual_seed(1), requires_grad=True)
    targets = [("1.5", "1,5"), ("7",), ("",)]
    each = [loss_of(logits[place : place + 1], [target], ALPHABET) for place, target in enumerate(targets)]
    loss = loss_of(logits, targets, ALPHABET)
    assert torch.allclose(loss, torch.stack(each).mean())
    [gradient] = torch.autograd.grad(loss, [logits])
    assert gradient.isfinite().all()
    assert (gradient.abs().sum((1, 2, 3)) > 0).all()


def test_signs_are_numbered_by_the_alphabet():
    logits = columns("12", "0123456789", 12)
    mirrored = logits[:, [*range(9, -1, -1), 10]]
    losses = [loss_of(mirrored, [("12",)], "9876543210"), loss_of(logits, [("12",)], "0123456789")]
    assert torch.allclose(*losses, rtol=1e-3)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_few_steps_make_the_loss_smaller(lines, precision):
    torch.manual_seed(0)
    learner = Learner(network(len(ALPHABET)), replace(LINE_OPTIONS, schedule="constant", precision=precision))
    images, targets = min(batches(lines, 0, 8), key=lambda batch: batch[0].shape[3])
    losses = []
    for step in range(6):
        with learner.autocast():
            logits = learner.network(images).float()
        losses.append(learner.step(loss_of(logits, targets, ALPHABET), step / 6, f"step {step}"))
    assert losses[-1] < 0.5 * losses[0]


@pytest.fixture
def small(lines, monkeypatch):
    """A run of four short epochs, its lines drawn in this process from those at hand."""
    monkeypatch.setattr(lines_module, "PER_CHUNK", 2)
    monkeypatch.setattr(lines_module, "CHUNKS_PER_EPOCH", 2)
    monkeypatch.setattr(lines_module, "MEASURED", 16)
    monkeypatch.setattr(drawing, "ProcessPoolExecutor", lambda drawers, *_: ThreadPoolExecutor(drawers))
    narrow = [example for example in lines if example[0].shape[1] <= 112]
    sources = SimpleNamespace(draw=lambda count, rng: [narrow[each] for each in rng.integers(len(narrow), size=count)])
    monkeypatch.setattr(LineSources, "gather", lambda rng: sources)
    lines_module._sources.cache_clear()
    return {"count": 7 * 8, "options": replace(LINE_OPTIONS, batch_size=4, precision="float32")}


def weights(net):
    return torch.cat([values.flatten().float() for values in net.state_dict().values()])


def test_the_same_seed_trains_the_same_network(small):
    first, again, other = (weights(train(**small, seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_stopped_run_goes_on_to_the_same_network(small, tmp_path, monkeypatch):
    whole, checkpoint = train(**small), tmp_path / "run.safetensors"
    train_epoch = lines_module._train_epoch

    def stopped(learner, drawn, number, *rest, **named):
        if number == 3:
            raise KeyboardInterrupt
        return train_epoch(learner, drawn, number, *rest, **named)

    monkeypatch.setattr(lines_module, "_train_epoch", stopped)
    with pytest.raises(KeyboardInterrupt):
        train(**small, checkpoint=checkpoint)
    monkeypatch.setattr(lines_module, "_train_epoch", train_epoch)
    assert torch.equal(weights(train(**small, checkpoint=checkpoint)), weights(whole))
    assert torch.equal(weights(train(**small, checkpoint=checkpoint)), weights(whole))  # nothing is left to do
    with pytest.raises(OptionError, match="made on other data"):
        train(**{**small, "count": 8 * 8}, checkpoint=checkpoint)


def test_a_run_that_starts_from_a_network_is_another_from_its_first_step(small, tmp_path):
    start = lines_to_int8(lines_to_onnx(train(**small)), [np.zeros((48, 40), np.uint8)])
    further = train(**small, start=start)
    assert torch.equal(weights(further), weights(train(**small, start=start)))
    assert not torch.equal(weights(further), weights(train(**small)))
    checkpoint = tmp_path / "run.safetensors"
    train(**small, checkpoint=checkpoint)
    with pytest.raises(OptionError, match="made on other data"):
        train(**small, checkpoint=checkpoint, start=start)


def test_an_adapted_network_is_not_trained_on(small):
    net = network(len(ALPHABET)).eval()
    start = lines_to_int8(lines_to_onnx(GatedPair(net, net)), [np.zeros((48, 40), np.uint8)])
    with pytest.raises(ModelError, match="adapted to someone's own pictures: go on from the model before that"):
        train(**small, start=start)


def test_progress_tells_epochs_and_the_loss(small, capfd):
    train(**small, progress=True)
    told = capfd.readouterr().err
    assert all(f"\n  {number}/4 " in told for number in range(1, 5))


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    lines_module._sources.cache_clear()
    for variable in ("TENFOLD_HOME", "TENFOLD_DATA"):
        monkeypatch.setenv(variable, str(tmp_path))


def test_a_missing_set_is_named_by_the_process_that_draws(nowhere):
    with pytest.raises(FetchError, match="weather-cells is not on this machine"):
        train(count=64)


def test_the_command_says_what_is_missing_without_a_traceback(nowhere, monkeypatch, tmp_path):
    app = lines_module.typer.Typer()
    app.command()(lines_module.main)
    monkeypatch.setattr(lines_module, "load_model", lambda folder: SimpleNamespace())
    done = CliRunner().invoke(app, ["--model", str(tmp_path / "reader"), "--lines", "64"])
    assert done.exit_code == 1
    assert "weather-cells is not on this machine" in done.stderr
    assert "Traceback" not in done.stderr
