"""The network of what stands on a page learns, goes on where it was stopped, and answers as ONNX as it does here."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tenfold.draw.pieces import draw_piece
from tenfold.errors import OptionError
from tenfold.learn import drawing
from tenfold.learn import ink_kinds as module
from tenfold.learn.ink_kinds import network, to_onnx, train
from tenfold.model.engine import open_network


@pytest.fixture
def small(hands, monkeypatch):
    """A run of two short epochs, its pieces drawn in this process."""
    for name, value in {"PIECES": 4, "STEPS": 3, "_hands": lambda: hands}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(drawing, "ProcessPoolExecutor", lambda drawers, *_: ThreadPoolExecutor(drawers))
    return {"epochs": 2}


def weights(net):
    return torch.cat([values.flatten().float() for values in net.state_dict().values()])


def test_a_few_steps_make_the_loss_smaller(hands):
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    learner = module.Learner(network(), module.replace(module.OPTIONS, schedule="constant"))
    batch = module._batch([draw_piece(hands, rng) for _ in range(4)], rng)
    losses = [learner.step(module._loss(learner.network(batch[0]), *batch[1:]), 0.1, "a step") for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]


def test_a_stopped_run_goes_on_to_the_same_network(small, tmp_path, monkeypatch):
    whole, checkpoint, train_epoch = train(**small), tmp_path / "run.safetensors", module._train_epoch

    def stopped(learner, known, number, *rest):
        if number == 2:
            raise KeyboardInterrupt
        return train_epoch(learner, known, number, *rest)

    monkeypatch.setattr(module, "_train_epoch", stopped)
    with pytest.raises(KeyboardInterrupt):
        train(**small, checkpoint=checkpoint)
    monkeypatch.setattr(module, "_train_epoch", train_epoch)
    assert torch.equal(weights(train(**small, checkpoint=checkpoint)), weights(whole))
    with pytest.raises(OptionError, match="another seed"):
        train(**small, seed=1, checkpoint=checkpoint)


def test_the_command_writes_a_network_that_answers_as_it_does_here(small, tmp_path):
    app, out = module.typer.Typer(), tmp_path / "ink_kinds.onnx"
    app.command()(module.main)
    done = CliRunner().invoke(app, ["--out", str(out), "--epochs", "2"])
    assert (done.exit_code, done.stdout.strip()) == (0, str(out))
    assert [file.name for file in Path(tmp_path).iterdir()] == [out.name]
    dark = np.random.default_rng(0).integers(0, 256, (1, 64, 96), dtype=np.uint8)
    net = train(**small)
    assert out.read_bytes() == to_onnx(net)
    kinds, turns = open_network(out.read_bytes(), threads=1, source=out.name).run(["kinds", "turns"], dark)
    logits = net(torch.from_numpy(dark).float()[:, None] / 255)
    assert np.allclose(kinds, logits[:, :4].softmax(1).detach(), atol=1e-5)
    assert np.allclose(turns, logits[:, 4:].log_softmax(1).detach(), atol=1e-4)
