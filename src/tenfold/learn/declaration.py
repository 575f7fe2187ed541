"""How a training option is declared: what it does, which values it takes, and what they count.

From the declaration come the check of a value, the option of the command line and the entry in the docs.
"""

import difflib
import math
import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import Field, dataclass, fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, cast, get_args, get_origin, get_type_hints

from tenfold.errors import OptionError

__all__ = ["Option", "Range", "about", "declared", "described", "unknown"]

LARGEST = 2**63
"""Whole numbers stay below this, so that they fit into 64 bits."""


@dataclass(frozen=True)
class Range:
    """Numbers from `least` to `most`; with `above` the least itself is left out, with `below` the most.

    With `or_zero` 0 is one of them too.
    """

    least: float
    most: float = math.inf
    above: bool = False
    below: bool = False
    or_zero: bool = False

    def __contains__(self, value: float) -> bool:
        if self.or_zero and value == 0:
            return True
        reaches = value > self.least if self.above else value >= self.least
        return reaches and (value < self.most if self.below else value <= self.most)

    def __str__(self) -> str:
        if self.most == math.inf:
            return f"{'0 or ' * self.or_zero}{'above' if self.above else 'at least'} {self.least:g}"
        return f"from {'above ' * self.above}{self.least:g} to {'below ' * self.below}{self.most:g}"


def about(text: str, numbers: Range | tuple[int, ...] | None = None, unit: str = "") -> dict[str, Any]:
    """Declare a training option: what it does and, for numbers, which are allowed and what they count."""
    return {"text": text, "numbers": numbers, "unit": unit}


@dataclass(frozen=True)
class Option:
    """A training option as its field declares it.

    Attributes:
        name: The name of the field.
        default: Its value where nothing else is said.
        text: What it does.
        kind: The type of a value: `str`, `int`, `float` or `bool`.
        several: Whether it takes several values, as a tuple.
        choices: Where it is a choice, the names to choose from.
        numbers: For numbers, those that are allowed.
        unit: For numbers, what they count.
    """

    name: str
    default: Any
    text: str
    kind: type
    several: bool
    choices: tuple[str, ...]
    numbers: Range | tuple[int, ...] | None
    unit: str

    @classmethod
    def of(cls, declared: "Field[Any]", hint: Any) -> "Option":  # noqa: ANN401
        """Make it of a field and the field's type."""
        several = get_origin(hint) is tuple
        kind = get_args(hint)[0] if several else hint
        choices = get_args(kind)
        kind = str if choices else kind
        return cls(declared.name, declared.default, kind=kind, several=several, choices=choices, **declared.metadata)

    def checked(self, value: Any) -> Any:  # noqa: ANN401
        """Give a value as a plain Python one: NumPy's numbers as Python's, lists as tuples.

        Raises:
            OptionError: The value is not allowed.
        """
        if not self.several:
            return self._checked(value)
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise OptionError(f"{self.name} must be several values, as a tuple or a list, got {value!r}")
        return tuple(self._checked(each) for each in value)

    def limits(self) -> str:
        """Say which numbers are allowed, with their unit; empty for options that are no numbers."""
        if self.numbers is None:
            return ""
        allowed = str(self.numbers)
        if isinstance(self.numbers, tuple):
            allowed = "one of " + ", ".join(map(str, self.numbers))
        return f"{allowed} {self.unit}" if self.unit else allowed

    def explained(self) -> str:
        """Say what it does, which numbers are allowed, or which names there are to choose from."""
        limits = f" ({self.limits()})" if self.numbers else ""
        choices = f" One of {', '.join(self.choices)}." if self.choices else ""
        return f"{self.text.removesuffix('.')}{limits}.{choices}"

    def _checked(self, value: Any) -> Any:  # noqa: ANN401
        if self.choices:
            if value not in self.choices:
                raise OptionError(unknown(self.name, value, self.choices))
            return value
        plain = _plain(value)
        wanted, types = WANTED[self.kind]
        if type(plain) not in types or (self.numbers is not None and not self._allows(plain)):
            raise OptionError(f"{self.name} must be {wanted}{self.limits()}, got {value!r}")
        return plain

    def _allows(self, number: Any) -> bool:  # noqa: ANN401
        fits = number < LARGEST if self.kind is int else math.isfinite(number)
        return fits and number in (self.numbers or ())


WANTED: Mapping[type, tuple[str, tuple[type, ...]]] = MappingProxyType(
    {
        str: ("a name", (str,)),
        bool: ("true or false", (bool,)),
        int: ("a whole number, ", (int,)),
        float: ("", (int, float)),
    }
)
"""For each kind of option, what its values are called and which types they may have."""


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def declared(options: type) -> Mapping[str, Option]:
    """Give the options that the fields of a dataclass declare, by name."""
    hints = get_type_hints(options)
    return MappingProxyType({each.name: Option.of(each, hints[each.name]) for each in fields(options)})


def described(docstring: str | None, options: Mapping[str, Option]) -> str | None:
    """Give a docstring with all options in place of its line `{options}`."""
    if docstring is None:
        return None
    entries = [
        textwrap.fill(
            f"{option.name}: {option.explained()}",
            width=120,
            initial_indent=" " * 8,
            subsequent_indent=" " * 12,
            break_on_hyphens=False,
        )
        for option in options.values()
    ]
    return docstring.replace("        {options}", "\n".join(entries))


def unknown(name: str, value: object, allowed: Collection[str]) -> str:
    """Say that a value is not one of the allowed names, which they are, and which is like it."""
    close = difflib.get_close_matches(str(value), allowed, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"unknown {name} {cast(Any, value)!r}{hint}; allowed: {', '.join(allowed)}"
