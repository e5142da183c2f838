"""Answers what the pages ask: dashboards, panels, alerts, targets, expressions."""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from whiteroom_monitoring.client.generated import console as metrics
from whiteroom_monitoring.console import alert_history, alerts, explore
from whiteroom_monitoring.console.logs.explorer import LogExplorer
from whiteroom_monitoring.console.logs.services import services_of
from whiteroom_monitoring.console.overview import overview, with_broken_path
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.grafana.display import layout, markdown
from whiteroom_monitoring.grafana.display.dashboard_links import followable
from whiteroom_monitoring.grafana.display.layout import PanelLayout
from whiteroom_monitoring.grafana.evaluation.annotations import annotate
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated, Evaluator, View
from whiteroom_monitoring.grafana.evaluation.frames import DashboardList
from whiteroom_monitoring.grafana.evaluation.time_range import (
    Calendar,
    TimeRange,
    is_relative,
    time_range,
    timezone_of,
)
from whiteroom_monitoring.grafana.model.dashboard import Dashboard, TimeSettings
from whiteroom_monitoring.grafana.model.library import Library
from whiteroom_monitoring.pager_path import read_state
from whiteroom_monitoring.project.model import Project

# "Now" moves in steps of so many seconds, so that viewers who look at once ask for the same.
NOW_STEP_S = 5
# The lines of one moment are of a few milliseconds.
LEAST_LOG_RANGE_S = 0.001
# How many figures of a dashboard the home page shows.
_MAX_STATS = 4

PanelAnswer = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class ViewRequest:
    """What a request says of the time, the choices of variables and the width of a drawing.

    ``timezone`` and ``week_start`` are the viewer's.
    """

    start: str = "now-30m"
    end: str = "now"
    choices: Mapping[str, Sequence[str]] | None = None
    points: int = 500
    timezone: str = ""
    week_start: str = ""


# Where the console's pages of runbooks are.
RUNBOOKS = "/runbooks/"


