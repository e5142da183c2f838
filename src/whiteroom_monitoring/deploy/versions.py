"""The versions of the components' programs, asked once at the start."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy.planner.placeholders import interpreter
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent

TIMEOUT_S = 10
_VERSION = re.compile(r"\d+\.\d+[\w.+~-]*")


def of(components: Sequence[ResolvedComponent]) -> dict[str, str]:
    """Return the version of each component by name; empty where a program doesn't tell."""
    with ThreadPoolExecutor() as pool:
        versions = pool.map(lambda component: _version(component.version_command), components)
        return {c.name: version for c, version in zip(components, versions, strict=True)}


def _version(command: Sequence[str]) -> str:
    if command[0] == interpreter():
        return __version__
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = _VERSION.search(done.stdout + done.stderr)
    return match[0] if match else ""
