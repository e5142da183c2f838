"""Pages when Prometheus or Alertmanager can't: by a way that needs neither of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.reconciler.pagerduty import Service, ServiceError

# Longer than a restart, and than an outage that Prometheus' alerts outlive at Alertmanager.
UNWELL_S = 180.0
AGAIN_S = 300.0
DEDUP_KEY = "whiteroom-monitoring-unwell"
SOURCE = "whiteroom-reconciler"


@dataclass
class Watch:
    """Since when something is not well, and whether it was said; ``file`` exists while it was.

    ``services`` returns those that are paged. Moments are seconds of a clock that never jumps.
    """

    services: Callable[[], Iterable[Service]]
    file: Path
    _since: float | None = None
    _said: float | None = field(default=None)

    def observe(self, problems: Sequence[str], now_s: float) -> list[str]:
        """Page when there have been problems for long enough, end it when there are none."""
        if not problems:
            self._since = self._said = None
            return self._end() if self.file.exists() else []
        self._since = now_s if self._since is None else self._since
        is_due = self._said is None or now_s - self._said >= AGAIN_S
        if now_s - self._since < UNWELL_S or not is_due:
            return []
        minutes = f"{(now_s - self._since) / 60:.0f} min"
        self._said = now_s
        return self._page(f"P0: nobody is alerted: {problems[0]}, for {minutes}"[:110])

    def _page(self, summary: str) -> list[str]:
        self.file.touch()
        payload = {"summary": summary, "source": SOURCE, "component": "monitoring"}
        return [summary, *self._send("trigger", payload)]

    def _end(self) -> list[str]:
        if failures := self._send("resolve", None):
            return failures
        self.file.unlink()
        return ["alerts are evaluated and sent again"]

    def _send(self, action: str, payload: dict[str, str] | None) -> list[str]:
        failures = []
        try:
            for service in self.services():
                service.send(action, DEDUP_KEY, payload)
        except (SourceError, ServiceError) as error:
            failures.append(f"could not be said: {error}")
        return failures
