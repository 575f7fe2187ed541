"""The commands as a user types them: a process of its own each, in an empty folder."""

import json
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import tenfold

VERBS = ["fetch", "train", "evaluate", "calibrate", "predict", "read", "info", "serve", "export", "demo"]


@pytest.fixture(scope="session")
def own(mnist, tmp_path_factory):
    """A user's own data: 500 images in a CSV file."""
    path = tmp_path_factory.mktemp("own") / "own.csv"
    tenfold.save_examples(mnist.x_test[:500], mnist.y_test[:500], path)
    return path


@pytest.fixture
def pictures(mnist, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(4):
        Image.fromarray(mnist.x_test[index]).save(folder / f"{index}.png")
    return folder


def test_no_command_shows_help_with_every_verb(command):
    result = command()
    assert all(verb in result.out + result.err for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(command, verb):
    result = command(verb, "--help")
    assert result.status == 0
    assert "Usage" in result.out


def test_the_help_of_training_shows_every_option_with_its_default(command):
    from tenfold.learn.recipes import OPTIONS

    shown = command("train", "--help", NO_COLOR="1", TERM="dumb", COLUMNS="200").out
    for name in OPTIONS:
        assert f"--{name.replace('_', '-')} " in shown
    assert shown.count("[default: ") == len(OPTIONS) + 3
    assert "(nesterov)" in shown
    assert "defaults of tutorial; other recipes differ" in shown
    assert "--no-int8" in shown


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
        (["export", "model", "--format", "pickle"], "'onnx', 'float32', 'int8', 'safetensors'"),
    ],
)
def test_wrong_usage_is_one_clear_message_and_status_2(command, arguments, message):
    result = command(*arguments, NO_COLOR="1", TERM="dumb", COLUMNS="200")
    assert result.status == 2
    assert message in result.err
    assert "Traceback" not in result.err


def test_training_evaluating_predicting_exporting(command, own, pictures, tmp_path):
    result = command("train", "--data", own, "--out", "mine", "--epochs", 8, "--batch-size", 16, "--learning-rate", 0.1)
    assert result.status == 0, result.err
    assert "epoch 8/8" in result.err
    assert "next: tenfold predict picture.png --model mine" in result.out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine", "pictures"]

    result = command("evaluate", "mine", "--data", own, "--json", "--report", "report")
    scores = json.loads(result.out)
    assert scores["n"] == 500
    assert scores["accuracy"] > 0.9
    assert scores["interval"][0] < scores["accuracy"] < scores["interval"][1]
    assert np.sum(scores["confusion"]) == 500
    assert (tmp_path / "report" / "report.html").is_file()
    assert scores["refused"] == {}
    assert "accuracy  " in command("evaluate", "mine", "--data", own).out

    result = command("calibrate", "mine", "--data", own, "--split", "train", "--out", "calibrated")
    assert result.status == 0, result.err
    assert "own.csv: 500 images" in result.out
    assert "no promise: it takes at least 2,995 images" in result.out
    result = command("evaluate", "calibrated", "--data", own, "--max-error", 0.01, "--json")
    assert json.loads(result.out)["refused"].keys() <= {"uncertain"}

    assert command("calibrate", "mine").status == 2

    result = command("predict", "pictures", "--model", "mine", "--json")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["file"] for answer in answers] == [f"pictures/{index}.png" for index in range(4)]
    assert answers[0]["digit"] == "7"
    assert set(answers[0]) == {"file", "digit", "probability", "probabilities", "accepted", "reason", "steps"}

    info = json.loads(command("info", "mine", "--json").out)
    assert info["options"]["epochs"] == 8
    assert "weights" in command("info", "mine").out

    result = command("export", "mine", "--format", "safetensors")
    assert (tmp_path / "mine.safetensors").read_bytes() == (tmp_path / "mine" / "model.safetensors").read_bytes()
    assert result.out.startswith("mine.safetensors: ")
    assert command("export", "mine", "--out", "net/work.onnx").status == 0
    assert (tmp_path / "net" / "work.onnx").is_file()
    assert command("export", "mine", "--format", "float32").out.startswith("mine.float32.onnx: ")
    assert (tmp_path / "mine.float32.onnx").read_bytes() == (tmp_path / "mine" / "model.onnx").read_bytes()
    result = command("export", "mine", "--format", "int8", "--data", own)
    assert result.err == ""
    assert (tmp_path / "mine.int8.onnx").stat().st_size < 0.4 * (tmp_path / "net" / "work.onnx").stat().st_size


