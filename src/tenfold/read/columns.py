"""What the columns of a row say: its most probable numbers, how probable any number is, and where its digits are.

Source:
    Graves et al. 2006, "Connectionist temporal classification"; the search is that of Graves and Jaitly 2014.
"""

import numpy as np

from tenfold.model.rows import NOTHING, Columns

__all__ = ["Scores", "middles", "most_probable", "probabilities"]

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
        nothing, likely = column[NOTHING], [digit for digit in range(NOTHING) if column[digit] > UNLIKELY]
        fresh: dict[str, tuple[float, float]] = {}
        for text, (paused, held) in followed.items():
            _add(fresh, text, (paused + held) * nothing, held * column[int(text[-1])] if text else 0.0)
            for digit in likely:
                again = text[-1:] == str(digit)  # the same digit once more, only after a pause
                _add(fresh, text + str(digit), 0.0, (paused if again else paused + held) * column[digit])
        followed = dict(sorted(fresh.items(), key=lambda each: -sum(each[1]))[:KEPT])
    return list(followed)[:count]


def _add(found: dict[str, tuple[float, float]], text: str, paused: float, held: float) -> None:
    if paused + held <= 0:
        return
    before = found.get(text, (0.0, 0.0))
    found[text] = before[0] + paused, before[1] + held


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
    skips = np.zeros(signs.shape, bool)
    skips[:, 3::2] = signs[:, 3::2] != signs[:, 1:-2:2]
    total = np.full(signs.shape, NEVER)
    total[:, :2] = columns[0][signs[:, :2]]
    for column in columns[1:]:
        stepped = np.full(signs.shape, NEVER)
        stepped[:, 1:] = total[:, :-1]
        skipped = np.full(signs.shape, NEVER)
        skipped[:, 2:] = np.where(skips[:, 2:], total[:, :-2], NEVER)
        total = np.logaddexp(np.logaddexp(total, stepped), skipped) + column[signs]
    return np.asarray(np.logaddexp(total[:, -1], total[:, -2]) if length else total[:, -1], np.float64)


def middles(columns: Columns, number: str) -> list[float]:
    """Give the columns of the strip where the digits of a number are, read as most probably as it can be."""
    signs = np.full(2 * len(number) + 1, NOTHING)
    signs[1::2] = [int(digit) for digit in number]
    skips = np.concatenate([[False, False], (signs[2:] != NOTHING) & (signs[2:] != signs[:-2])])
    best = np.full(len(signs), NEVER)
    best[:2] = columns[0][signs[:2]]
    came = np.zeros((len(columns), len(signs)), np.intp)
    for time, column in enumerate(columns[1:], 1):
        before = np.stack(
            [best, np.append(NEVER, best[:-1]), np.where(skips, np.append([NEVER] * 2, best[:-2]), NEVER)]
        )
        came[time] = before.argmax(axis=0)
        best = before.max(axis=0) + column[signs]
    place = len(signs) - 1 if best[-1] >= best[-2] else len(signs) - 2
    path = np.empty(len(columns), np.intp)
    for time in range(len(columns) - 1, -1, -1):
        path[time] = place
        place -= came[time, place]
    return [2 * float(np.flatnonzero(path == 2 * digit + 1).mean()) + 0.5 for digit in range(len(number))]
