"""A PostgreSQL of a test's own, on a socket in a folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

DEADLINE_S = 20.0
# Where Debian keeps the programs of each version.
PROGRAMS = "/usr/lib/postgresql"


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _programs() -> Path:
    program = shutil.which("postgres")
    folders = [Path(program).parent] if program else sorted(Path(PROGRAMS).glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL is not installed: install postgresql to run these tests")
    return folders[-1]


class Postgres:
    """A cluster in ``folder``. A database is made with ``create``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = _programs()
        self._process: subprocess.Popen[bytes] | None = None
        initdb = [str(self._programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
        subprocess.run(
            [*_as_postgres(), *initdb, "-A", "trust", "--no-sync", "-E", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @classmethod
    @contextlib.contextmanager
    def running(cls, folder: Path) -> Iterator[Postgres]:
        """Give a cluster that runs, in a folder of its own below ``folder``."""
        place = Path(tempfile.mkdtemp(prefix="pg-", dir=folder))
        place.chmod(0o711)
        if not os.geteuid():
            shutil.chown(place, "postgres", "postgres")
        postgres = cls(place)
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.kill()

    def conninfo(self, database: str = "postgres") -> str:
        return f"host={self.folder} user=postgres dbname={database}"

    def start(self) -> None:
        """Start and wait until it answers. What a kill has left is waited for."""
        end = time.monotonic() + DEADLINE_S
        self._spawn()
        while not self._answers():
            assert time.monotonic() < end, (self.folder / "log").read_text()
            assert self._process is not None
            if self._process.poll() is not None:
                self._spawn()
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the postmaster and every process of it, as a lost machine would."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def freeze(self) -> None:
        """Stop every process of it where it is."""
        self._signal(signal.SIGSTOP)

    def _signal(self, kind: signal.Signals) -> None:
        assert self._process is not None
        number = self._process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for pid in (number, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)

    def create(self) -> str:
        """Return the connection string of a new database."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.conninfo(name)

    def _spawn(self) -> None:
        options = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "",
            "fsync": "off",
            # What a killed one leaves in /dev/shm, nobody removes.
            "dynamic_shared_memory_type": "mmap",
        }
        settings = [text for name, value in options.items() for text in ("-c", f"{name}={value}")]
        programs = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        command = [*_as_postgres(), *programs, *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.conninfo(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