def test_an_ensemble_is_one_model(command, own):
    result = command("train", "--data", own, "--out", "three", "--epochs", 1, "--ensemble", 3, "--json")
    assert result.status == 0, result.err
    assert "epoch 3/3" in result.err
    info = json.loads(command("info", "three", "--json").out)
    assert info["network"]["members"] == 3
    assert info["parameters"] == 3 * 118_282
    assert json.loads(command("evaluate", "three", "--data", own, "--json").out)["n"] == 500


def test_json_of_a_training_run(command, own):
    result = command("train", "--data", own, "--out", "mine", "--epochs", 1, "--quiet", "--json")
    assert json.loads(result.out)["folder"] == "mine"
    assert result.err == ""


def test_a_bad_picture_is_named_and_the_others_are_still_read(command, model, pictures):
    (pictures / "1.png").write_bytes(b"broken")
    result = command(
        "predict", "pictures/0.png", "pictures/1.png", "none.png", "pictures/2.png", "--model", model.folder
    )
    assert result.status == 1
    assert [line.split()[:2] for line in result.out.splitlines()] == [["pictures/0.png", "7"], ["pictures/2.png", "1"]]
    assert "tenfold: pictures/1.png: not a picture" in result.err
    assert "tenfold: none.png: cannot read" in result.err
    result = command("predict", "pictures/1.png", "pictures/0.png", "--model", model.folder, "--json")
    first, second = map(json.loads, result.out.splitlines())
    assert set(first) == {"file", "error"}
    assert second["digit"] == "7"


def test_globs_folders_and_standard_input_are_read(command, model, pictures):
    by_glob = command("predict", "pictures/*.png", "--model", model.folder)
    assert by_glob.out == command("predict", "pictures", "--model", model.folder).out
    assert len(by_glob.out.splitlines()) == 4
    result = command("predict", "-", "--model", model.folder, stdin=(pictures / "0.png").read_bytes())
    assert result.out.startswith("-  7  ")


def test_a_folder_without_pictures_says_so(command, tmp_path):
    (tmp_path / "empty").mkdir()
    result = command("predict", "empty")
    assert result.status == 1
    assert "empty is a folder that holds no pictures" in result.err


def test_the_shipped_model_is_the_default(command, pictures):
    assert command("predict", "pictures/0.png").out.startswith("pictures/0.png  7  ")


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


