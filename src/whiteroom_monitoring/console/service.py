"""Answers what the pages ask: dashboards, panels, alerts, targets, expressions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from whiteroom_monitoring.client.generated import console as metrics
from whiteroom_monitoring.console import alerts, explore, presentation
from whiteroom_monitoring.console.overview import overview
from whiteroom_monitoring.grafana import annotations as marking
from whiteroom_monitoring.grafana import layout, links, markdown
from whiteroom_monitoring.grafana.errors import NotFoundError
from whiteroom_monitoring.grafana.evaluate import Evaluated, Evaluator, View
from whiteroom_monitoring.grafana.layout import Placed
from whiteroom_monitoring.grafana.library import Dashboard, Library
from whiteroom_monitoring.grafana.time_range import TimeRange, time_range

# "Now" moves in steps of so many seconds, so that viewers who look at once ask for the same.
NOW_STEP_S = 5
# In which order a person on call looks; others follow by name.
_ORDER = ("application-performance", "system-health", "business-metrics", "alerts")


@dataclass(frozen=True)
class Question:
    """What a request says of the time, the choices of variables and the width of a drawing."""

    start: str = "now-30m"
    end: str = "now"
    chosen: Mapping[str, Sequence[str]] | None = None
    points: int = 500


class Desk:
    """Answers from a library of dashboards and the data sources. Safe for many threads."""

    def __init__(
        self,
        library: Library,
        evaluator: Evaluator,
        runbooks: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.library, self._evaluator, self._clock = library, evaluator, clock
        self._sources = evaluator.sources
        self._runbooks = {path.stem: path for path in runbooks.glob("*.md")}

    def home(self) -> dict[str, Any]:
        """Return how White Room is, and which dashboards there are."""
        found = asdict(overview(self._sources))
        stale = [_stale(self.library)] if self.library.problem else []
        return {**found, "reasons": [*found["reasons"], *stale], "dashboards": self.dashboards()}

    def dashboards(self) -> list[dict[str, Any]]:
        """Return the dashboards, and which panels sum each of them up."""
        return [
            {
                "uid": each.uid,
                "slug": each.slug,
                "title": each.title,
                "question": _question(each),
                "panels": [p["id"] for p in each.panels() if p["type"] == "stat"][:4],
            }
            for each in sorted(self.library, key=lambda each: _rank(each.slug))
        ]

    def dashboard(self, uid: str, question: Question) -> dict[str, Any]:
        """Return a dashboard's variables, links and panels without their data."""
        view = self._view(uid, question)
        content = view.dashboard.content
        link = links.follow(view.scope)
        return {
            "uid": uid,
            "slug": view.dashboard.slug,
            "title": view.dashboard.title,
            "problem": _stale(self.library) if self.library.problem else "",
            "question": _question(view.dashboard),
            "time": content.get("time") or {"from": "now-30m", "to": "now"},
            "refresh": content.get("refresh") or "",
            "links": [found for found in map(link, content.get("links") or []) if found],
            "variables": [asdict(variable) for variable in view.variables if not variable.hidden],
            "sections": [_section(section) for section in layout.sections(view)],
        }

    def panels(
        self, uid: str, question: Question, wanted: Mapping[str, int], *, marked: bool = False
    ) -> dict[str, Callable[[], dict[str, Any]]]:
        """Return for each key what returns the panel with its data; ``wanted`` are their points.

        ``marked`` adds what returns the dashboard's annotations, as the first.
        """
        view = self._view(uid, question)
        placed = layout.by_key(view)
        views = {p: self._view(uid, replace(question, points=p)) for p in set(wanted.values())}
        panels = {
            key: partial(self._panel, key, placed.get(key), views[points])
            for key, points in wanted.items()
        }
        marks = {"annotations": lambda: {"annotations": marking.marks(view, self._sources)}}
        return {**(marks if marked else {}), **panels}

    def _panel(self, key: str, placed: Placed | None, view: View) -> dict[str, Any]:
        if placed is None:
            return {"key": key, "problem": f"This dashboard has no panel {key}."}
        evaluated = self._evaluator.panel(view, placed.panel, placed.scope)
        metrics.console_evaluations_total.inc(outcome=_outcome(evaluated))
        shown = presentation.panel(evaluated, placed.scope)
        return {**shown, "key": key, "from": view.when.start, "to": view.when.end}

    def alerts(self) -> dict[str, Any]:
        """Return what fires, and the silences."""
        return {
            "alerts": alerts.current(self._sources),
            "silences": alerts.silences(self._sources),
        }

    def history(self, question: Question) -> dict[str, Any]:
        """Return what fired within a range."""
        when = self._when(question)
        spells = alerts.history(self._sources, when)
        return {"spells": spells, "from": when.start, "to": when.end}

    def silence(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Make a silence."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        return {"id": alerts.silence(self._sources, wanted, now)}

    def expire(self, identifier: str) -> dict[str, Any]:
        """End a silence."""
        alerts.expire(self._sources, identifier)
        return {"id": identifier}

    def targets(self) -> dict[str, Any]:
        """Return what is scraped, as Prometheus sees it."""
        found = self._sources.prometheus.get("targets", state="active")["activeTargets"]
        kept = ("health", "labels", "lastError", "lastScrape", "lastScrapeDuration", "scrapeUrl")
        return {"targets": [{name: target.get(name) for name in kept} for target in found]}

    def runbook(self, name: str) -> dict[str, Any]:
        """Return a runbook as HTML. Raises NotFoundError."""
        if name not in self._runbooks:
            raise NotFoundError(f"there is no runbook {name!r}")
        return {"html": markdown.html(self._runbooks[name].read_text(encoding="utf-8"))}

    def explore(self, expression: str, question: Question) -> dict[str, Any]:
        """Return an expression over a range."""
        when = self._when(question)
        found = explore.evaluated(self._sources, expression, when, question.points)
        return {**found, "from": when.start, "to": when.end}

    def names(self) -> dict[str, Any]:
        """Return what an expression may name."""
        return explore.names(self._sources, self._when(Question("now-1h")))

    def labels(self, metric: str, label: str) -> dict[str, Any]:
        """Return the labels of a metric, or the values of one of them."""
        when = self._when(Question("now-1h"))
        if label:
            names = self._sources.prometheus.label_values(label, metric, when.start, when.end)
            return {"values": names}
        return {"labels": explore.labels(self._sources, metric, when)}

    def _view(self, uid: str, question: Question) -> View:
        dashboard = self.library.get(uid)
        when = self._when(question)
        return self._evaluator.view(dashboard, when, question.chosen, question.points)

    def _when(self, question: Question) -> TimeRange:
        now = self._clock() // NOW_STEP_S * NOW_STEP_S
        longest = self._sources.limits.max_range_s
        return time_range(question.start, question.end, now, longest)


def _rank(slug: str) -> tuple[int, str]:
    return (_ORDER.index(slug) if slug in _ORDER else len(_ORDER), slug)


def _stale(library: Library) -> str:
    return f"Dashboards stay as they were: {library.problem}"


def _question(dashboard: Dashboard) -> str:
    """Return what a dashboard answers, without the note where it was generated from."""
    about = str(dashboard.content.get("description") or "").partition(" Generated from ")[0]
    return markdown.html(about)


def _section(section: layout.Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "collapsed": section.collapsed,
        "panels": [
            {
                "key": placed.key,
                "type": placed.panel["type"],
                "title": placed.scope.text(str(placed.panel.get("title") or "")),
                "place": [placed.x, placed.y, placed.width, placed.height],
            }
            for placed in section.panels
        ],
    }


def _outcome(evaluated: Evaluated) -> Any:
    if evaluated.problem:
        return "failed"
    return "unsupported" if evaluated.notice else "shown"
