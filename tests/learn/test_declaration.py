"""An option checks its values, and says in one sentence what it takes."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pytest

from tenfold.errors import OptionError
from tenfold.learn.declaration import Range, about, declared, described


@dataclass
class Cake:
    """A cake.

    Attributes:
        {options}
    """

    kind: Literal["plum", "nut"] = field(default="plum", metadata=about("What it is made of."))
    weight: float = field(default=1.0, metadata=about("How heavy it is.", Range(0, 5, above=True, below=True), "kg"))
    layers: tuple[int, ...] = field(default=(1, 2), metadata=about("How thick each layer is.", Range(1), "cm"))
    candles: int = field(default=0, metadata=about("How many candles it has.", (0, 1, 3)))
    iced: bool = field(default=False, metadata=about("Whether it is iced."))
    baker: str = field(default="me", metadata=about("Who baked it."))


OPTIONS = declared(Cake)


@pytest.mark.parametrize(
    ("name", "given", "plain"),
    [
        ("kind", "nut", "nut"),
        ("weight", np.float32(2.5), 2.5),
        ("weight", 3, 3),
        ("layers", np.array([4, 5]), (4, 5)),
        ("layers", [], ()),
        ("candles", np.int8(3), 3),
        ("iced", True, True),
        ("baker", "you", "you"),
    ],
)
def test_allowed_values_come_out_as_plain_ones(name, given, plain):
    checked = OPTIONS[name].checked(given)
    assert (checked, type(checked)) == (plain, type(plain))


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("kind", "plumb", r"unknown kind 'plumb' \(did you mean plum\?\); allowed: plum, nut"),
        ("weight", 0, "weight must be from above 0 to below 5 kg, got 0"),
        ("weight", 5.0, "got 5.0"),
        ("weight", float("nan"), "got nan"),
        ("layers", 3, "layers must be several values, as a tuple or a list, got 3"),
        ("layers", (1, 0), "layers must be a whole number, at least 1 cm, got 0"),
        ("candles", 2, "candles must be a whole number, one of 0, 1, 3, got 2"),
        ("candles", True, "got True"),
        ("iced", 1, "iced must be true or false, got 1"),
        ("baker", 7, "baker must be a name, got 7"),
    ],
)
def test_other_values_are_refused_with_what_is_allowed(name, given, message):
    with pytest.raises(OptionError, match=message):
        OPTIONS[name].checked(given)


def test_a_docstring_lists_every_option_with_what_it_takes():
    lines = described(Cake.__doc__, OPTIONS).splitlines()
    assert "        kind: What it is made of. One of plum, nut." in lines
    assert "        weight: How heavy it is (from above 0 to below 5 kg)." in lines
    assert "        iced: Whether it is iced." in lines
    assert described(None, OPTIONS) is None


def test_a_range_may_have_0_too():
    numbers = Range(2, or_zero=True)
    assert [number in numbers for number in (0, 1, 2)] == [True, False, True]
    assert str(numbers) == "0 or at least 2"
