"""What the columns of a line say: its most probable texts, how probable any text is, and where its signs are.

Texts are of the line recogniser's alphabet; the last column is the blank, which says that no sign begins there.

Source:
    Graves et al. 2006, "Connectionist temporal classification"; the search is that of Graves and Jaitly 2014.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from tenfold.arrays import Columns
from tenfold.read.types import NumberType

__all__ = [
    "Scores",
    "SignPlaces",
    "best_path",
    "most_probable",
    "no_number",
    "positions",
    "probabilities",
    "single_signs",
    "without",
]

Scores: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]

SignPlaces: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int8]]
"""`int8 (n, length)`: the signs of numbers of one length, as their places in the alphabet."""

BEAM, TYPED_BEAM = 8, 64
"""Beginnings of texts that are followed from column to column, and as many where texts are of a type: many of them turn
out at their end not to be. docs/log.md, "Typed numbers"."""

UNLIKELY = 1e-4
"""Probability up to which a sign is not tried in a column."""

FAR = 1e-6
"""Probability of a beginning, in that of the most probable one, up to which it is not followed."""

NEVER = 0.0, 0.0
"""How probable a text is that was not come to."""

LEAST = 1e-300
"""The least probability of a text that is told from none."""

IMPOSSIBLE = -1e9
"""The logarithm of the probability of what cannot be, small enough to stay so in sums."""


def most_probable(columns: Columns, count: int, alphabet: str, grammar: NumberType | None = None) -> list[str]:
    """Give the most probable texts of a line; the empty one stands for no number.

    Args:
        columns: The line.
        count: How many.
        alphabet: The signs of the columns.
        grammar: The type that the line's number is of, if it is one.

    Returns:
        The `count` most probable texts, the best first. With a grammar up to as many that it allows, and behind them
        the most probable of all others: whether what is written is of the type at all, their probabilities say
        (`types.believed`).
    """
    texts = _search(columns, alphabet, BEAM)[:count]
    if grammar is None:
        return texts
    typed = [text for text in _search(columns, alphabet, TYPED_BEAM, cache(grammar.may_begin)) if grammar.allows(text)]
    return list(dict.fromkeys([*typed[:count], *texts]))


def _search(columns: Columns, alphabet: str, beam: int, may_begin: Callable[[str], bool] | None = None) -> list[str]:
    """Follow beginnings of texts from column to column; gives the `beam` most probable texts, the best first."""
    places = {sign: place for place, sign in enumerate(alphabet)}
    followed = {"": (1.0, 0.0)}  # how probable it is with a last column that is blank, and with one that is not
    for column in np.exp(columns[_busy(columns)].astype(np.float64)).tolist():
        blank = column[-1]
        likely = [(sign, share) for sign, share in zip(alphabet, column, strict=False) if share > UNLIKELY]
        fresh: dict[str, tuple[float, float]] = {}
        for text, (paused, held) in followed.items():
            last, either = text[-1:], paused + held
            before = fresh.get(text, NEVER)
            again = held * column[places[last]] if last else 0.0
            fresh[text] = before[0] + either * blank, before[1] + again
            for sign, share in likely:
                longer = text + sign
                if may_begin is None or may_begin(longer):
                    before = fresh.get(longer, NEVER)
                    fresh[longer] = before[0], before[1] + (paused if sign == last else either) * share
        ranked = sorted(fresh.items(), key=_both, reverse=True)[:beam]
        least = FAR * _both(ranked[0])
        followed = dict(each for each in ranked if _both(each) > least)
    return [text for text, found in sorted(followed.items(), key=_both, reverse=True) if sum(found)]


def _busy(columns: Columns) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Say in which columns something happens; of others in a row, where no sign is likely, only the first is kept."""
    quiet = (columns[:, :-1] <= np.log(UNLIKELY)).all(axis=1)
    return np.asarray(~(quiet & np.append(False, quiet[:-1])))


def without(columns: Columns, passed: Sequence[int]) -> Columns:
    """Pass over signs of a line: where one of them is, there is none.

    Args:
        columns: The line.
        passed: The signs, as places in the alphabet.

    Returns:
        `float32 (n, a + 1)`: the columns, the probability of the signs added to that of the blank.
    """
    if not passed:
        return columns
    other = columns.copy()
    other[:, -1] = np.logaddexp.reduce(columns[:, [*passed, -1]], axis=1)
    other[:, list(passed)] = IMPOSSIBLE
    return other


def no_number(columns: Columns) -> float:
    """Say how probable it is that a line holds no number, 0…1."""
    return float(np.exp(columns[:, -1].sum(dtype=np.float64)))


