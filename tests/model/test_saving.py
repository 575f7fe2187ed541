"""A model folder is written whole or not at all, whatever happens in between."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from forging import parts

from tenfold.errors import ModelError
from tenfold.model.folder import load_model
from tenfold.model.saving import save_model


def test_the_current_folder_is_never_replaced(model_copy, monkeypatch):
    whole = parts(model_copy)
    monkeypatch.chdir(model_copy)
    for place in (".", ".."):
        with pytest.raises(ModelError, match="is the current folder or holds it"):
            save_model(place, **whole)


def test_a_link_to_a_model_stays_a_link(model_copy, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(model_copy)
    save_model(link, **parts(link))
    assert link.is_symlink()
    load_model(model_copy)


def test_an_older_model_is_replaced_and_nothing_is_left_over(model_copy, tmp_path):
    made = save_model(model_copy, **parts(model_copy))
    assert made(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


def test_a_folder_with_other_things_in_it_is_left_alone(model_copy, tmp_path):
    theirs = tmp_path / "thesis"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelError, match="exists and is no model folder; nothing was written"):
        save_model(theirs, **parts(model_copy))
    assert (theirs / "thesis.txt").read_text() == "years of work"


def test_answers_that_are_not_finite_are_never_saved(model_copy, tmp_path):
    import onnx
    from onnx import numpy_helper

    whole = parts(model_copy)
    graph = onnx.load_from_string(whole["onnx"])
    for tensor in graph.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim == 2:
            tensor.CopyFrom(numpy_helper.from_array(values * np.float32("nan"), tensor.name))
    with pytest.raises(ModelError, match="not finite; nothing was written"):
        save_model(tmp_path / "broken", **(whole | {"onnx": graph.SerializeToString()}))
    assert not (tmp_path / "broken").exists()


def test_a_place_that_cannot_be_written_is_a_clear_error(model_copy):
    with pytest.raises(ModelError, match="cannot write the model folder"):
        save_model("/proc/tenfold-model", **parts(model_copy))


def test_a_model_taken_away_by_a_process_that_died_is_put_back(model_copy):
    model_copy.rename(model_copy.with_name(".model.old-0123abcd"))
    load_model(model_copy)
    assert [entry.name for entry in model_copy.parent.iterdir()] == ["model"]


SAVE = """
import sys
import numpy as np
from tenfold.model.folder import load_model
from tenfold.model.saving import save_model
source, target, times = sys.argv[1:]
model = load_model(source)
whole = dict(onnx=model.content("model.onnx"), weights=model.content("model.safetensors"))
for _ in range(int(times)):
    save_model(target, model.info, golden=np.zeros((2, 28, 28), np.uint8), **whole)
    print("saved", flush=True)
"""


def saving(source: Path, target: Path, times: int) -> subprocess.Popen:
    """Start a process that saves a model over and over."""
    command = [sys.executable, "-c", SAVE, str(source), str(target), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_kill_in_the_middle_of_writing_leaves_a_whole_model(model_copy, tmp_path):
    target = tmp_path / "target"
    for _ in range(5):
        process = saving(model_copy, target, times=10_000)
        assert [process.stdout.readline() for _ in range(2)] == ["saved\n"] * 2
        process.send_signal(signal.SIGKILL)
        process.communicate()
        load_model(target)


def test_two_processes_that_save_at_once_leave_a_whole_model(model_copy, tmp_path):
    target = tmp_path / "target"
    processes = [saving(model_copy, target, times=20) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    load_model(target)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


@pytest.mark.parametrize("number", [errno.EXDEV, errno.ESTALE, errno.EIO])
@pytest.mark.parametrize("works", [0, 1])
def test_a_name_that_cannot_be_given_leaves_the_older_model(model_copy, tmp_path, monkeypatch, number, works):
    whole, renamed = parts(model_copy), []
    rename = os.rename

    def breaking(source, target):
        renamed.append(target)
        if len(renamed) == works + 1:
            raise OSError(number, os.strerror(number))
        rename(source, target)

    monkeypatch.setattr(os, "rename", breaking)
    with pytest.raises(ModelError, match=f"cannot write the model folder .*: {os.strerror(number)}"):
        save_model(model_copy, **whole)
    load_model(model_copy)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


def test_an_older_model_that_cannot_be_put_back_at_once_is_put_back_later(model_copy, tmp_path, monkeypatch):
    whole, rename = parts(model_copy), os.rename

    def breaking(source, target):
        if Path(source) != model_copy:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        rename(source, target)

    monkeypatch.setattr(os, "rename", breaking)
    with pytest.raises(ModelError, match="cannot write the model folder"):
        save_model(model_copy, **whole)
    monkeypatch.undo()
    load_model(model_copy)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]
