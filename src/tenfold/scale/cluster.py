"""A Ray cluster: one of this machine alone that is started for a command, or one that runs already."""

import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from tenfold.errors import OptionError, TenfoldError

__all__ = ["LOCAL", "Cluster", "ClusterError", "check_address", "check_ray", "connected", "stored"]

LOCAL, RUNNING = "local", "auto"
"""What `--cluster` calls a cluster that is started on this machine, and the one that runs on it already."""

STORE_BYTES = 256 << 20
"""Memory of Ray's object store on a cluster that is started here: it holds the model and little else."""

ANSWERS = 10.0
"""Seconds in which the head of a cluster lets itself be reached."""

SHORT = 40
"""Characters of a path at most in which Ray keeps its sockets: it appends up to 62, and Unix allows 107."""


class ClusterError(TenfoldError, ConnectionError):
    """The cluster does not answer, or its processes end again and again."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process is connected to.

    Attributes:
        nodes: How many machines it has now.
        cores: How many processor cores they offer together.
    """

    nodes: int
    cores: int


def check_ray() -> None:
    """Check that Ray is there.

    Raises:
        OptionError: It is not; the message has the line that installs it.
    """
    if find_spec("ray") is None:
        raise OptionError('--cluster needs Ray: pip install "tenfold[scale]"')


@contextmanager
def connected(address: str, *, cores: int | None = None, store: int = STORE_BYTES) -> Iterator[Cluster]:
    """Connect to a cluster for the block; in a process that is connected already, use that connection.

    Args:
        address: `local` starts a cluster on this machine and ends it after the block; `auto` takes the one that this
            machine belongs to; `HOST:PORT` the one whose head listens there, where a node of it runs on this machine.
        cores: How many cores a cluster that is started here offers; None for all of this machine.
        store: Bytes of its object store.

    Raises:
        ClusterError: There is no such cluster, or it does not answer.
        OptionError: Ray is not installed, or `address` is none.
    """
    check_ray()
    check_address(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told who reads what
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # Ray's own coming default; else it warns
    import ray

    with ExitStack() as stack:
        if not ray.is_initialized():
            stack.enter_context(redirect_stdout(sys.stderr))  # Ray prints what happens to nodes between our own output
            stack.callback(ray.shutdown)
            if address == LOCAL:
                _start(stack.enter_context(_short_folder()), cores, store)
            else:
                _join(address)
        yield _described()


def stored(value: object) -> Any:  # noqa: ANN401 (a reference of Ray)
    """Put a value where all machines of the cluster find it; give Ray's reference to it."""
    import ray

    return ray.put(value)


def check_address(address: str) -> None:
    """Check that something is the address of a cluster, as `connected` takes it.

    Raises:
        OptionError: It is not.
    """
    if "://" in address:
        raise OptionError(
            f"{address}: Ray's client is not used; run the command on a machine of the cluster with --cluster auto, or "
            "hand it over: ray job submit --address http://HEAD:8265 -- tenfold …"
        )
    host, colon, port = address.rpartition(":")
    if address not in (LOCAL, RUNNING) and not (host and colon and port.isdecimal()):
        raise OptionError(f"--cluster is local, auto, or the HOST:PORT of a cluster's head, got {address!r}")


def _start(folder: str, cores: int | None, store: int) -> None:
    """Start a cluster on this machine: without a dashboard, all its files in a folder that goes with it."""
    import ray

    os.environ.setdefault("RAY_worker_niceness", "0")  # as without a cluster; Ray's own default is 15
    try:
        ray.init(
            address="local",
            num_cpus=cores,
            object_store_memory=store,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _temp_dir=folder,
        )
    except Exception as error:  # Ray raises what comes: a port, a socket, a process that died
        raise ClusterError(f"no Ray cluster can be started on this machine: {error}") from error


def _join(address: str) -> None:
    import ray

    try:
        if address != RUNNING:  # Ray itself asks for minutes
            host, _, port = address.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS).close()
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except Exception as error:  # as in `_start`
        which = "runs on this machine" if address == RUNNING else f"answers at {address}"
        raise ClusterError(
            f"no Ray cluster {which}: start one with `ray start --head`, join one with `ray start "
            f"--address=HOST:PORT`, or take --cluster local ({str(error).splitlines()[0]})"
        ) from error


def _described() -> Cluster:
    import ray

    nodes = [node for node in ray.nodes() if node["Alive"]]
    return Cluster(len(nodes), int(ray.cluster_resources().get("CPU", 0)))


@contextmanager
def _short_folder() -> Iterator[str]:
    """Make a folder for Ray's files; its sockets lie in it, and their paths must be short."""
    place = tempfile.gettempdir() if len(tempfile.gettempdir()) <= SHORT - len("/ray-12345678") else "/tmp"  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="ray-", dir=place, ignore_cleanup_errors=True) as folder:
        yield folder
