"""What many tests share: the real MNIST, and models trained on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import tenfold
from tenfold.arrays import Images, Labels
from tenfold.draw.fonts import FONTS, font_path
from tenfold.draw.hands import DIGITS
from tenfold.draw.pen import parse
from tenfold.draw.writers import Hands, by_label
from tenfold.model.folder import SHIPPED, Model


class Mnist(NamedTuple):
    x_train: Images
    y_train: Labels
    x_test: Images
    y_test: Labels


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    """The 70,000 images, fetched once and kept in the cache."""
    (x_train, y_train), (x_test, y_test) = tenfold.load_data("mnist")
    return Mnist(x_train, y_train, x_test, y_test)


@pytest.fixture(scope="session")
def tutorial(mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> tenfold.TrainingRun:
    """The tutorial recipe, run as a user runs it."""
    return tenfold.train_model("mnist", str(tmp_path_factory.mktemp("models") / "tutorial"))


@pytest.fixture(scope="session")
def model(tutorial: tenfold.TrainingRun) -> Model:
    return tenfold.load_model(tutorial.folder)


@pytest.fixture
def model_copy(model: Model, tmp_path: Path) -> Path:
    """A copy of the trained model's folder, to damage."""
    folder = tmp_path / "model"
    folder.mkdir()
    for file in model.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def shipped_copy(tmp_path: Path) -> Path:
    """A copy of the shipped model's folder, to damage."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "shipped-copy"))


@pytest.fixture(scope="session")
def few(mnist: Mnist) -> tuple[Images, Labels]:
    """The first 2,000 training images, enough to learn something in a moment."""
    return mnist.x_train[:2000], mnist.y_train[:2000]


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def command(tmp_path: Path):
    """Run `tenfold` as a process of its own in an empty folder."""

    def run(*arguments: object, stdin: bytes = b"", timeout: float = 120, **environment: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "tenfold", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            timeout=timeout,
            cwd=tmp_path,
            env={**os.environ, **environment},
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def person(rng):
    """Somebody who wrote each digit twice, as points along described strokes: see `tenfold.draw.writers.Person`."""
    described = {digit: parse(next(iter(ways.values()))) for digit, ways in DIGITS.items()}
    return {
        digit: [[strokes.starts @ strokes.control / 100 + rng.normal(0, 0.01, 2)] for _ in range(2)]
        for digit, strokes in described.items()
    }


@pytest.fixture(scope="session")
def hands(mnist) -> Hands:
    """Hands to write numbers with, made of what every machine has: no set is fetched but MNIST."""
    rng = np.random.default_rng(0)
    images, labels = mnist.x_train[:2000], mnist.y_train[:2000]
    fonts = [font_path(name) for name in FONTS[:3]]
    return Hands([person(rng) for _ in range(3)], [(images, by_label(labels))], fonts[:2], fonts[2:])


@pytest.fixture
def random_images() -> Images:
    return np.random.default_rng(0).integers(0, 256, (64, 28, 28), dtype=np.uint8)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI runs, a skipped test is a failed one: what was not run has not been shown to work."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