def best_path(columns: Columns) -> float:
    """Say how probable the most probable signs of all columns are together, 0…1: no more than the best text is."""
    return float(np.exp(columns.max(axis=1).sum(dtype=np.float64)))


def _both(found: tuple[str, tuple[float, float]]) -> float:
    return found[1][0] + found[1][1]


def probabilities(
    columns: Columns, numbers: SignPlaces, lengths: "np.ndarray[tuple[int], np.dtype[np.intp]] | None" = None
) -> Scores:
    """Give how probable numbers are.

    Args:
        columns: The line.
        numbers: `int8 (n, length)`: their signs, as places in the alphabet.
        lengths: `intp (n,)`: how many of them are each number's, the others filled with anything; None for all.

    Returns:
        `float64 (n,)`, the logarithms of their probabilities.
    """
    count, length = numbers.shape
    busy = _busy(columns)
    pauses, columns = columns[~busy, -1].sum(dtype=np.float64), np.exp(columns[busy], dtype=np.float64)
    signs = np.full((count, 2 * length + 1), columns.shape[1] - 1)
    signs[:, 1::2] = numbers
    can_skip = (_skips(signs) == 0).astype(np.float64)
    before = np.zeros((count, 2 * length + 3))  # with two columns to step from into the first
    total, stepped, skipped = before[:, 2:], before[:, 1:-1], np.empty(signs.shape)
    total[:, :2] = columns[0][signs[:, :2]]
    for column in columns[1:]:
        np.multiply(before[:, :-2], can_skip, out=skipped)
        skipped += total
        skipped += stepped
        np.multiply(skipped, column[signs], out=total)
    ends = 2 * (np.full(count, length) if lengths is None else lengths)[:, None]
    last = np.take_along_axis(before, 1 + np.hstack([ends, ends + 1]), axis=1)  # the last sign, and the pause behind it
    return np.asarray(np.log(np.maximum(last.sum(axis=1), LEAST)) + pauses, np.float64)


def single_signs(columns: Columns, signs: Sequence[int]) -> Scores:
    """Give how probable it is that a line holds one sign and no other, as `probabilities` does, in a tenth of the time.

    Args:
        columns: The line.
        signs: The signs, as places in the alphabet.

    Returns:
        `float64 (len(signs),)`, the logarithms of their probabilities: of each, a pause, the sign held for one column
        or more, and a pause, wherever it begins and ends.
    """
    upto = np.zeros((len(columns) + 1, columns.shape[1]))
    np.cumsum(columns, axis=0, out=upto[1:])
    paused, held = upto[:, -1:], upto[:, signs]
    begun = np.logaddexp.accumulate(paused[:-1] - held[:-1], axis=0)
    return np.asarray(np.logaddexp.reduce(begun + held[1:] - paused[1:], axis=0) + paused[-1], np.float64)


def _skips(signs: "np.ndarray") -> "np.ndarray":
    """Give what it costs to come to each sign over the one before it: nothing between two signs that differ."""
    skips = np.full(signs.shape, IMPOSSIBLE)
    skips[..., 3::2][signs[..., 3::2] != signs[..., 1:-2:2]] = 0.0
    return skips


def positions(columns: Columns, number: Sequence[int]) -> list[float]:
    """Give where in a line the signs of a number are, along its most probable path: pixels of the line.

    Args:
        columns: The line.
        number: The signs, as places in the alphabet.
    """
    [busy] = np.nonzero(_busy(columns))
    columns = columns[busy]
    signs = np.full(2 * len(number) + 1, columns.shape[1] - 1)
    signs[1::2] = number
    skips, likely = _skips(signs), columns[:, signs].astype(np.float64)
    best = np.full((len(columns), len(signs) + 2), IMPOSSIBLE)  # with two columns to step from into the first
    best[0, 2:4] = likely[0, :2]
    for before, after, column in zip(best, best[1:, 2:], likely[1:], strict=False):
        np.add(before[:-2], skips, out=after)
        np.maximum(after, before[1:-1], out=after)
        np.maximum(after, before[2:], out=after)
        after += column
    place = len(signs) + 1 if best[-1, -1] >= best[-1, -2] else len(signs)
    path = np.full(len(columns), place)
    for time in range(len(columns) - 1, 0, -1):
        skipped, stepped, held = best[time - 1, place - 2 : place + 1].tolist()
        came = held, stepped, skipped + skips[place - 2]
        place -= came.index(max(came))
        path[time - 1] = place
    return [2 * float(busy[path == 2 * sign + 3].mean()) + 0.5 for sign in range(len(number))]
