"""The process: an address, one server or several workers, and an end without a lost request."""

import gc
import socket
import tempfile
from collections.abc import Callable
from functools import partial

from tenfold.errors import OptionError
from tenfold.serve.app import create_app
from tenfold.serve.options import ServeOptions
from tenfold.serve.server import BACKLOG, Server, Supervisor, configure
from tenfold.serve.wire.logs import log_as_json
from tenfold.serve.wire.metrics import share_metrics

__all__ = ["listen", "serve"]


def serve(options: ServeOptions, tell: Callable[[str], None] = lambda _: None) -> None:
    """Serve until SIGINT or SIGTERM; requests on connections that were accepted by then are still answered.

    Args:
        options: How to serve.
        tell: Called with the address once it answers.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: An option is not allowed, or the address cannot be listened at.
    """
    app = create_app(options)  # first, for it finds what is wrong with the options
    with listen(options) as listener:
        log_as_json()
        address = _address(options, listener)
        if options.workers == 1:
            Server(configure(app, options), lambda: tell(address)).run([listener])
        else:
            _serve_with_workers(options, listener, lambda: tell(address))


def _serve_with_workers(options: ServeOptions, listener: socket.socket, ready: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="tenfold-") as folder:
        share_metrics(folder)
        config = configure(partial(_worker_app, options), options)
        listener.set_inheritable(True)
        listener.listen(BACKLOG)  # who knocks before the workers have started waits, and is not turned away
        supervisor = Supervisor(config, [listener])
        gc.freeze()  # the garbage collector then does not write to what is loaded, so that its memory stays shared
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


def _worker_app(options: ServeOptions) -> object:
    """Make a worker's application."""
    log_as_json()
    return create_app(options)


def _address(options: ServeOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host.strip("[]") else options.host
    return f"http://{host}:{listener.getsockname()[1]}"
