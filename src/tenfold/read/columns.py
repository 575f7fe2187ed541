"""What the columns of a row say: its most probable numbers, how probable any number is, and where its digits are.

Source:
    Graves et al. 2006, "Connectionist temporal classification"; the search is that of Graves and Jaitly 2014.
"""

import numpy as np

from tenfold.model.rows import NOTHING, Columns

__all__ = ["Scores", "middles", "most_probable", "no_number", "probabilities"]

Scores = np.ndarray[tuple[int], np.dtype[np.float64]]

KEPT = 16
"""So many beginnings are followed from column to column."""

UNLIKELY = 1e-4
"""A digit is not tried where it is less probable than this."""

NEVER = -1e9


def most_probable(columns: Columns, count: int) -> list[str]:
    """Give so many of the most probable numbers of a row, the best first; the empty one stands for no number."""
    followed = {"": (1.0, 0.0)}  # how probable it is with a last column that shows no digit, and with one that does
    for column in np.exp(columns.astype(np.float64)).tolist():
        nothing = column[NOTHING]
        likely = [(str(digit), share) for digit, share in enumerate(column[:NOTHING]) if share > UNLIKELY]
        fresh: dict[str, tuple[float, float]] = {}
        for text, (paused, held) in followed.items():
            last, either = text[-1:], paused + held
            _add(fresh, text, either * nothing, held * column[int(last)] if last else 0.0)
            for digit, share in likely:
                _add(fresh, text + digit, 0.0, (paused if digit == last else either) * share)  # again after a pause
        if len(fresh) > KEPT:
            fresh = dict(sorted(fresh.items(), key=_both, reverse=True)[:KEPT])
        followed = fresh
    return [text for text, _ in sorted(followed.items(), key=_both, reverse=True)[:count]]


def no_number(columns: Columns) -> float:
    """Say how probable it is that a row holds no number, 0…1."""
    return float(np.exp(columns[:, NOTHING].sum(dtype=np.float64)))


def _both(found: tuple[str, tuple[float, float]]) -> float:
    return found[1][0] + found[1][1]


def _add(found: dict[str, tuple[float, float]], text: str, paused: float, held: float) -> None:
    if paused + held <= 0:
        return
    before = found.get(text)
    found[text] = (before[0] + paused, before[1] + held) if before else (paused, held)


def probabilities(columns: Columns, numbers: "np.ndarray[tuple[int, int], np.dtype[np.int8]]") -> Scores:
    """Give how probable numbers of one length are.

    Args:
        columns: The row.
        numbers: `int8 (n, length)`: their digits.

    Returns:
        `float64 (n,)`, the logarithms of their probabilities.
    """
    count, length = numbers.shape
    signs = np.full((count, 2 * length + 1), NOTHING)
    signs[:, 1::2] = numbers
    skips = _skips(signs)
    before = np.full((count, 2 * length + 3), NEVER)  # with two columns to step from into the first
    total, stepped, skipped = before[:, 2:], before[:, 1:-1], np.empty(signs.shape)
    total[:, :2] = columns[0][signs[:, :2]]
    for column in columns[1:]:
        np.add(before[:, :-2], skips, out=skipped)
        both = np.logaddexp(total, stepped)
        np.logaddexp(both, skipped, out=both)
        np.add(both, column[signs], out=total)
    return np.asarray(np.logaddexp(total[:, -1], total[:, -2]) if length else total[:, -1], np.float64)


def _skips(signs: "np.ndarray") -> "np.ndarray":
    """Give what it costs to come to each sign over the one before it: nothing between two digits that differ."""
    skips = np.full(signs.shape, NEVER)
    skips[..., 3::2][signs[..., 3::2] != signs[..., 1:-2:2]] = 0.0
    return skips


def middles(columns: Columns, number: str) -> list[float]:
    """Give the columns of the strip where the digits of a number are, read as most probably as it can be."""
    signs = np.full(2 * len(number) + 1, NOTHING)
    signs[1::2] = [int(digit) for digit in number]
    skips, likely = _skips(signs), columns[:, signs].astype(np.float64)
    best = np.full((len(columns), len(signs) + 2), NEVER)  # with two columns to step from into the first
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
    return [2 * float(np.flatnonzero(path == 2 * digit + 3).mean()) + 0.5 for digit in range(len(number))]
