"""A PostgreSQL server in a folder of its own, which may be killed and started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from benchmarks.processes import family

__all__ = ["PostgreSql"]

NOBODY = 65534
"""The user that the server runs as: it refuses to run as the superuser."""


class PostgreSql:
    """Runs the server that is installed, from the block's beginning to its end.

    Attributes:
        place: Its URL, as `--store` takes it.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """

    def __init__(self) -> None:
        found = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
        if found is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self._binaries, self._own = Path(found).parent, Path(tempfile.mkdtemp(prefix="tenfold-postgresql-"))
        self._rights: list[str] = []
        if os.getuid() == 0:
            self._rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            os.chown(self._own, NOBODY, NOBODY)
        self._data = self._own / "data"
        self._run("initdb", "--username", "tenfold", "--auth", "trust", "--no-sync")
        self.place = f"postgresql://tenfold@/postgres?host={self._own}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self._own)

    def start(self) -> None:
        """Start it, again where it was killed."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._own}'"
        self._run("pg_ctl", "--wait", "--log", self._own / "log", "--options", options, "start")

    def kill(self) -> None:
        """Kill the server's process and all that it has started."""
        own = family(int((self._data / "postmaster.pid").read_text().split()[0]))
        for number in own:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        while any(Path(f"/proc/{number}").exists() for number in own):
            time.sleep(0.01)

    def _run(self, program: str, *words: object) -> None:
        command = [*self._rights, self._binaries / program, "--pgdata", self._data, *words]
        subprocess.run(
            [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, cwd=self._own
        )
