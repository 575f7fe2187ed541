"""`tenfold train` as a user types it."""

import json
import re
import signal
import subprocess
import sys

import pytest

import tenfold


def test_a_model_is_trained_on_own_data_and_only_its_folder_is_written(command, own, tmp_path):
    result = command("train", "--data", own, "--out", "mine", "--epochs", 8, "--batch-size", 16)
    assert result.status == 0, result.err
    assert " 8/8 " in result.err
    assert "next: tenfold predict picture.png --model mine" in result.out
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
    assert tenfold.load_model(tmp_path / "mine").info.options["epochs"] == 8


def test_an_ensemble_is_one_model(command, own):
    result = command("train", "--data", own, "--out", "three", "--epochs", 1, "--ensemble", 3, "--json")
    assert result.status == 0, result.err
    assert " 3/3 " in result.err
    info = json.loads(command("info", "three", "--json").out)
    assert info["network"]["members"] == 3
    assert info["parameters"] == 3 * 118_282
    assert json.loads(command("evaluate", "three", "--data", own, "--json").out)["n"] == 500


def test_json_of_a_training_run(command, own):
    result = command("train", "--data", own, "--out", "mine", "--epochs", 1, "--quiet", "--json")
    assert json.loads(result.out)["folder"] == "mine"
    assert result.err == ""


def test_ctrl_c_leaves_the_last_whole_epoch_and_resume_goes_on(own, tmp_path, heeding_ctrl_c):
    command = [sys.executable, "-m", "tenfold", "train", "--data", str(own), "--out", "mine"]
    options = ["--epochs", "150", "--hidden", "32", "--batch-size", "64"]
    process = subprocess.Popen(
        [*command, *options], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=heeding_ctrl_c
    )
    assert process.stderr.readline().startswith(b"  epoch")
    assert process.stderr.readline().startswith(b"  1/150")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"which is saved: mine" in out
    assert f"go on: tenfold train --resume --data {own} --out mine".encode() in out
    assert b"Traceback" not in err
    trained = len(tenfold.load_model(tmp_path / "mine").info.history)
    assert 1 <= trained < 150

    again = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=False)
    assert again.returncode == 2
    assert b"a stopped run waits" in again.stderr

    resumed = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert f" {trained + 1}/150 ".encode() in resumed.stderr
    whole = subprocess.run([*command[:-1], "whole", *options], cwd=tmp_path, capture_output=True, check=False)
    assert whole.returncode == 0
    one, other = (tenfold.load_model(tmp_path / name).content("model.safetensors") for name in ("mine", "whole"))
    assert one == other


def test_a_killed_run_goes_on_from_its_last_whole_epoch(own, tmp_path):
    command = [sys.executable, "-m", "tenfold", "train", "--data", str(own), "--out", "mine"]
    process = subprocess.Popen([*command, "--epochs", "200"], cwd=tmp_path, stderr=subprocess.PIPE)
    assert process.stderr.readline().startswith(b"  epoch")
    assert process.stderr.readline().startswith(b"  1/200")
    process.kill()
    process.wait()
    process.stderr.close()
    resumed = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert len(tenfold.load_model(tmp_path / "mine").info.history) == 200


def test_the_help_of_training_shows_every_option_with_its_default(command):
    from tenfold.learn.recipes import OPTIONS

    shown = command("train", "--help", NO_COLOR="1", TERM="dumb", COLUMNS="200").out
    for name in OPTIONS:
        assert re.search(rf"--(\[no-\])?{name.replace('_', '-')} ", shown)
    assert shown.count("[default: ") == len(OPTIONS) + 4
    assert "(nesterov)" in shown
    assert "defaults of tutorial; other recipes differ" in shown
    assert "--[no-]int8" in shown


def test_another_model_is_replaced_only_when_told_to(command, own, tmp_path):
    train = ["train", "--data", own, "--recipe", "tutorial", "--quiet", "--epochs"]
    assert command(*train, 1).status == 0
    first = (tmp_path / "models" / "tutorial" / "model.json").read_bytes()
    assert command(*train, 1).status == 0
    refused = command(*train, 2)
    assert refused.status == 2
    assert (
        "models/tutorial holds a model made with other epochs: write elsewhere by --out, or replace it by"
        in refused.err
    )
    assert json.loads((tmp_path / "models" / "tutorial" / "model.json").read_bytes())["options"]["epochs"] == 1
    result = command(*train, 2, "--replace")
    assert result.status == 0, result.err
    assert (tmp_path / "models" / "tutorial" / "model.json").read_bytes() != first


def test_a_run_of_one_epoch_says_so(command, own):
    assert "trained for 1 epoch in" in command("train", "--data", own, "--out", "mine", "--epochs", 1).out


def test_several_seeds_give_a_mean_and_its_spread(command, own, tmp_path):
    result = command("train", "--data", own, "--out", "m", "--epochs", 1, "--hidden", 16, "--seeds", 2, "--quiet")
    assert result.status == 0, result.err
    assert "seed 1: " in result.out
    assert " on images held out, 2 seeds" in result.out
    assert sorted(each.name for each in (tmp_path / "m").iterdir()) == ["seed-0", "seed-1"]
    assert command("train", "--seeds", 2, "--resume").status == 2


def test_the_epochs_are_logged_as_a_table(command, own, tmp_path):
    command("train", "--data", own, "--out", "m", "--epochs", 2, "--hidden", 16, "--log", "epochs.csv")
    heading, *epochs = (tmp_path / "epochs.csv").read_text().splitlines()
    assert heading.startswith("epoch,seconds,learning_rate,loss")
    assert [line.split(",")[0] for line in epochs] == ["1", "2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workers", 2), "name it by --cluster"),
        (("--cluster", "nearby"), "--cluster is local, auto, or the HOST:PORT"),
        (("--sweep", "sweep.toml", "--seeds", 3), "leave out --seeds, --log, --from"),
    ],
)
def test_what_a_cluster_cannot_do_is_said(command, own, arguments, said):
    done = command("train", "--data", own, *arguments)
    assert done.status == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_training_on_a_cluster_without_ray_says_how_to_install_it(command, own, tmp_path):
    arguments = ["tenfold", "train", "--data", str(own), "--cluster", "local"]
    code = f"import sys; sys.modules['ray'] = None; sys.argv = {arguments}; from tenfold.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert 'pip install "tenfold[scale]"' in done.stderr
