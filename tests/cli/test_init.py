"""The commands together: help, version, wrong usage."""

import re
import signal
import subprocess
import sys

import pytest
from PIL import Image
from typer.main import get_command
from typer.testing import CliRunner

import tenfold
from tenfold.cli import app

VERBS = sorted(get_command(app).commands)


def test_no_command_shows_help_with_every_verb(command):
    result = command()
    assert all(verb in result.out + result.err for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(command, verb):
    result = command(verb, "--help")
    assert result.status == 0
    assert "Usage" in result.out


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_fits_80_columns_without_cut_words(command, verb):
    told = command(verb, "--help", COLUMNS="80", TERM="dumb").out
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told.replace("A,B,…", "")
    assert all(line.count("<") == line.count(">") for line in told.splitlines())  # no choice goes on in the next line
    words = set(re.sub("[│,]", " ", told).split())
    for option in get_command(app).commands[verb].params:
        flags = [f"--[no-]{option.opts[0][2:]}"] if option.secondary_opts else option.opts
        if option.param_type_name == "option":
            assert {*flags} <= words


def test_the_version_is_told(command):
    assert command("--version").out == f"tenfold {tenfold.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--optimizer", "sgdd"], "'adam', 'adamw', 'sgd', 'nesterov', 'rmsprop'"),
        (["train", "--recipe", "slow"], "unknown recipe 'slow'; allowed: auto, tutorial, fast"),
        (["train", "--hidden", "128;128"], "--hidden must be whole numbers with commas between"),
        (["train", "--epochs", "0"], "epochs must be a whole number, at least 1, got 0"),
        (["train", "--metrics", "accuracy,f1"], "unknown metrics 'f1'"),
        (["train", "--device", "gpu9", "--quiet"], "device 'gpu9' is not to be had on this machine"),
        (["train", "--resume", "--learning-rate", "0.1"], "leave out --learning-rate"),
        (["train", "--resume", "--restart"], "give one of them"),
        (["predict"], "expected pictures, or --data"),
        (["pedict"], "No such command 'pedict'"),
        (["export", "model", "--format", "pickle"], "'onnx', 'float32', 'int8', 'lines', 'safetensors'"),
    ],
)
def test_wrong_usage_is_one_clear_message_and_status_2(command, arguments, message):
    result = command(*arguments, NO_COLOR="1", TERM="dumb", COLUMNS="200")
    assert result.status == 2
    assert message in result.err
    assert "Traceback" not in result.err


def test_a_missing_model_is_one_line_without_a_traceback(command, pictures):
    result = command("predict", "pictures/0.png", "--model", "nowhere")
    assert result.status == 1
    assert result.err.startswith("tenfold: no model at nowhere")
    assert len(result.err.splitlines()) == 1


def test_data_that_is_not_there_is_one_line(command, model):
    result = command("evaluate", model.folder, "--data", "minst")
    assert result.status == 1
    assert "mnist" in result.err
    assert "Traceback" not in result.err


def test_ctrl_c_that_an_import_turned_into_another_error_is_ctrl_c(monkeypatch):
    def load(*_):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise ImportError("initialization failed") from error

    monkeypatch.setattr("tenfold.model.folder.load_model", load)
    result = CliRunner().invoke(app, ["info"])
    assert result.exit_code == 130
    assert result.stderr == "tenfold: interrupted\n"


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        (["--version"], "shlex"),
        (["--version"], "typer.models"),
        (["predict", "0.png"], "tenfold.cli.train"),
        (["predict", "0.png"], "numpy.linalg"),
        (["predict", "0.png"], "onnxruntime.capi"),
        (["train", "--out", "mine"], "numpy.linalg"),
        (["train", "--out", "mine"], "torch.types"),
        (["train", "--out", "mine"], "torch.nn"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_ctrl_c_while_it_loads_is_one_line(arguments, module, tmp_path, mnist, heeding_ctrl_c):
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "0.png")
    command = [sys.executable, "-X", "importtime", "-m", "tenfold", *arguments]
    told = ""
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heeding_ctrl_c
    ) as process:
        for line in process.stderr:
            told += line
            if line.startswith("import time:") and line.split("|")[-1].strip() == module:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    told = re.sub("import time:.*\n", "", told)  # another thread may load on in the middle of a line
    assert re.fullmatch("tenfold: interrupted.*\n", told)
