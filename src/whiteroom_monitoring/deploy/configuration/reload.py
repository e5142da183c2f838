"""Lets Prometheus and Alertmanager take over a changed configuration, and sees that they did."""

from __future__ import annotations

import re
import time

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.errors import MonitoringError

PATIENCE_S = 10.0
POLL_S = 0.1

_LAST_SUCCESS = re.compile(r"^\w+_config_last_reload_success_timestamp_seconds (\S+)$", re.M)


class ReloadError(MonitoringError):
    """A component did not take over the configuration; it goes on with the one before."""


def reload(paths: StackPaths, supervisor: Supervisor, name: str) -> None:
    """Let ``name``, prometheus or alertmanager, read its configuration again.

    Raises ReloadError when it refuses, or does not do it in time.
    """
    before = time.time()
    supervisor.signal(name, "HUP")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        if _last_success(paths, name) > before:
            return
    raise ReloadError(f"{name} did not take over its configuration; see `whiteroom logs {name}`")


def _last_success(paths: StackPaths, name: str) -> float:
    """Return when the configuration was read last, 0 while that is unknown."""
    try:
        text = access.client(paths, name).get_text("/metrics")
    except SourceError:
        return 0.0
    success = _LAST_SUCCESS.search(text)
    return float(success[1]) if success else 0.0
