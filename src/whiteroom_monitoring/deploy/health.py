"""Whether components answer, asked over HTTP and all at once."""

from __future__ import annotations

import http
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from whiteroom_monitoring.datasources.errors import SourceTimeoutError, UnreachableError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

TIMEOUT_S = 2.0
WELL = "ok"


def of(paths: StackPaths, components: Sequence[Component]) -> dict[str, str]:
    """Return ``ok`` or the reason why not, for each component by name."""
    with ThreadPoolExecutor(max_workers=max(1, len(components))) as pool:
        found = pool.map(lambda component: _of_one(paths, component), components)
        return {c.name: health for c, health in zip(components, found, strict=True)}


def _of_one(paths: StackPaths, component: Component) -> str:
    if component.probe:
        return _probed(component.probe)
    if component.health is None:
        there = component.ready is None or component.ready.exists()
        return WELL if there else f"{component.ready} is not there"
    address = f"http://{LOOPBACK}:{paths.port(component.ports[0])}"
    client = HttpClient(component.name, address, Limits(timeout_s=TIMEOUT_S))
    try:
        status = client.get_status(component.health)
    except SourceTimeoutError:
        return f"no answer within {TIMEOUT_S:g} s"
    except UnreachableError as error:
        return f"no answer: {error.reason}"
    return WELL if status == http.HTTPStatus.OK else f"status {status}"


def _probed(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT_S:g} s"
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    said = (done.stderr + done.stdout).decode(errors="replace").strip()
    return (
        WELL if done.returncode == 0 else f"no answer: {said or 'it does not accept connections'}"
    )
