"""Lots of inputs, handed out to the processes of a cluster until each is done, whoever dies meanwhile.

A plain pool of actors, each with one lot at a time. A lot whose process or machine dies, or does not answer, is given
to another. One that ends three of them is halved, again and again, until the input that does it stands alone.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from tenfold.errors import TenfoldError
from tenfold.scale.cluster import ClusterError
from tenfold.scale.inputs import Span, slices
from tenfold.scale.stores import StoreError
from tenfold.scale.worker import VERSION, Done

__all__ = ["PATIENCE", "Lot", "mapped", "read_lots"]

DEATHS = 3
"""Processes that a lot may end before it is halved, or where it is one input alone, given up. A process may die of
something else, so one death says little."""

FAILURES = 3
"""Times that a lot may find a store not answering, each of which lasts some ten seconds, before the run stops."""

PATIENCE = 300.0
"""Seconds that a lot may take, at least; it may take ten times as long as the slowest one so far."""

SLOWER = 10

LOOK = 1.0
"""Seconds after which somebody looks whether a process takes too long."""

SILENCE = 30.0
"""Seconds without any process after which it is said that the cluster gives none."""

AHEAD = 2
"""Calls of `mapped` that are under way for each core."""

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Lot:
    """Inputs that one process reads together.

    Attributes:
        first: The number of the first.
        spans: Where they are.
        deaths: How many processes it has ended.
        failures: How often a store did not answer.
        guilty: What to say of them in place of reading them.
    """

    first: int
    spans: tuple[Span, ...]
    deaths: int = 0
    failures: int = 0
    guilty: str = ""

    def __len__(self) -> int:
        return sum(span.end - span.first for span in self.spans)

    def after_death(self) -> "list[Lot]":
        """Give what to do when it has ended a process: itself once more, its halves, or itself, given up."""
        lot = replace(self, deaths=self.deaths + 1)
        if lot.deaths < DEATHS:
            return [lot]
        if len(lot) == 1:
            return [replace(lot, guilty=f"reading it ended the process that read it, {DEATHS} times")]
        middle = self.first + len(self) // 2
        halves = slices(self.spans, ((0, middle - self.first), (middle - self.first, len(self))))
        lots = [Lot(self.first + first, spans) for first, spans in halves]
        return [replace(half, deaths=DEATHS - 1 if len(half) > 1 else 1) for half in lots]


@dataclass
class _Turn:
    """A lot that a process reads, and since when."""

    actor: Any
    lot: Lot
    since: float


def read_lots(
    lots: Iterable[Lot],
    worker: type,
    given: Sequence[object],
    *,
    workers: int,
    done: Callable[[Done], None],
    say: Callable[[str], None],
    patience: float = PATIENCE,
) -> None:
    """Have all lots read.

    Args:
        lots: They are taken when a process is free, so that they may be made as they are needed.
        worker: What a process runs: as `Worker`, it has the methods `ready` and `read`.
        given: What it is made from; references of Ray among that are followed.
        workers: How many processes read, each on one core.
        done: Called after each lot.
        say: Says what somebody who waits wants to know.
        patience: Seconds that a lot may take at least before its process is given up.

    Raises:
        ClusterError: Processes cannot be started, or have another version of Tenfold.
        DataError: Results cannot be written, or a store does not answer; what is written stays.
    """
    pool = _Pool(worker, given, workers, done, say, patience)
    try:
        pool.run(iter(lots))
    finally:
        pool.end()


class _Pool:
    def __init__(
        self,
        worker: type,
        given: Sequence[object],
        workers: int,
        done: Callable[[Done], None],
        say: Callable[[str], None],
        patience: float,
    ) -> None:
        import ray

        self._actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(worker)
        self._given, self._workers = given, workers
        self._done, self._say, self._patience = done, say, patience
        self._starting: dict[Any, Any] = {}
        self._idle: list[Any] = []
        self._running: dict[Any, _Turn] = {}
        self._again: deque[Lot] = deque()
        self._failed_starts = 0
        self._slowest = 0.0
        self._silent_since: float | None = time.monotonic()

    def run(self, lots: Iterator[Lot]) -> None:
        """Hand lots out until none is left."""
        import ray

        while True:
            self._hand_out(lots)
            if not self._running and not self._again and self._idle:
                return
            calls = [*self._running, *self._starting]
            ready, _ = ray.wait(calls, num_returns=1, timeout=LOOK)
            if ready:
                ready, _ = ray.wait(calls, num_returns=len(calls), timeout=0)
            for call in ready:
                self._take(call)
            self._look_around()

    def end(self) -> None:
        """End all processes."""
        for actor in (*self._idle, *self._starting.values(), *(turn.actor for turn in self._running.values())):
            _kill(actor)

    def _hand_out(self, lots: Iterator[Lot]) -> None:
        """Start as many processes as there should be, and give a lot to each that has none."""
        for _ in range(len(self._starting) + len(self._idle) + len(self._running), self._workers):
            actor = self._actor.remote(*self._given)
            self._starting[actor.ready.remote()] = actor
        while self._idle:
            lot = self._again.popleft() if self._again else next(lots, None)
            if lot is None:
                return
            actor = self._idle.pop()
            call = actor.read.remote(lot.first, lot.spans, lot.guilty)
            self._running[call] = _Turn(actor, lot, time.monotonic())

    def _take(self, call: Any) -> None:  # noqa: ANN401
        """Take what a process answered, or see that it has died."""
        import ray

        turn = self._running.pop(call, None)
        actor = turn.actor if turn else self._starting.pop(call)
        try:
            answer = ray.get(call)
        except ray.exceptions.RayTaskError as error:
            self._idle.append(actor)
            if turn and isinstance(error.cause, StoreError) and turn.lot.failures < FAILURES:
                self._again.append(replace(turn.lot, failures=turn.lot.failures + 1))
                return
            raise (error.cause if isinstance(error.cause, TenfoldError) else error) from error
        except ray.exceptions.RayError as error:
            _kill(actor)
            self._bury(turn, error)
            return
        self._idle.append(actor)
        if turn:
            self._slowest = max(self._slowest, time.monotonic() - turn.since)
            self._done(answer)
        else:
            self._failed_starts = 0
            if answer != VERSION:
                raise ClusterError(f"the cluster has tenfold {answer}, this machine {VERSION}: install the same")

    def _bury(self, turn: _Turn | None, error: Exception) -> None:
        """Give the lot of a process that died to another."""
        if turn:
            self._again.extend(turn.lot.after_death())
            return
        self._failed_starts += 1
        if self._failed_starts > DEATHS + self._workers:
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise ClusterError(f"no process of the cluster can be started: {lines[-1].strip()}") from error

    def _look_around(self) -> None:
        """Give up processes that do not answer, and say where the cluster gives none."""
        now = time.monotonic()
        most = max(self._patience, SLOWER * self._slowest)
        for call, turn in list(self._running.items()):
            if now - turn.since > most:
                del self._running[call]
                _kill(turn.actor)
                self._again.extend(turn.lot.after_death())
        if self._running or self._idle:
            self._silent_since = now
        elif self._silent_since is not None and now - self._silent_since > SILENCE:
            self._silent_since = None
            self._say("waiting for the cluster: it has no free core for a process that reads")


def mapped(
    function: Callable[[Sequence[Given], str], list[Made]], lots: Iterable[Sequence[Given]], base: str, cores: int
) -> Iterator[list[Made]]:
    """Call a function for each lot on the cluster, some ahead of what is taken; a call whose process dies is repeated.

    Args:
        function: Takes a lot, and the folder that paths begin in.
        lots: What to call it with.
        base: That folder.
        cores: How many cores the cluster has.

    Yields:
        What it gave, in the order of the lots.

    Raises:
        ClusterError: A call ended its process again and again.
    """
    import ray

    call = ray.remote(num_cpus=1, max_retries=DEATHS)(function)
    waiting: deque[Any] = deque()
    rest = iter(lots)
    while True:
        waiting.extend(call.remote(lot, base) for lot in islice(rest, AHEAD * max(cores, 1) - len(waiting)))
        if not waiting:
            return
        try:
            yield ray.get(waiting.popleft())
        except ray.exceptions.RayTaskError as error:
            raise (error.cause if isinstance(error.cause, TenfoldError) else error) from error
        except ray.exceptions.RayError as error:
            raise ClusterError(f"inputs cannot be counted on the cluster: {error}") from error


def _kill(actor: Any) -> None:  # noqa: ANN401
    import ray

    with suppress(Exception):  # it is dead
        ray.kill(actor)
