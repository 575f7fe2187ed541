"""A checkpoint goes on with its own run only."""

import dataclasses

import pytest
import torch

from tenfold.errors import ModelError, OptionError
from tenfold.learn.checkpoint import read_options
from tenfold.learn.precision import with_precision
from tenfold.learn.recipes import recipe
from tenfold.learn.training import train

QUICK = recipe("tutorial", epochs=3)


def test_a_checkpoint_of_other_options_is_refused_by_name(few, tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    train(*few, QUICK, checkpoint=checkpoint)
    assert read_options(checkpoint) == with_precision(QUICK, torch.device("cpu"))
    with pytest.raises(OptionError, match="was made with another batch_size, seed"):
        train(*few, dataclasses.replace(QUICK, seed=3, batch_size=64), checkpoint=checkpoint, resume=True)


def test_a_checkpoint_of_other_data_is_refused(few, tmp_path):
    checkpoint = tmp_path / "run.checkpoint"
    train(*few, QUICK, checkpoint=checkpoint)
    with pytest.raises(OptionError, match="was made on other data"):
        train(few[0][::-1], few[1], QUICK, checkpoint=checkpoint, resume=True)


@pytest.mark.parametrize("damage", [lambda content: content[:-50], lambda _: b"", lambda _: b"x" * 500])
def test_a_damaged_checkpoint_is_refused(few, tmp_path, damage):
    checkpoint = tmp_path / "run.checkpoint"
    train(*few, QUICK, checkpoint=checkpoint)
    checkpoint.write_bytes(damage(checkpoint.read_bytes()))
    with pytest.raises(ModelError, match="is damaged.*train from the start"):
        train(*few, QUICK, checkpoint=checkpoint, resume=True)


def test_no_checkpoint_is_refused(few, tmp_path):
    with pytest.raises(ModelError, match="no stopped run to resume"):
        train(*few, QUICK, checkpoint=tmp_path / "none", resume=True)
