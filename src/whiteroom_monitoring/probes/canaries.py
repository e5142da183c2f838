"""Canaries of `whiteroom verify`: one for each source of logs, and whether it comes back."""

from __future__ import annotations

import json
import os
import time
import urllib.parse
from collections.abc import Mapping

from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.canaries import marker, writing
from whiteroom_monitoring.logs.canaries.config import Canary, load
from whiteroom_monitoring.probes.logs import ask
from whiteroom_monitoring.probes.stack import Stack

# The job that their lines have in the log store.
CANARY_JOB = "canary"
# Three times what is usual; what takes longer is found when the check is repeated.
WITHIN_S = 10.0
_PAUSE_S = 0.25
_NS = 10**9


def places(paths: StackPaths) -> Mapping[str, str]:
    """Return the variables of the shipper's configuration."""
    own = {
        "WHITEROOM_LOG": str(paths.log),
        "WHITEROOM_DATA": str(paths.data),
        "WHITEROOM_RUN": str(paths.run),
    }
    return {**os.environ, **own}


class CanaryRound:
    """The canaries of one run: all are written when the first is looked for, to be quick."""

    def __init__(self) -> None:
        self._written: dict[str, int | str] | None = None

    def look(self, stack: Stack, source: str) -> str:
        """Return after how long a source's canary is back; empty where it has none.

        Raises CheckFailed, and CheckSkipped where the source is not there.
        """
        if self._written is None:
            self._written = {name: _write(canary) for name, canary in _canaries(stack).items()}
        elif self._written.get(source) == 0:
            # It is repeated, because its first one did not come back.
            self._written[source] = _write(_canaries(stack)[source])
        written = self._written.get(source, "")
        if isinstance(written, str):
            if written:
                raise CheckSkipped(written)
            return ""
        try:
            return f"live: a canary came back after {_wait(stack, source, written):.1f} s"
        except CheckFailed:
            self._written[source] = 0
            raise


def _canaries(stack: Stack) -> Mapping[str, Canary]:
    path = stack.paths.config / "promtail/canaries.yml"
    if not path.exists():
        return {}
    try:
        canaries = load(path, None, places(stack.paths)).canaries
    except MonitoringError as error:
        raise CheckFailed(f"the configuration of canaries can't be read: {error}") from error
    return {canary.job_name: canary for canary in canaries}


def _write(canary: Canary) -> int | str:
    """Write a canary, and return when, or why its source is not there."""
    written_ns = time.time_ns()
    try:
        writing.write(canary, written_ns)
    except writing.SourceAbsentError as error:
        return str(error)
    except PermissionError as error:
        return f"no right to write a canary: {error}"
    except OSError:
        # It does not come back, which is what is told.
        return written_ns
    return written_ns


def _wait(stack: Stack, source: str, written_ns: int) -> float:
    """Return after how many seconds a canary is found. Raises CheckFailed."""
    parameters = {
        "query": f"{marker.SELECTOR} |= {json.dumps(str(written_ns))}",
        "start": written_ns - 2 * _NS,
        "end": written_ns + 600 * _NS,
        "limit": 10,
    }
    address = stack.paths.url("loki") + "/loki/api/v1/query_range?"
    while True:
        result = json.loads(ask(address + urllib.parse.urlencode(parameters)))["data"]["result"]
        waited_s = (time.time_ns() - written_ns) / _NS
        if any(marker.find(value[1] for stream in result for value in stream["values"])):
            return waited_s
        if waited_s > WITHIN_S:
            raise CheckFailed(
                f"silent: a canary that was written at {source} did not come back within "
                f"{WITHIN_S:.0f} s",
                remedy="whiteroom logs shipper",
            )
        time.sleep(_PAUSE_S)
