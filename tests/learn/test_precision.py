"""The precision is what the processor says it can do, and a run keeps the one that it was started in."""

import dataclasses

import pytest
import torch

from tenfold.errors import OptionError
from tenfold.learn import precision
from tenfold.learn.checkpoint import read_options
from tenfold.learn.precision import bfloat16_pays, with_precision
from tenfold.learn.progress import TrainingProgress
from tenfold.learn.recipes import TrainingOptions, recipe
from tenfold.learn.training import train

CPU = torch.device("cpu")
AUTO = recipe("tutorial", epochs=3)


@pytest.fixture
def processor(monkeypatch):
    """Let the processor say that it has AMX, or that it has not, and who made it."""

    def say(amx: bool, vendor: str = "GenuineIntel") -> None:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True, "amx_bf16": amx})
        monkeypatch.setattr(precision, "_processor", lambda: f"vendor_id : {vendor}")

    return say


def weights(trained) -> dict[str, torch.Tensor]:
    return trained.network.state_dict()


def same(one, other) -> bool:
    return all(torch.equal(tensor, weights(other)[name]) for name, tensor in weights(one).items())


@pytest.mark.parametrize(("amx", "expected"), [(True, "bfloat16"), (False, "float32")])
def test_auto_asks_the_processor_and_the_same_seed_gives_the_same_weights(few, processor, amx, expected):
    processor(amx)
    first, second = train(*few, AUTO), train(*few, AUTO)
    assert first.options.precision == expected
    assert same(first, second)
    assert same(first, train(*few, dataclasses.replace(AUTO, precision=expected)))


@pytest.mark.parametrize("amx", [True, False])
def test_a_run_goes_on_in_the_precision_that_it_was_started_in(few, processor, monkeypatch, tmp_path, amx):
    processor(amx)
    whole = train(*few, AUTO)

    def pressing(self, number, seen, images, means):
        if number == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TrainingProgress, "step", pressing)
        assert not train(*few, AUTO, checkpoint=tmp_path / "run").finished
    assert read_options(tmp_path / "run") == whole.options
    processor(not amx)
    resumed = train(*few, AUTO, checkpoint=tmp_path / "run", resume=True)
    assert resumed.options == whole.options
    assert same(whole, resumed)


def test_a_run_in_another_precision_than_asked_for_is_refused(few, processor, tmp_path):
    processor(True)
    train(*few, dataclasses.replace(AUTO, epochs=1), checkpoint=tmp_path / "run")
    asked = dataclasses.replace(AUTO, epochs=1, precision="float32")
    with pytest.raises(OptionError, match="made with another precision"):
        train(*few, asked, checkpoint=tmp_path / "run", resume=True)


def test_what_is_said_is_done(processor):
    processor(True)
    assert with_precision(TrainingOptions(precision="float32"), CPU).precision == "float32"
    processor(False)
    assert with_precision(TrainingOptions(precision="bfloat16"), CPU).precision == "bfloat16"


def test_processors_of_amd_multiply_bfloat16_without_amx(processor, monkeypatch):
    processor(False, "AuthenticAMD")
    assert bfloat16_pays(CPU)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False, "amx_bf16": False})
    assert not bfloat16_pays(CPU)


def test_where_linux_says_nothing_the_platform_does(monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "CPU_INFO", tmp_path / "none")
    monkeypatch.setattr(precision.platform, "processor", lambda: "AMD64 Family 26 Model 2, AuthenticAMD")
    assert precision._processor().endswith("AuthenticAMD")


def test_without_word_from_the_processor_it_is_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not bfloat16_pays(CPU)
    assert not bfloat16_pays(torch.device("mps"))
