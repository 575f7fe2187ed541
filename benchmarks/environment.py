"""The peers' own environment, and the data and weights handed to all alike.

Example: `python -m benchmarks.environment`
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.results import RESULTS

__all__ = ["APART", "DATA", "MODEL", "PEERS", "WEIGHTS", "install_apart", "peer_python", "peer_variables", "prepare"]

PEERS = Path(__file__).parent / "peers"
"""Where the peers' scripts lie."""

ENVIRONMENT = Path(".venv-peers")
"""The peers' virtual environment, below the folder that this runs in."""

APART = Path(".venv-servers").absolute()
"""The folder of the environments of peers whose dependencies exclude each other, one for each."""

LOCK = Path(__file__).parent / "peers-lock.txt"
"""Exact versions of the peers and of all they need."""

DATA = RESULTS / "mnist.npz"
"""MNIST as one uncompressed file, with the keys of Keras's `mnist.npz`."""

MODEL = RESULTS / "model"
"""A model folder of the `tutorial` recipe."""

WEIGHTS = RESULTS / "weights.npz"
"""The weights of `MODEL`, layer by layer: `0_weight` (128, 784), `0_bias`, `1_weight`, …"""


def peer_python() -> Path:
    """Give the path of the peers' Python, which may not be installed yet."""
    return ENVIRONMENT.absolute() / "bin" / "python"


def peer_variables() -> Mapping[str, str]:
    """Give the environment variables of the peers: no messages, and their own programs first on the path."""
    return {
        "PATH": f"{peer_python().parent}{os.pathsep}{os.environ['PATH']}",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",
    }


def prepare(*, peers: bool = True) -> None:
    """Install the peers and write their data, unless that was done before, and train and write the weights for them.

    Args:
        peers: False to leave the peers out.
    """
    if peers:
        _install()
    for module in ("weights",) if DATA.exists() else ("data", "weights"):
        subprocess.run([sys.executable, "-m", "benchmarks.handed_over", module], check=True)


def _install() -> None:
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == LOCK.read_text(encoding="utf-8"):
        return
    print(f"installing the peers into {ENVIRONMENT}", file=sys.stderr, flush=True)
    if not peer_python().exists():
        venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run([peer_python(), "-m", "pip", "install", "--quiet", "--requirement", LOCK], check=True)
    if not shutil.which("clang"):
        _write_clang(ENVIRONMENT / "bin" / "clang")
    shutil.copyfile(LOCK, stamp)


def install_apart(lock: Path) -> Path:
    """Install a peer that can't share an environment with the others, with exact versions, unless that was done before.

    Args:
        lock: Its versions; the environment is called as the file is.

    Returns:
        The environment's Python.
    """
    environment = APART / lock.stem
    python = environment / "bin" / "python"
    stamp, wanted = environment / "installed.txt", lock.read_text(encoding="utf-8")
    if not (stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        print(f"installing {lock.stem} into {APART.name}", file=sys.stderr, flush=True)
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", lock], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _write_clang(target: Path) -> None:
    """Put a clang into the peers' environment: tinygrad compiles with one, and the package `ziglang` holds one."""
    source = (PEERS / "clang.py").read_text(encoding="utf-8")
    target.write_text(f"#!{peer_python()}\n{source}", encoding="utf-8")
    target.chmod(0o755)


def main(
    peers: Annotated[bool, typer.Option(help="Install the peers as well.")] = True,
) -> None:
    """Install the peers and write the data and the weights that all of them are given."""
    prepare(peers=peers)


if __name__ == "__main__":
    typer.run(main)