class DashboardService:
    """Answers from a library of dashboards and the data sources. Safe for many threads."""

    def __init__(
        self,
        library: Library,
        evaluator: Evaluator,
        project: Project,
        clock: Callable[[], float] = time.time,
        *,
        runbooks: Path | None = None,
        pager_path: Path | None = None,
    ) -> None:
        self.project = project
        self._pager_path = pager_path
        self.library, self._evaluator, self._clock = library, evaluator, clock
        self._sources = evaluator.sources
        self.logs = LogExplorer(evaluator.sources)
        pages = (runbooks or project.files.runbooks).glob("*.md")
        self._runbooks = {path.stem: path for path in pages}

    def home(self) -> dict[str, Any]:
        """Return the state of what is watched, and the dashboards."""
        path = read_state(self._pager_path) if self._pager_path else None
        broken = path.problems(self._clock()) if path else []
        content = asdict(with_broken_path(overview(self._sources, self.project.title), broken))
        reasons = [*content["reasons"], *self._file_problems()]
        return {**content, "reasons": reasons, "dashboards": self.dashboards()}

    def dashboards(self) -> list[dict[str, Any]]:
        """Return the dashboards, and which panels sum each of them up."""
        return [
            {
                "uid": dashboard.uid,
                "slug": dashboard.slug,
                "title": dashboard.title,
                "description": _description(dashboard),
                "panels": [p.id for p in dashboard.panels() if p.type == "stat"][:_MAX_STATS],
            }
            for dashboard in sorted(
                self.library, key=lambda dashboard: self.project.rank(dashboard.slug)
            )
        ]

    def dashboard(self, uid: str, request: ViewRequest) -> dict[str, Any]:
        """Return a dashboard's variables, links and panels without their data."""
        view = self._view(uid, request)
        dashboard = view.dashboard
        links = (followable(link, view.scope) for link in dashboard.links)
        return {
            "uid": dashboard.uid,
            "slug": dashboard.slug,
            "title": dashboard.title,
            "problem": "; ".join([*self._file_problems(), *dashboard.problems]),
            "description": _description(dashboard),
            "time": {"from": dashboard.time.start, "to": dashboard.time.end},
            "timezone": dashboard.time.timezone,
            "refresh": dashboard.time.refresh,
            "from": view.time_range.start,
            "to": view.time_range.end,
            "links": [asdict(link) for link in links if link],
            "variables": [asdict(variable) for variable in view.variables if not variable.hidden],
            "sections": [_section(section) for section in layout.sections(view)],
        }

    def panels(
        self,
        uid: str,
        request: ViewRequest,
        points_by_key: Mapping[str, int],
        *,
        annotated: bool = False,
    ) -> dict[str, PanelAnswer]:
        """Return for each key what returns the panel with its data, at so many points.

        ``annotated`` adds what returns the dashboard's annotations, as the first.
        """
        view = self._view(uid, request)
        layouts = layout.by_key(view)
        widths = set(points_by_key.values())
        views = {points: self._view(uid, replace(request, points=points)) for points in widths}
        answers: dict[str, PanelAnswer] = {
            key: partial(self._panel, key, layouts.get(key), views[points])
            for key, points in points_by_key.items()
        }
        if not annotated:
            return answers
        return {"annotations": partial(self._annotations, view), **answers}

    def _annotations(self, view: View) -> dict[str, Any]:
        return {
            "annotations": [asdict(annotation) for annotation in annotate(view, self._evaluator)]
        }

    def _panel(self, key: str, panel: PanelLayout | None, view: View) -> dict[str, Any]:
        if panel is None:
            return {"key": key, "problem": f"This dashboard has no panel {key}."}
        try:
            evaluated = self._evaluator.panel(view, panel.panel, panel.scope)
            content = encoded_panel(evaluated, panel.scope)
        except Exception as error:  # One panel must not end the answer for the others.
            traceback.print_exc(file=sys.stdout)
            metrics.console_evaluations_total.inc(outcome="failed")
            return {"key": key, "problem": f"The console failed: {type(error).__name__} {error}"}
        metrics.console_evaluations_total.inc(outcome=_outcome(evaluated))
        if isinstance(evaluated.data, DashboardList):
            content["dashboards"] = self._listed(evaluated.data)
        when = evaluated.time_range or view.time_range
        is_own = when != view.time_range
        return {**content, "key": key, "from": when.start, "to": when.end, "ownRange": is_own}

    def panel_services(self, uid: str, key: str, request: ViewRequest) -> dict[str, Any]:
        """Return the services that the series of a panel are of, for whom wants their logs."""
        view = self._view(uid, request)
        panel = layout.by_key(view).get(key)
        if panel is None:
            raise NotFoundError(f"This dashboard has no panel {key}.")
        expressions = self._evaluator.expressions(view, panel.panel, panel.scope)
        return {"services": services_of(expressions, self._sources, view.time_range)}

    def _listed(self, chosen: DashboardList) -> list[dict[str, str]]:
        """Return the dashboards that have a text in their title, and all of some tags."""
        return [
            {"title": dashboard.title, "url": f"/d/{dashboard.uid}/{dashboard.slug}"}
            for dashboard in sorted(self.library, key=lambda dashboard: dashboard.title)
            if chosen.query.lower() in dashboard.title.lower()
            and set(chosen.tags) <= set(dashboard.tags)
        ][: chosen.max_items]

    def time_range(self, request: ViewRequest) -> dict[str, float]:
        """Return the moments that the texts of a range name. Raises RequestError."""
        when = self._time_range(request)
        return {"from": when.start, "to": when.end}

    def exact_time_range(self, request: ViewRequest) -> TimeRange:
        """Return a range whose "now" is this second: who looks at logs waits for the newest line.

        Raises RequestError.
        """
        longest = self._sources.limits.max_range_s
        now = math.ceil(self._clock())
        calendar = _calendar(request, TimeSettings())
        return time_range(
            request.start, request.end, now, longest, calendar, least_s=LEAST_LOG_RANGE_S
        )

    def alerts(self) -> dict[str, Any]:
        """Return the active alerts, and the silences."""
        return {
            "alerts": alerts.current(self._sources),
            "silences": alerts.silences(self._sources),
        }

    def history(self, request: ViewRequest) -> dict[str, Any]:
        """Return which alerts fired within a range."""
        when = self._time_range(request)
        firing = [asdict(interval) for interval in alert_history.history(self._sources, when)]
        return {"intervals": firing, "from": when.start, "to": when.end}

    def silence(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Create a silence."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        return {"id": alerts.silence(self._sources, content, now)}

    def expire(self, identifier: str) -> dict[str, Any]:
        """End a silence."""
        alerts.expire(self._sources, identifier)
        return {"id": identifier}

    def targets(self) -> dict[str, Any]:
        """Return the targets that Prometheus scrapes."""
        targets = self._sources.prometheus.get("targets", state="active")["activeTargets"]
        fields = ("health", "labels", "lastError", "lastScrape", "lastScrapeDuration", "scrapeUrl")
        return {"targets": [{name: target.get(name) for name in fields} for target in targets]}

    def runbook(self, name: str) -> dict[str, Any]:
        """Return a runbook as HTML. Raises NotFoundError."""
        if name not in self._runbooks:
            raise NotFoundError(f"There is no runbook {name!r}.")
        text = self._runbooks[name].read_text(encoding="utf-8")
        return {"html": markdown.page(text, RUNBOOKS)}

    def explore(self, expression: str, request: ViewRequest) -> dict[str, Any]:
        """Return an expression over a range."""
        when = self._time_range(request)
        content = explore.evaluated(self._evaluator, expression, when, request.points)
        return {**content, "from": when.start, "to": when.end}

    def names(self) -> dict[str, Any]:
        """Return what an expression may name."""
        return explore.names(self._sources, self._time_range(ViewRequest("now-1h")))

    def labels(self, metric: str, label: str) -> dict[str, Any]:
        """Return the labels of a metric, or the values of one of them."""
        when = self._time_range(ViewRequest("now-1h"))
        if label:
            prometheus = self._sources.prometheus
            return {"values": prometheus.label_values(label, metric, when.start, when.end)}
        return {"labels": explore.labels(self._sources, metric, when)}

    def _view(self, uid: str, request: ViewRequest) -> View:
        dashboard = self.library.get(uid)
        return self._evaluator.view(
            dashboard,
            self._time_range(request, dashboard.time),
            request.choices,
            request.points,
            _calendar(request, dashboard.time),
            is_relative=is_relative(request.start),
        )

    def _time_range(self, request: ViewRequest, settings: TimeSettings | None = None) -> TimeRange:
        settings = settings or TimeSettings()
        now = self._clock() // NOW_STEP_S * NOW_STEP_S
        longest = self._sources.limits.max_range_s
        return time_range(request.start, request.end, now, longest, _calendar(request, settings))

    def _file_problems(self) -> list[str]:
        """Return what is wrong with files of dashboards."""
        return [
            f"The file {diagnostic.path.name} is not read: {diagnostic.problem}"
            for diagnostic in self.library.diagnostics
            if diagnostic.path
        ]


def _calendar(request: ViewRequest, settings: TimeSettings) -> Calendar:
    return Calendar(
        timezone_of(settings.timezone, request.timezone),
        settings.week_start or request.week_start,
        settings.fiscal_start,
    )


def _description(dashboard: Dashboard) -> str:
    """Return what a dashboard answers, without the note where it was generated from."""
    return markdown.html(dashboard.description.partition(" Generated from ")[0])


def _section(section: layout.Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "collapsed": section.collapsed,
        "panels": [
            {
                "key": panel.key,
                "type": panel.panel.type,
                "title": panel.scope.tolerant_text(panel.panel.title),
                "gridPos": [panel.x, panel.y, panel.width, panel.height],
            }
            for panel in section.panels
        ],
    }


def _outcome(evaluated: Evaluated) -> Literal["failed", "unsupported", "shown"]:
    if evaluated.problem:
        return "failed"
    return "unsupported" if evaluated.notice else "shown"
