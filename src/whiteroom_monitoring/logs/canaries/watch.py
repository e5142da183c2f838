"""Writes canaries all the time, and looks for them in the log store by query and by tail."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.canaries import marker, writing
from whiteroom_monitoring.logs.canaries.config import Canaries, Canary
from whiteroom_monitoring.logs.canaries.stats import CanaryStats
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.target import Target

INTERVAL_S = 10.0
AGAIN_S = 5.0
_LIMIT = 5000
_PUSH = "/loki/api/v1/push"
_NS = 10**9
# Some programs log whole seconds, and clocks of the machine's programs are one.
_MARGIN_NS = 2 * _NS


class CanaryWatch:
    """Two threads: one writes and asks, one listens. ``stop`` ends them."""

    def __init__(self, canaries: Canaries, client: Client) -> None:
        self._canaries = canaries.canaries
        self._target = Target(client)
        self._base = client.url.removesuffix(_PUSH)
        self._stats = CanaryStats()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._problems: dict[str, str] = {}

    def start(self) -> None:
        """Begin. Raises OSError where the files of canaries can't be made."""
        writing.make_folders(self._canaries)
        for name, run in (("canaries", self._run), ("canaries-tail", self._listen)):
            threading.Thread(target=run, name=name, daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            for canary in self._canaries:
                self._write(canary)
            while not self._stopped.wait(self._pause_s(began)):
                self._query()
                if time.monotonic() - began >= INTERVAL_S:
                    break

    def _pause_s(self, began: float) -> float:
        """Return when to look next: often while canaries are under way that are new."""
        left_s = max(0.0, INTERVAL_S - (time.monotonic() - began))
        with self._lock:
            waits_s = self._stats.waits_s(time.time_ns())
        return min(left_s, left_s if waits_s is None else max(0.5, waits_s / 4))

    def _write(self, canary: Canary) -> None:
        source, now_ns = canary.job_name, time.time_ns()
        with self._lock:
            self._stats.write(source, now_ns)
        try:
            if canary.file:
                writing.rotate(canary)
            writing.write(canary, now_ns)
        except writing.SourceAbsentError as error:
            with self._lock:
                self._stats.leave_out(source, now_ns)
            self._say(source, f"{error}; no canary is written")
            return
        except OSError as error:
            # It is written down and not written: that it does not come back is what is told.
            self._say(source, f"{error}")
        else:
            self._problems.pop(source, None)
        self._stats.count(source)

    def _say(self, source: str, problem: str) -> None:
        if self._problems.get(source) != problem:
            self._problems[source] = problem
            print(f"canary {source}: {problem}", flush=True)

    def _query(self) -> None:
        now_ns = time.time_ns()
        with self._lock:
            begin_ns = self._stats.begin_ns(now_ns) - _MARGIN_NS
        times = {"start": begin_ns, "end": now_ns + _MARGIN_NS, "limit": _LIMIT}
        try:
            found = list(_canaries_of(self._target.get(self._address("query_range", **times))))
            self._problems.pop("by query", None)
        except (OSError, MonitoringError, ValueError, KeyError, TypeError) as error:
            self._say("by query", f"{error}")
            found = []
        with self._lock:
            self._stats.find("query", found, time.time_ns())
            self._stats.expire(time.time_ns())

    def _address(self, path: str, **parameters: object) -> str:
        query = urllib.parse.urlencode({"query": marker.SELECTOR, **parameters})
        return f"{self._base}/loki/api/v1/{path}?{query}"

    def _listen(self) -> None:
        # It costs memory, which nobody needs who has no canary.
        from websockets.exceptions import WebSocketException  # noqa: PLC0415

        while not self._stopped.is_set():
            try:
                self._tail()
            except (OSError, WebSocketException, ValueError, KeyError, TypeError) as error:
                self._say("by tail", f"{error or type(error).__name__}")
            self._stopped.wait(AGAIN_S)

    def _tail(self) -> None:
        from websockets.sync.client import connect  # noqa: PLC0415

        address = "ws" + self._address("tail", limit=_LIMIT).removeprefix("http")
        headers = self._target.headers("")
        with connect(address, max_size=None, additional_headers=headers) as connection:
            for message in connection:
                self._problems.pop("by tail", None)
                found = list(_canaries_in(json.loads(message).get("streams") or ()))
                with self._lock:
                    self._stats.find("tail", found, time.time_ns())
                if self._stopped.is_set():
                    return


def _canaries_of(body: bytes) -> Iterator[tuple[str, int]]:
    return _canaries_in(json.loads(body)["data"]["result"])


def _canaries_in(streams: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    return marker.find(value[1] for stream in streams for value in stream["values"])
