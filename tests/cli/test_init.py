"""The commands together: help, version, wrong usage."""

import pytest

import tenfold

VERBS = ["fetch", "train", "evaluate", "calibrate", "predict", "read", "info", "serve", "export", "demo"]


def test_no_command_shows_help_with_every_verb(command):
    result = command()
    assert all(verb in result.out + result.err for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(command, verb):
    result = command(verb, "--help")
    assert result.status == 0
    assert "Usage" in result.out


def test_the_version_is_told(command):
    assert command("--version").out == f"tenfold {tenfold.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--optimizer", "sgdd"], "'adam', 'adamw', 'sgd', 'nesterov', 'rmsprop'"),
        (["train", "--recipe", "slow"], "unknown recipe 'slow'; allowed: tutorial, fast"),
        (["train", "--hidden", "128;128"], "--hidden must be whole numbers with commas between"),
        (["train", "--epochs", "0"], "epochs must be a whole number, at least 1, got 0"),
        (["train", "--metrics", "accuracy,f1"], "unknown metrics 'f1'"),
        (["train", "--device", "gpu9", "--quiet"], "device 'gpu9' is not to be had on this machine"),
        (["train", "--resume", "--epochs", "3"], "leave out epochs"),
        (["train", "--resume", "--restart"], "give one of them"),
        (["predict"], "Missing argument"),
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
