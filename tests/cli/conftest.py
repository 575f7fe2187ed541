"""What the tests of the commands share; each command runs as its own process, in an empty folder."""

import signal
from functools import partial

import pytest
from PIL import Image
from sheets import Sheet

import tenfold

IDS = ("781528989", "402135667", "990017284")


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


@pytest.fixture
def ids():
    """The numbers on the scans, in the order of the files."""
    return IDS


@pytest.fixture
def scans(mnist, tmp_path):
    """A folder of two scans with three numbers."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name, ids in {"a": IDS[:2], "b": IDS[2:]}.items():
        sheet = Sheet(mnist.x_test, mnist.y_test)
        for place, number in enumerate(ids):
            sheet.boxes(number, 200, 200 + 300 * place)
        Image.fromarray(sheet.page()).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def heeding_ctrl_c():
    """What a child process runs first: shells start background jobs deaf to Ctrl-C, and children inherit that."""
    return partial(signal.signal, signal.SIGINT, signal.default_int_handler)
