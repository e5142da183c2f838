"""The versions of the components' programs, asked once at the start."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy.component import PYTHON, Component

TIMEOUT_S = 10
_VERSION = re.compile(r"\d+\.\d+[\w.+~-]*")


def of(components: Sequence[Component]) -> dict[str, str]:
    """Return the version of each component by name; empty where a program doesn't tell."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(_of_one, components)
        return {c.name: version for c, version in zip(components, found, strict=True)}


def _of_one(component: Component) -> str:
    if component.program is PYTHON:
        return __version__
    program = component.program.find()
    if program is None:
        return ""
    try:
        said = subprocess.run(
            [program, component.program.version],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(said.stdout + said.stderr)
    return found[0] if found else ""
