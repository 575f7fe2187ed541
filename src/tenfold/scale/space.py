"""What a sweep tries: options of a recipe as lists and ranges, written as TOML."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.errors import OptionError
from tenfold.files import read_named
from tenfold.learn.declaration import unknown
from tenfold.learn.recipes import OPTIONS

__all__ = ["Between", "Space", "load_space"]

KEYS = ("samples", "seeds", "early_stopping", "options")
RANGE_KEYS = ("low", "high", "log")


@dataclass(frozen=True)
class Between:
    """Numbers to draw from, evenly, or evenly in their logarithms.

    Attributes:
        low: The least.
        high: The most.
        log: Whether the logarithms are drawn evenly.
        whole: Whether they are whole numbers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def draw(self, random: np.random.Generator) -> float | int:
        """Draw one."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole and not self.log else (self.low, self.high)
        value = math.exp(random.uniform(math.log(low), math.log(high))) if self.log else random.uniform(low, high)
        return min(max(round(value), int(self.low)), int(self.high)) if self.whole else value


@dataclass(frozen=True)
class Space:
    """What a sweep tries.

    Attributes:
        options: By option, the values that are each tried, or what one is drawn from.
        samples: How often each combination of values is tried, each time with other draws.
        seeds: How many seeds each trial trains with; its score is their mean.
        early_stopping: Whether trials that are behind others after the same epochs are ended.
    """

    options: Mapping[str, tuple[Any, ...] | Between]
    samples: int = 1
    seeds: int = 1
    early_stopping: bool = False

    def trials(self, seed: int) -> list[dict[str, Any]]:
        """Give the options of each trial; a seed decides what is drawn."""
        random = np.random.default_rng(seed)
        listed = {name: values for name, values in self.options.items() if isinstance(values, tuple)}
        drawn = {name: values for name, values in self.options.items() if isinstance(values, Between)}
        return [
            dict(zip(listed, combination, strict=True)) | {name: each.draw(random) for name, each in drawn.items()}
            for _ in range(self.samples)
            for combination in product(*listed.values())
        ]


def load_space(file: Path) -> Space:
    """Read what a sweep tries.

    Args:
        file: TOML: `samples`, `seeds` and `early_stopping`, and a table `[options]` that gives options of a recipe as a
            list, `batch_size = [128, 256]`, or as a range, `learning_rate = {low = 0.001, high = 0.1, log = true}`.

    Returns:
        The space.

    Raises:
        DataError: It cannot be read.
        OptionError: It is no such file; the message names the key.
    """
    try:
        table = tomllib.loads(read_named(file).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{file} is no TOML: {error}") from error
    _check_keys(table, KEYS, str(file))
    given = table.get("options")
    if not isinstance(given, dict) or not given:
        raise OptionError(f"{file} has no [options]: name what to try, as batch_size = [128, 256]")
    options = {name: _values(name, value, f"{file}, {name}") for name, value in given.items()}
    samples = _whole(table.get("samples", 1), f"{file}, samples")
    seeds = _whole(table.get("seeds", 1), f"{file}, seeds")
    early_stopping = table.get("early_stopping", False)
    if not isinstance(early_stopping, bool):
        raise OptionError(f"{file}, early_stopping: expected true or false, got {early_stopping!r}")
    if early_stopping and seeds > 1:
        raise OptionError(f"{file}: early_stopping compares single runs: leave it out, or seeds")
    if samples > 1 and not any(isinstance(values, Between) for values in options.values()):
        raise OptionError(f"{file}, samples: without a range to draw from, each sample would be the same: leave it out")
    return Space(options, samples, seeds, early_stopping)


def _values(name: str, value: Any, place: str) -> tuple[Any, ...] | Between:  # noqa: ANN401
    if name == "seed":
        raise OptionError(f"{place}: a sweep trains each trial with the same seeds: say how many by seeds = 3")
    if name not in OPTIONS or name == "device":
        raise OptionError(f"{place}: {unknown('option', name, [each for each in OPTIONS if each != 'device'])}")
    option = OPTIONS[name]
    try:
        if isinstance(value, list) and value:
            return tuple(option.checked(each) for each in value)
        if isinstance(value, dict):
            _check_keys(value, RANGE_KEYS, place)
            if option.several or option.choices or option.kind not in (int, float) or not {"low", "high"} <= {*value}:
                raise OptionError(f"expected a list of values, or for a number a low and a high, got {value!r}")
            low, high = option.checked(value["low"]), option.checked(value["high"])
            log = value.get("log", False)
            if not isinstance(log, bool) or not low < high or (log and low <= 0):
                raise OptionError(f"expected low below high, above 0 if log is true, got {value!r}")
            return Between(low, high, log, option.kind is int)
    except OptionError as error:
        raise OptionError(f"{place}: {error}") from error
    raise OptionError(f"{place}: expected a list of values or {{low = …, high = …}}, got {value!r}")


def _check_keys(table: Mapping[str, Any], allowed: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in allowed:
            raise OptionError(f"{place}: {unknown('key', key, allowed)}")


def _whole(value: Any, place: str) -> int:  # noqa: ANN401
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise OptionError(f"{place}: expected a whole number of at least 1, got {value!r}")
    return value
