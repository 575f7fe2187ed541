"""uvicorn's server and supervisor, changed where its options don't reach.

This module and `wire/connection.py` are all that knows uvicorn's inside; `pyproject.toml` bounds its version to those
whose inside they know.
"""

import asyncio
import mmap
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from uvicorn.supervisors import multiprocess

from tenfold.serve.options import FORKS, ServeOptions
from tenfold.serve.wire.connection import Connection
from tenfold.serve.wire.metrics import forget_process

__all__ = ["BACKLOG", "Server", "Supervisor", "configure"]

BACKLOG = 1024
"""Connections that the kernel holds for the server until it accepts them."""

KEEP_ALIVE_SECONDS = 15
"""Seconds that an idle connection is kept open."""

LAST_SECONDS = 3
"""Seconds in which requests are still answered after the server was told to end."""

HEALTH_SECONDS = 3
"""Seconds in which a worker must say that it lives."""

KILL_SECONDS = 1.2
"""Seconds after these in which a worker must have ended, before it is killed."""

HAND_OVER_SECONDS = 0.05
"""Seconds from accepting the last connections to closing them: by then uvicorn counts them among its own."""

TURN_SECONDS = 0.002
"""Seconds for which the process that accepted the last connection leaves the next one to the others."""

RETRY_SECONDS = 1.0
"""Seconds until a process that could open no more files accepts connections again."""

LAST = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("i")
"""The id of the process that accepted the last connection, in memory that forked processes share."""


def configure(app: object, options: ServeOptions) -> uvicorn.Config:
    """Give uvicorn's configuration.

    Args:
        app: The application; with several workers, what makes it in each.
        options: How to serve.
    """
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        factory=options.workers > 1,
        workers=options.workers,
        http=Connection,
        ws="none",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
        timeout_worker_healthcheck=HEALTH_SECONDS,
    )


class Server(uvicorn.Server):
    """A server that says when it is ready, takes turns with the other workers, and answers everybody at its end.

    The workers accept from one socket. One that has just accepted waits a moment, so that connections spread evenly;
    the kernel alone would give most to one worker, or with a socket for each worker (`SO_REUSEPORT`) spread them by
    chance.

    Args:
        config: How to serve.
        ready: Called once connections are accepted.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._ready = ready
        self._opening: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; where there are other workers, accept by turns."""
        await super().startup(sockets)
        if FORKS and self.config.workers > 1:
            for listener in sockets or ():
                self._watch(listener)
        self._ready()

    def _watch(self, listener: socket.socket) -> None:
        if not self.should_exit and listener.fileno() >= 0:
            asyncio.get_running_loop().add_reader(listener, self._wait_for_turn, listener)

    def _wait_for_turn(self, listener: socket.socket) -> None:
        """Accept now, or after a moment for the others where this process accepted the last connection."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(TURN_SECONDS if LAST[0] == os.getpid() else 0, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        pause = 0.0
        try:
            self._open(listener.accept()[0])
            LAST[0] = os.getpid()
        except (BlockingIOError, ConnectionAbortedError):  # another worker was faster, or the client has left
            pass
        except OSError:  # too many files are open, or the server has ended
            pause = RETRY_SECONDS
        asyncio.get_running_loop().call_later(pause, self._watch, listener)

    def _open(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        opening = loop.create_task(loop.connect_accepted_socket(self._connection, connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def _connection(self) -> asyncio.Protocol:
        return Connection(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: accept who still waits in the backlog, answer everybody, close."""
        for listener in sockets or ():
            with suppress(OSError):
                while True:
                    self._open(listener.accept()[0])
        for server in self.servers:
            server.close()
        await asyncio.sleep(HAND_OVER_SECONDS)
        await super().shutdown(sockets)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; the signal that ended it, which uvicorn raises once more, is ignored: an end is no failure."""
        before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            super().run(sockets)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Worker(multiprocess.Process):
    """One of several servers; it is forked where that is possible, and ends with its supervisor."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        if FORKS:
            fork = multiprocessing.get_context("fork")
            self.process = fork.Process(target=self.target, kwargs={"sockets": sockets})  # type: ignore[assignment]

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = Server(self.config)
        return self._server

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # the supervisor's handlers were inherited
            signal.signal(number, signal.SIG_DFL)
        super().target(sockets)

    def always_pong(self) -> None:
        """Answer the supervisor's health checks; once it is gone, end."""
        self.parent_conn.close()
        with suppress(EOFError, OSError):
            super().always_pong()
        os.kill(os.getpid(), signal.SIGTERM)


multiprocess.Process = _Worker  # type: ignore[misc]  # the supervisor makes its workers by this name


class Supervisor(multiprocess.Multiprocess):
    """Keeps several workers running, and passes SIGHUP on to them: they reload the model, not themselves.

    An end is passed on at once: the loop that minds the workers may just be waiting for one that does not answer.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)

    def _end(self, *_: object) -> None:
        self.should_exit.set()
        for process in self.processes:
            if process.pid is not None and process.exitcode is None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)

    def terminate_all(self) -> None:
        """End the workers; the supervisor's own sockets are closed first, so that no client waits at them in vain."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died, and leave them out of the gauges."""
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for gone in before - {process.pid for process in self.processes}:
            if gone is not None:
                forget_process(gone)

    def join_all(self) -> None:
        """Wait until the workers have ended; one that is stuck is killed."""
        end = time.monotonic() + LAST_SECONDS + KILL_SECONDS
        for process in self.processes:
            process.process.join(max(0.0, end - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
            process.process.join()

    def handle_hup(self) -> None:
        """Pass SIGHUP on."""
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Handle a signal by doing nothing."""
