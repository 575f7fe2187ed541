"""The audit of a promise of error: whether it is still kept, by answers that somebody looked at again.

Whoever looks at a bound again and again, and stops where it is bad, sees a bad one in the end. The bounds here hold
at all times at once: each share of wrong answers is bet against, and is left out once the bets have won 20 times the
stake, which happens to the true share in one audit of 20 at most, however long it goes on.

Source:
    Ville 1939, "Étude critique de la notion de collectif"; Robbins 1970, "Statistical methods related to the law of the
    iterated logarithm"; Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting". The
    alarm: Shin, Ramdas and Rinaldo 2024, "E-detectors"; what a bet would win beyond what is needed is given to its
    other side, as in Fischer and Ramdas 2024, "Improving the (approximate) sequential probability ratio test by
    avoiding overshoot".
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from tenfold.model.promise import CONFIDENCE

__all__ = ["AuditState", "Audited", "Stakes", "audited", "confidence_sequence"]

AuditState: TypeAlias = Literal["kept", "broken", "drift"]
"""`broken`: more of all answers are wrong than was promised. `drift`: more of those of late, not of all."""

MORE = {1.3: 0.05, 2.5: 0.6, 6.0: 0.2, 20.0: 0.15}
"""For the lower bound: how many times a share is bet on, and which part of the stake."""

LESS = {0.0: 0.1, 0.4: 0.8, 0.8: 0.1}
"""The same for the upper bound."""

WATCHED = {1.5: 0.02, 2.5: 0.98}
"""The same for the alarm: 2.5 sees three times the promised share soonest (`python -m benchmarks.audits`), 1.5 sees in
time what is less above it."""

FALSE_ALARMS = 0.0485
"""Share of audits of a promise that is just kept in which there ever is an alarm, at most."""

AT_ONCE = 0.5
"""Part of the stake that is bet from the first answer on; the rest is bet from later answers on, so that a promise that
was kept for long and is no longer is seen too: of what is left 1/2 from the second, 1/6 from the third, 1/12 …"""

CLOSE = 1e-6
"""How exact bounds are."""


@dataclass(frozen=True)
class Audited:
    """What an audit of a promise has found until now.

    Attributes:
        max_error: The share of wrong answers among the accepted that was promised not to be passed.
        n: How many accepted answers were looked at again.
        wrong: How many of them are wrong.
        bounds: The least and the largest share of wrong answers among the accepted, each with 95% confidence whenever
            one looks.
        state: Whether the promise is kept; an alarm, once raised, stays.
        alarm: How many answers had been looked at when the alarm was raised; None where there is none.
    """

    max_error: float
    n: int
    wrong: int
    bounds: tuple[float, float]
    state: AuditState
    alarm: int | None

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can hold."""
        return {**vars(self), "bounds": list(self.bounds)}

    def __str__(self) -> str:
        """Say it in one line."""
        low, high = self.bounds
        found = f"{self.wrong:,} of {self.n:,} looked at again are wrong, {low:.2%} to {high:.2%} of all accepted"
        if self.state == "kept":
            return f"promise of {self.max_error:.3g} kept so far: {found}"
        told = "does not hold" if self.state == "broken" else "holds no longer"
        return (
            f"PROMISE OF {self.max_error:.3g} {told.upper()}: {found}; calibrate on labelled pictures of now, "
            "`tenfold calibrate`"
        )


def audited(answers: Iterable[bool], max_error: float) -> Audited:
    """Sum up an audit.

    Args:
        answers: Whether each accepted answer that was looked at again is wrong, in the order in which that was said.
            Which ones are looked at must not depend on what they show.
        max_error: The share of wrong answers that was promised not to be passed, above 0 and below 1.
    """
    alarm: int | None = None
    n = wrong = 0
    stakes = Stakes(max_error)
    for n, each in enumerate(answers, 1):
        wrong += each
        if stakes.bet(np.array([each])).any() and alarm is None:
            alarm = n
    bounds = confidence_sequence(wrong, n)
    state: AuditState = "kept" if alarm is None else "broken" if bounds[0] > max_error else "drift"
    return Audited(max_error, n, wrong, bounds, state, alarm)


def confidence_sequence(wrong: int, count: int) -> tuple[float, float]:
    """Give the least and the largest share of wrong answers, each with 95% confidence at all times of an audit.

    Args:
        wrong: How many of the answers are wrong, 0…count.
        count: How many answers there are.

    Returns:
        The two bounds, 0…1, exact to a millionth; 0 and 1 where there is no answer.
    """
    needed = -math.log(1 - CONFIDENCE)
    lower = _crossing(lambda share: _won(wrong, count, share, MORE) < needed)[0] if wrong else 0.0
    upper = _crossing(lambda share: _won(wrong, count, share, LESS) >= needed)[1] if wrong < count else 1.0
    return lower, upper


def _won(wrong: int, count: int, share: float, bets: dict[float, float]) -> float:
    """Give the logarithm of what bets on multiples of a share have won, if it were the true one."""
    won = [
        math.log(part)
        + _logs(min(times, 1 / share), wrong)
        + _logs((1 - min(times * share, 1.0)) / (1 - share), count - wrong)
        for times, part in bets.items()
    ]
    return float(np.logaddexp.reduce(won))


def _logs(factor: float, count: int) -> float:
    return 0.0 if not count else count * math.log(factor) if factor > 0 else -math.inf


def _crossing(above: Callable[[float], bool]) -> tuple[float, float]:
    """Give two shares a millionth apart, between which something begins to hold."""
    low, high = 0.0, 1.0
    while high - low > CLOSE:
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) else (middle, high)
    return low, high


class Stakes:
    """What is left of stakes of 1 that are bet on more wrong answers than were promised, in one audit or several.

    As long as no more than `max_error` of the answers to come are wrong, whatever came before, a stake is not expected
    to grow; so it reaches `1 / FALSE_ALARMS` with that probability at most.

    Args:
        max_error: The share of wrong answers that was promised, above 0 and below 1.
        audits: How many audits there are.
    """

    def __init__(self, max_error: float, audits: int = 1) -> None:
        self._error = max_error
        self._times = np.minimum(np.array(list(WATCHED)), 1 / max_error)
        self._parts = np.array(list(WATCHED.values()))
        self._right = np.maximum(0.0, (1 - self._times * max_error) / (1 - max_error))
        self._held = np.zeros((audits, len(WATCHED)))
        self._count = 0

    def bet(self, wrong: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Bet on one answer of each audit, wrong or not; gives whether that won as much as an alarm takes."""
        self._count += 1
        begun = AT_ONCE if self._count == 1 else (1 - AT_ONCE) * (1 / (self._count - 1) - 1 / self._count)
        held = self._held + begun * self._parts
        if_wrong, if_right = held * self._times, held * self._right
        enough = 1 / FALSE_ALARMS
        given = (held.sum(axis=1) - self._error * enough) / np.maximum((1 - self._error) * if_right.sum(axis=1), 1e-300)
        over = if_wrong.sum(axis=1) > enough  # what it wins beyond that is given to the other side
        if_right *= np.where(over, np.maximum(given, 1.0), 1.0)[:, None]
        self._held = np.where(wrong[:, None], if_wrong, if_right)
        total = self._held.sum(axis=1)
        self._held *= np.minimum(1.0, enough / np.maximum(total, 1e-300))[:, None]
        return np.asarray(total >= enough * (1 - CLOSE), np.bool_)
