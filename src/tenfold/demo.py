"""The demonstration: each step once, from data to predictions, as a newcomer would take it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image as Pillow

import tenfold
from tenfold.data.datasets import load_examples
from tenfold.data.examples import Examples
from tenfold.errors import ModelError
from tenfold.learn.recipes import RECIPES
from tenfold.model.evaluate import score
from tenfold.model.folder import Model, load_model
from tenfold.report.findings import percent_sure
from tenfold.report.terminal import describe, draw_row

__all__ = ["run"]

PICTURES = 16  # of the test set, to predict
CELL = 16  # columns of a terminal that one drawn picture takes, with the space beside it


def run(out: Path, *, offline: bool = False) -> None:
    """Fetch MNIST, train the tutorial network, save it, evaluate it, load it without PyTorch, and predict.

    Args:
        out: Where `models/tutorial` and `reports/tutorial` are made.
        offline: Use only data that is on this machine.
    """
    train_model = tenfold.train_model  # refused at once where what trains is not installed
    folder, report = out / "models" / "tutorial", out / "reports" / "tutorial"
    _say(1, "Fetch MNIST: 60,000 images to learn from, 10,000 to be tested on")
    test = load_examples("mnist", "test", offline=offline, progress=True)
    options = RECIPES["tutorial"]
    _say(2, f"Train two hidden layers of 128 for {options.epochs} epochs, and save the model")
    trained = train_model("mnist", folder, options, restart=True, replace=True, offline=offline, progress=True)
    print(f"{trained.seconds:.1f} s of training; saved in {folder}")
    _say(3, "Evaluate: load the model from disk and count over every test image")
    model = load_model(folder)
    _evaluate(model, test, report)
    _say(4, "Predict: a new process, which never loads PyTorch, reads sixteen test pictures")
    _predict(folder, test, report / "pictures")
    print(
        f"\nmodel:   {folder}\nreport:  {report / 'report.html'}\n\nTry next:\n{_activation()}"
        f"  tenfold predict {report / 'pictures' / '00.png'} --model {folder}\n"
        f"  tenfold evaluate {folder}\n"
        "  tenfold train --hidden 512,256 --epochs 10 --out models/wider\n"
        "  tenfold --help"
    )


def _evaluate(model: Model, test: Examples, report: Path) -> None:
    probabilities = model(test.images)
    evaluation = score(probabilities, test.labels, classes=test.classes, data=test.name)
    print(describe(evaluation))
    tenfold.write_report(
        report,
        info=model.info,
        evaluation=evaluation,
        images=test.images,
        labels=test.labels,
        probabilities=probabilities,
    )


def _predict(folder: Path, test: Examples, pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    names = [str(pictures / f"{index:02}.png") for index in range(PICTURES)]
    for name, image in zip(names, test.images[:PICTURES], strict=True):
        Pillow.fromarray(image).save(name)
    command = [sys.executable, "-P", "-m", "tenfold", "predict", *names, "--model", str(folder), "--json"]
    answered = subprocess.run(command, capture_output=True, text=True, check=False)
    if answered.returncode:
        raise ModelError(f"the new process could not read the pictures: {answered.stderr.strip()}")
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    captions = []
    for answer, label in zip(answers, test.labels[:PICTURES], strict=True):
        right = answer["digit"] == test.classes[label]
        said = f"{answer['digit']}  {percent_sure(answer['probability'])}"
        captions.append(said if right else f"{said}, is {test.classes[label]}")
    across = 8 if shutil.get_terminal_size().columns >= 8 * CELL else 4
    for start in range(0, PICTURES, across):
        chosen = slice(start, start + across)
        print("\n" + draw_row(list(test.images[chosen]), captions[chosen]))


def _activation() -> str:
    """Give the line that makes `tenfold` a command of this terminal, where it is none yet."""
    place = Path(sys.prefix)
    if shutil.which("tenfold") or sys.prefix == sys.base_prefix:
        return ""
    if os.name == "nt":
        return f"  {place / 'Scripts' / 'Activate.ps1'}\n"
    return f"  source {place / 'bin' / 'activate'}\n"


def _say(step: int, what: str) -> None:
    print(f"\n[{step}/4] {what}\n", flush=True)
