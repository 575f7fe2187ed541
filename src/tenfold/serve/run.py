"""The process: an address, one server or several beside each other, and an end without losing a request."""

import asyncio
import gc
import mmap
import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType

import uvicorn
from uvicorn.supervisors import multiprocess

from tenfold.errors import OptionError
from tenfold.serve.app import create_app
from tenfold.serve.options import FORKS, ServeOptions
from tenfold.serve.wire.connection import Connection
from tenfold.serve.wire.logs import log_as_json
from tenfold.serve.wire.metrics import share_metrics

__all__ = ["configure", "listen", "serve"]

BACKLOG = 1024

LAST_SECONDS = 4
"""How long requests are still answered after the server was told to end."""

SETTLE_SECONDS = 0.05
"""How long a connection may take from being let in to being one of the server's."""

TURN_SECONDS = 0.002
"""How long a process that let in the last connection leaves the next one to others."""

LAST = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("i")
"""The process that let in the last connection; all that are forked from one see the same."""

KEEP_SECONDS = 15
"""How long an idle connection is kept."""


def serve(options: ServeOptions, tell: Callable[[str], None] = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM; whoever has been let in by then is answered.

    Args:
        options: How to serve.
        tell: Is told the address once it can be asked.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: An option is not what it should be, or the address cannot be listened at.
    """
    app = create_app(options)  # before anything else, for it finds what is wrong with the options
    with listen(options) as listener:
        log_as_json()
        address = _address(options, listener)
        if options.workers == 1:
            _Server(configure(app, options), lambda: tell(address)).run([listener])
        else:
            _serve_beside_each_other(options, listener, lambda: tell(address))


def _serve_beside_each_other(options: ServeOptions, listener: socket.socket, ready: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="tenfold-") as figures:
        share_metrics(figures)
        config = configure(partial(_worker_app, options), options)
        listener.set_inheritable(True)
        supervisor = _Supervisor(config, [listener])
        gc.freeze()  # what the collector does not touch stays shared
        ready()
        supervisor.run()


def listen(options: ServeOptions) -> socket.socket:
    """Open the socket to listen at.

    Raises:
        OptionError: The address is not this machine's, taken, or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host.strip("[]"), options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise OptionError(f"cannot listen at {where}: {error.strerror}; choose another --host or --port") from error
    return listener


class _Server(uvicorn.Server):
    """A server that says when it is ready, takes turns with those beside it, and whose end is no failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._coming: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and let connections in by turns where other processes do so too."""
        await super().startup(sockets)
        if FORKS and self.config.workers > 1:
            for listener in sockets or ():
                self._watch(listener)
        self._ready()

    def _watch(self, listener: socket.socket) -> None:
        if not self.should_exit and listener.fileno() >= 0:
            asyncio.get_running_loop().add_reader(listener, self._knocked, listener)

    def _knocked(self, listener: socket.socket) -> None:
        """Let one in, after a moment for the others if the last one was let in here as well."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(TURN_SECONDS if LAST[0] == os.getpid() else 0, self._let_in, listener)

    def _let_in(self, listener: socket.socket) -> None:
        pause = 0.0
        try:
            self._take(listener.accept()[0])
            LAST[0] = os.getpid()
        except (BlockingIOError, ConnectionAbortedError):  # another one was faster, or nobody is there any more
            pass
        except OSError:  # too many files are open, or the server has ended
            pause = 1.0
        asyncio.get_running_loop().call_later(pause, self._watch, listener)

    def _take(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        coming = loop.create_task(loop.connect_accepted_socket(self._connection, connection))
        self._coming.add(coming)
        coming.add_done_callback(self._coming.discard)

    def _connection(self) -> asyncio.Protocol:
        return Connection(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, with everybody let in who knocked before, and there to be told of the end."""
        for listener in sockets or ():
            with suppress(OSError):
                while True:
                    self._take(listener.accept()[0])
        for server in self.servers:
            server.close()
        await asyncio.sleep(SETTLE_SECONDS)
        await super().shutdown(sockets)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; uvicorn raises the signal that ended it again, which then finds nothing to end."""
        before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            super().run(sockets)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Worker(multiprocess.Process):
    """One of several servers, which ends when nobody minds it any more."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        if FORKS:
            fork = multiprocessing.get_context("fork")
            self.process = fork.Process(target=self.target, kwargs={"sockets": sockets})  # type: ignore[assignment]

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            self._server = _Server(self.config, lambda: None)
        return self._server

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # until the server takes them they end it, as they should
            signal.signal(number, signal.SIG_DFL)
        super().target(sockets)

    def always_pong(self) -> None:
        self.parent_conn.close()
        with suppress(EOFError, OSError):
            super().always_pong()
        os.kill(os.getpid(), signal.SIGTERM)


multiprocess.Process = _Worker  # type: ignore[misc]  # the name by which the supervisor makes its workers


class _Supervisor(multiprocess.Multiprocess):
    """Keeps several servers running, passes SIGHUP on to them, and at the end holds no door open that nobody minds."""

    def terminate_all(self) -> None:
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def handle_hup(self) -> None:
        for process in self.processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGHUP)


def _worker_app(options: ServeOptions) -> object:
    """Make the application in a process of its own."""
    log_as_json()
    return create_app(options)


def configure(app: object, options: ServeOptions) -> uvicorn.Config:
    """Say how uvicorn serves an application, or what makes one in each of several processes."""
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
        timeout_keep_alive=KEEP_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
    )


def _address(options: ServeOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host.strip("[]") else options.host
    return f"http://{host}:{listener.getsockname()[1]}"


def _ignore(number: int, frame: FrameType | None) -> None:
    """Let a signal pass."""
