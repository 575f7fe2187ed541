"""Other servers of the same network, each in a separate environment, with two workers or threads.

Example: `python -m benchmarks.servers`
"""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import tenfold
from benchmarks.environment import APART, PEERS, install_apart
from tenfold.model.folder import SHIPPED

__all__ = ["SERVERS", "Running", "prepare_servers"]

SOURCE = Path(tenfold.__file__).parents[1]
"""Where the servers import Tenfold from, to prepare pictures."""

MODEL = SHIPPED / "model.onnx"
"""The network that every server is given."""

Running: TypeAlias = tuple["subprocess.Popen[bytes]", str]
"""A server's process, and the address that it answers at."""


def prepare_servers() -> None:
    """Install the servers, with exact versions, unless that was done before."""
    for lock in sorted(PEERS.glob("serve_*.txt")):
        install_apart(lock)


@contextlib.contextmanager
def _run(name: str, *command: str) -> Iterator[Running]:
    """Run a server at a free port; at the end, end it and its children."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    programs = APART / name / "bin"
    variables = {
        **os.environ,
        "PYTHONPATH": f"{SOURCE}{os.pathsep}{PEERS}",
        "MODEL": str(MODEL),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "BENTOML_DO_NOT_TRACK": "True",
        "LIT_SERVER_DISABLE_TRACKING": "1",
    }
    words = [str(programs / command[0]), *(word.replace("PORT", str(port)) for word in command[1:])]
    process = subprocess.Popen(
        words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process, f"http://127.0.0.1:{port}/v1/digits"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


SERVERS: Mapping[str, Callable[[], AbstractContextManager[Running]]] = MappingProxyType(
    {
        "LitServe": partial(_run, "serve_litserve", "python", str(PEERS / "serve_litserve.py"), str(MODEL), "PORT"),
        "BentoML": partial(_run, "serve_bentoml", "bentoml", "serve", "serve_bentoml:Digits", "--port", "PORT"),
        "MLServer": partial(_run, "serve_mlserver", "python", str(PEERS / "serve_mlserver.py"), str(MODEL), "PORT"),
    }
)
"""Functions that run a server, by its name."""


if __name__ == "__main__":
    prepare_servers()
