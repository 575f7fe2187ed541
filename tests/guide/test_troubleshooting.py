"""Each error that the guide explains comes, in the words that it is explained by."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sheets import Sheet
from typer.testing import CliRunner

import tenfold
from tenfold.cli import app
from tenfold.deadline import check_deadline, deadline
from tenfold.learn.run import checkpoint_of

PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"


def tell(*arguments, **variables):
    """What `tenfold` says; an expected failure is raised, and `tenfold.cli.main` prints it."""
    done = CliRunner().invoke(app, [str(each) for each in arguments], env=variables)
    assert done.exception is None or isinstance(done.exception, SystemExit | tenfold.TenfoldError), done.exception
    return f"{done.output}{done.exception or ''}"


def tell_without(package, *arguments):
    """What `tenfold` says where a package is not installed."""
    code = f"import sys; sys.modules[{package!r}] = None; from tenfold.__main__ import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True).stderr


def raised_by(action, *arguments, **options):
    with pytest.raises(tenfold.TenfoldError) as raised:
        action(*arguments, **options)
    return str(raised.value)


def saved(tmp_path, images, labels):
    file = tmp_path / "own.csv"
    tenfold.save_examples(images, labels, file)
    return file


def blank(tmp_path):
    file = tmp_path / "blank.png"
    Image.new("L", (800, 600), 255).save(file)
    return file


def not_found(**_):
    shell = shutil.which("bash")
    return subprocess.run([shell, "-c", "tenfold"], capture_output=True, text=True, env={"PATH": "/nowhere"}).stderr


def not_installed(**_):
    return tell_without("torch", "train")


def taken_port(**_):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        return tell("serve", "--port", other.getsockname()[1])


def open_token(tmp_path, **_):
    token = tmp_path / "token.txt"
    token.write_text("0123456789abcdef0123456789abcdef\n")
    token.chmod(0o644)
    return tell("serve", "--token-file", token)


def offline(tmp_path, **_):
    return tell("fetch", "kmnist", "--offline", TENFOLD_HOME=str(tmp_path), TENFOLD_DATA="", HOME=str(tmp_path))


def no_such_data(**_):
    return tell("train", "--data", "nosuch.csv")


def scaled_images(mnist, **_):
    return raised_by(tenfold.evaluate, tenfold.load_model(), mnist.x_test[:9] / 255, mnist.y_test[:9], classes="01")


def one_of_a_class(tmp_path, mnist, **_):
    chosen = [*np.flatnonzero(mnist.y_train[:300] != 3), int(np.flatnonzero(mnist.y_train == 3)[0])]
    return tell("train", "--data", saved(tmp_path, mnist.x_train[chosen], mnist.y_train[chosen]))


def unknown_class(tmp_path, mnist, **_):
    for name in ("7", "A"):
        (tmp_path / "letters" / name).mkdir(parents=True)
        Image.fromarray(mnist.x_test[0]).save(tmp_path / "letters" / name / "one.png")
    return tell("evaluate", "shipped", "--data", tmp_path / "letters")


def no_picture(tmp_path, **_):
    (tmp_path / "photo.png").write_text("no picture")
    return tell("predict", tmp_path / "photo.png")


def stopped_run(tmp_path, mnist, **_):
    checkpoint_of(tmp_path / "model").touch()
    data = saved(tmp_path, mnist.x_train[:100], mnist.y_train[:100])
    return tell("train", "--data", data, "--out", tmp_path / "model")


def no_device(tmp_path, mnist, **_):
    return raised_by(tenfold.DigitClassifier(device="gpu9").fit, mnist.x_train[:200], mnist.y_train[:200])


def needless_int8(**_):
    return tell("train", "--int8")


def no_model(tmp_path, **_):
    return tell("info", tmp_path / "nowhere")


def too_small_an_error(tmp_path, **_):
    return tell("predict", blank(tmp_path), "--max-error", "0.00001")


def nothing_held_out(tmp_path, mnist, **_):
    data = saved(tmp_path, mnist.x_train[:200], mnist.y_train[:200])
    options = ["--recipe", "tutorial", "--epochs", 1, "--validation-split", 0, "--quiet"]
    tell("train", "--data", data, "--out", tmp_path / "bare", *options)
    return tell("predict", blank(tmp_path), "--model", tmp_path / "bare", "--max-error", "0.01")


def third_opinion(tmp_path, **_):
    return tell("read", blank(tmp_path), "--ocr", "--max-error", "0.05")


def filled_in(tmp_path, mnist):
    sheet = Sheet(mnist.x_test, mnist.y_test)
    sheet.boxes("123456789", 200, 200)
    Image.fromarray(sheet.page()).save(tmp_path / "page.png")
    return tmp_path / "page.png"


def another_form(tmp_path, mnist, **_):
    tell("read", filled_in(tmp_path, mnist), "--template", tmp_path / "form.toml")
    return tell("read", blank(tmp_path), "--form", tmp_path / "form.toml")


def no_boxes(tmp_path, **_):
    return tell("read", blank(tmp_path), "--template", tmp_path / "form.toml")


def took_too_long(**_):
    with deadline(-1):
        return raised_by(check_deadline)


def no_scipy(tmp_path, mnist, **_):
    (tmp_path / "ids.csv").write_text("123456789\n987654321\n")
    return tell_without("scipy", "read", filled_in(tmp_path, mnist), "--known", tmp_path / "ids.csv", "--unique")


CAUSES = {
    "tenfold: command not found": not_found,
    'pip install "tenfold[train]"': not_installed,
    "cannot listen at": taken_port,
    "--token-file": open_token,
    "not tried": offline,
    "expected a path or one of": no_such_data,
    "expected images of dtype": scaled_images,
    "expected at least": one_of_a_class,
    "expected labels of": unknown_class,
    "not a picture": no_picture,
    "a stopped run": stopped_run,
    "device": no_device,
    "int8": needless_int8,
    "no model at": no_model,
    "an error of at most": too_small_an_error,
    "this model cannot": nothing_held_out,
    "a promise of error": third_opinion,
    "this page is not": another_form,
    "neither rows": no_boxes,
    "it took more": took_too_long,
    "--unique": no_scipy,
}
"""What makes each error come, by how its heading begins."""


def headings():
    return re.findall(r"^### `(.+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_each_error_that_is_explained_has_its_cause_here():
    assert [next(start for start in CAUSES if each.startswith(start)) for each in headings()] == list(CAUSES)


@pytest.mark.parametrize("heading", headings())
def test_each_error_that_is_explained_comes(heading, tmp_path, mnist):
    cause = next(cause for start, cause in CAUSES.items() if heading.startswith(start))
    said = re.sub(r"\s+", " ", cause(tmp_path=tmp_path, mnist=mnist))
    assert re.search(".*".join(re.escape(part.strip()) for part in heading.split("…")), said), said