def _heeding_ctrl_c():
    """Undo what shells do to jobs in the background, which inherit that Ctrl-C is nothing to them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_leaves_the_last_whole_epoch_and_resume_goes_on(own, tmp_path):
    command = [sys.executable, "-m", "tenfold", "train", "--data", str(own), "--out", "mine"]
    options = ["--epochs", "400", "--hidden", "32", "--batch-size", "64"]
    process = subprocess.Popen(
        [*command, *options], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=_heeding_ctrl_c
    )
    assert process.stderr.readline().startswith(b"epoch 1/400")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"which is saved: mine" in out
    assert f"go on: tenfold train --resume --data {own} --out mine".encode() in out
    assert b"Traceback" not in err
    trained = len(tenfold.load_model(tmp_path / "mine").info.history)
    assert 1 <= trained < 400

    again = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=False)
    assert again.returncode == 2
    assert b"a stopped run waits" in again.stderr

    resumed = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert f"epoch {trained + 1}/400".encode() in resumed.stderr
    whole = subprocess.run([*command[:-1], "whole", *options], cwd=tmp_path, capture_output=True, check=False)
    assert whole.returncode == 0
    one, other = (tenfold.load_model(tmp_path / name).content("model.safetensors") for name in ("mine", "whole"))
    assert one == other


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
def test_ctrl_c_while_it_loads_is_one_line(arguments, module, tmp_path, mnist):
    Image.fromarray(mnist.x_test[0]).save(tmp_path / "0.png")
    command = [sys.executable, "-X", "importtime", "-m", "tenfold", *arguments]
    told = ""
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=_heeding_ctrl_c
    ) as process:
        for line in process.stderr:
            told += line
            if line.startswith("import time:") and line.split("|")[-1].strip() == module:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    told = re.sub("import time:.*\n", "", told)  # another thread may load on in the middle of a line
    assert re.fullmatch("tenfold: interrupted.*\n", told)


def test_another_model_is_replaced_only_when_told_to(command, own, tmp_path):
    train = ["train", "--data", own, "--recipe", "tutorial", "--quiet", "--epochs"]
    assert command(*train, 1).status == 0
    first = (tmp_path / "models" / "tutorial" / "model.json").read_bytes()
    assert command(*train, 1).status == 0
    refused = command(*train, 2)
    assert refused.status == 2
    assert "models/tutorial holds a model of another epochs: write elsewhere by --out, or replace it by" in refused.err
    assert json.loads((tmp_path / "models" / "tutorial" / "model.json").read_bytes())["options"]["epochs"] == 1
    result = command(*train, 2, "--replace")
    assert result.status == 0, result.err
    assert (tmp_path / "models" / "tutorial" / "model.json").read_bytes() != first


def test_a_run_of_one_epoch_says_so(command, own):
    assert "trained for 1 epoch in" in command("train", "--data", own, "--out", "mine", "--epochs", 1).out


def test_a_killed_run_goes_on_from_its_last_whole_epoch(own, tmp_path):
    command = [sys.executable, "-m", "tenfold", "train", "--data", str(own), "--out", "mine"]
    process = subprocess.Popen([*command, "--epochs", "200"], cwd=tmp_path, stderr=subprocess.PIPE)
    assert process.stderr.readline().startswith(b"epoch 1/200")
    process.kill()
    process.wait()
    process.stderr.close()
    resumed = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert len(tenfold.load_model(tmp_path / "mine").info.history) == 200


def test_a_closed_pipe_is_no_error(model, pictures):
    command = f"{sys.executable} -m tenfold predict {pictures} --model {model.folder} --json | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_fetch_writes_other_formats(command, tmp_path):
    result = command("fetch", "mnist", "--offline", "--out", "mnist.npz", "--split", "test")
    assert result.status == 0, result.err
    assert "10,000 images written to mnist.npz" in result.out
    assert (tmp_path / "mnist.npz").is_file()
    assert command("fetch", "mnits").status == 1


def test_the_demo_goes_the_whole_way(command, tmp_path):
    result = command("demo", "--offline", COLUMNS="80")
    assert result.status == 0, result.err
    assert all(f"[{step}/4]" in result.out for step in range(1, 5))
    assert (tmp_path / "reports" / "tutorial" / "report.html").is_file()
    assert tenfold.load_model(tmp_path / "models" / "tutorial").info.scores["accuracy"] > 0.977
    assert "Try next" in result.out
    assert max(map(len, result.out.splitlines())) <= 100


def test_steps_are_drawn_into_a_folder(command, model, pictures, tmp_path):
    result = command("predict", "pictures", "none.png", "--steps", "steps", "--model", model.folder)
    assert result.status == 1
    drawn = sorted(file.name for file in (tmp_path / "steps").iterdir())
    assert drawn == [f"{index + 1:04}-{index}.png" for index in range(4)]


def test_the_most_pixels_of_a_picture_can_be_set(command, model, pictures):
    result = command("predict", "pictures/0.png", "--pixels", "783", "--model", model.folder)
    assert result.status == 1
    assert "too large: 28×28 pixels, and at most 783 are read" in result.err
