"""What people did in an exercise, held against what the priority of the alert promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from whiteroom_monitoring.diagnostics import CheckResult
from whiteroom_monitoring.diagnostics.check import State
from whiteroom_monitoring.drills.incidents.journal import SYSTEM, Journal
from whiteroom_monitoring.drills.incidents.model import Incident
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.project.model import Alerts
from whiteroom_monitoring.promql.durations import duration, seconds

AREA = "incident"


@dataclass(frozen=True)
class Review:
    """An exercise that has ended. ``alerts`` says what the project's priorities promise."""

    incident: Incident
    scenario: Scenario
    journal: Journal
    alerts: Alerts

    @property
    def priority(self) -> str:
        """The most urgent priority of the scenario's alerts."""
        given = {a.labels.get(self.alerts.priority_label, "") for a in self.scenario.alerts}
        return next((name for name in self.alerts.priorities if name in given), "")

    @property
    def answer_within_s(self) -> float | None:
        """How soon somebody has to answer, in seconds, or None where nothing is promised."""
        priority = self.alerts.priorities.get(self.priority)
        return seconds(priority.answer_within) if priority and priority.answer_within else None

    def results(self) -> list[CheckResult]:
        """Return a result for each promise, and for what has to happen in an incident."""
        return [
            self._answered(),
            self._happened("paged", "somebody was paged"),
            self._happened("note", "what was seen and done was written down"),
            self._happened("mended", "the cause was mended, and not by the end"),
            self._wrong(),
            self._happened("resolved", "somebody said that it was over"),
        ]

    def _answered(self) -> CheckResult:
        paged, answered = self.journal.first("paged"), self.journal.first("acknowledged")
        promise = self.answer_within_s
        within = f" within {duration(promise)}" if promise else ""
        expected = f"{self.priority or 'it'} acknowledged{within}"
        if paged is None or answered is None:
            return _result("acknowledged", "failed", "nobody acknowledged", expected)
        took = max(0.0, answered - paged)
        state: State = "ok" if promise is None or took <= promise else "failed"
        return _result("acknowledged", state, f"{took:.0f} s after the page", expected)

    def _happened(self, kind: Any, expected: str) -> CheckResult:
        at, began = self.journal.first(kind), self.journal.first("fault") or 0.0
        if at is None:
            return _result(kind, "failed", "never", expected)
        return _result(kind, "ok", f"{at - began:.0f} s after it began", expected)

    def _wrong(self) -> CheckResult:
        texts = [e.text for e in self.journal.entries if e.kind == "wrong repair"]
        seen = f"tried: {', '.join(texts)}" if texts else "none"
        # To try is no fault; that nobody found the cause is one, and said above.
        return _result("wrong repairs", "ok", seen, "few")

    def timeline(self) -> list[str]:
        """Return a line for each thing that happened, in seconds since the fault."""
        began = self.journal.first("fault") or 0.0
        return [
            f"{entry.at - began:6.1f} s  {entry.kind:12}  {entry.who:6}  {entry.text}"
            for entry in self.journal.entries
        ]

    def values(self) -> Mapping[str, str]:
        """Return what a post-mortem can be filled in with."""
        notes = [
            f"- {_utc(e.at)}, {e.who}: {e.text if e.kind == 'note' else f'{e.kind}: {e.text}'}"
            for e in self.journal.entries
            if e.who != SYSTEM
        ]
        return {
            "began": _utc(self.journal.first("fault")),
            "fired": _utc(self.journal.first("fired")),
            "acknowledged": _utc(self.journal.first("acknowledged")),
            "quiet": _utc(self.journal.first("mended")),
            "resolved": _utc(self.journal.last("resolved") or self.journal.first("ended")),
            "noticed": self.incident.report,
            "happened": "\n".join(notes),
            "cause": self.incident.cause,
        }

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of an exercise."""
        return {
            "incident": self.incident.name,
            "title": self.incident.title,
            "cause": self.incident.cause,
            "repair": self.incident.repair,
            "priority": self.priority,
            "answer_within_seconds": self.answer_within_s,
            "timeline": [entry.as_json() for entry in self.journal.entries],
        }


def _result(id: str, state: State, seen: str, expected: str) -> CheckResult:
    return CheckResult(id, AREA, state, seen, expected, (), "", 0.0)


def _utc(at: float | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC"
