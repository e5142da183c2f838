"""The stack's own JACK server: its name, and what it leaves in shared memory.

A JACK server that is killed leaves semaphores and memory behind, and even one that ends in order
leaves a registry, which all servers of the machine share.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.deploy.paths import StackPaths

_SHARED_MEMORY = Path("/dev/shm")
_SERVERS = {"jackd", "jackdbus"}


def server_name(paths: StackPaths) -> str:
    """Return the name of the stack's JACK server, which other servers of the machine don't have."""
    return f"whiteroom-{paths.port_offset}"


def ready_file(paths: StackPaths) -> Path:
    """Return the file that is there as soon as the server takes clients."""
    return _SHARED_MEMORY / f"jack_sem.{os.getuid()}_{server_name(paths)}_system"


def remove_leftovers(paths: StackPaths) -> None:
    """Remove what the stack's server has left; what all servers share only when none runs."""
    name, user = server_name(paths), os.getuid()
    patterns = [f"jack_sem.{user}_{name}_*", f"jack_{name}_*"]
    if not _a_server_runs():
        patterns += ["jack-shm-registry", f"jack_db-{user}", f"jack-{user}-*"]
    for path in _matching(patterns):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _matching(patterns: list[str]) -> Iterator[Path]:
    for pattern in patterns:
        for path in _SHARED_MEMORY.glob(pattern):
            if path.lstat().st_uid == os.getuid():
                yield path


def _a_server_runs() -> bool:
    for entry in Path("/proc").glob("[0-9]*/comm"):
        try:
            if entry.read_text().strip() in _SERVERS:
                return True
        except OSError:
            continue
    return False
