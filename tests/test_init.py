"""The public names: what `import tenfold` gives."""

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenfold
from tenfold import errors

INNER = {"Anchor", "Ensemble", "HeldOut", "Known", "LineNetwork", "RawFile", "ReadRow", "Source"}
"""Parts of public things that users are given but seldom name; they are imported from their own modules."""


def classes_in(kind: object) -> Iterator[type]:
    """Give the classes that a type is made of: of `tuple[Digit, ...] | None` it is Digit."""
    if inspect.isclass(kind):
        yield kind
    for argument in typing.get_args(kind):
        yield from classes_in(argument)


def given_by(thing: object) -> Iterator[type]:
    """Give the classes that a public function returns, or that a public class holds and its methods return."""
    functions = [thing]
    if inspect.isclass(thing):
        members = [member for name, member in vars(thing).items() if not name.startswith("_")]
        unwrapped = [getattr(member, "fget", None) or getattr(member, "__func__", member) for member in members]
        functions = [member for member in unwrapped if inspect.isfunction(member)]
        for kind in typing.get_type_hints(thing).values():
            yield from classes_in(kind)
    for function in functions:
        if inspect.isfunction(function):
            yield from classes_in(typing.get_type_hints(function).get("return"))


def test_every_public_name_is_there_and_listed_once():
    assert len(set(tenfold.__all__)) == len(tenfold.__all__)
    assert all(getattr(tenfold, name) is not None for name in tenfold.__all__)
    assert set(tenfold.__all__) <= set(dir(tenfold))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        tenfold.nonsense  # noqa: B018


def test_every_error_is_public():
    assert set(errors.__all__) <= set(tenfold.__all__)


@pytest.mark.parametrize("name", tenfold.__all__)
def test_what_a_public_name_gives_is_public_too(name):
    found = {kind for kind in given_by(getattr(tenfold, name)) if kind.__module__.startswith("tenfold.")}
    assert {kind.__name__ for kind in found} - INNER <= set(tenfold.__all__)


@pytest.mark.parametrize("room", ["data", "model", "picture", "page", "draw", "read", "report", "calibrate", "learn"])
def test_a_room_needs_no_import_of_its_own(room):
    code = f"import tenfold; tenfold.{room}; import tenfold.{room} as room; assert room is tenfold.{room}"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match=f"module 'tenfold.{room}' has no attribute 'nonsense'"):
        getattr(getattr(tenfold, room), "nonsense")  # noqa: B009


def test_modules_of_rooms_need_no_import_and_bring_nothing_before_they_are_asked_for():
    code = (
        "import sys, tenfold; assert 'numpy' not in sys.modules; "
        "tenfold.data.datasets.load_data; tenfold.read.reader.Reader; tenfold.report.terminal.describe; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_needs_pytorch_says_how_to_install_it():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import tenfold\n"
        "try:\n    tenfold.train\n"
        "except tenfold.OptionError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == 'tenfold.train needs torch: pip install "tenfold[train]"\n'


def test_type_checkers_see_the_public_names(tmp_path):
    (tmp_path / "theirs.py").write_text(
        "import tenfold\n\n\ndef read(picture: bytes) -> tenfold.Digit:\n    return tenfold.Reader().digit(picture)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", tmp_path / "theirs.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout


def test_who_cites_names_this_version():
    cited = (Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {tenfold.__version__}\n" in cited
