"""Removes what the stack's own JACK server has left in shared memory.

A JACK server that is killed leaves semaphores and memory behind, and even one that ends in order
leaves a registry, which all servers of the machine share.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from whiteroom_monitoring.deploy.host.accounts import own_numbers
from whiteroom_monitoring.deploy.paths import StackPaths

_SHARED_MEMORY = Path("/dev/shm")
_SERVERS = {"jackd", "jackdbus"}


def remove(paths: StackPaths) -> None:
    """Remove what the stack's server has left; what all servers share only when none runs."""
    patterns = [f"jack_sem.*_{paths.name}_*", f"jack_{paths.name}_*"]
    if not any(process.info["name"] in _SERVERS for process in psutil.process_iter(["name"])):
        patterns += ["jack-shm-registry", "jack_db-*", "jack-*-*"]
    for path in _matching(patterns):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _matching(patterns: list[str]) -> Iterator[Path]:
    for pattern in patterns:
        for path in _SHARED_MEMORY.glob(pattern):
            if path.lstat().st_uid in (os.getuid(), *own_numbers()):
                yield path
