"""Evaluates a panel: from Grafana's JSON, choices and a time range to plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana import (
    alert_list,
    interpolation,
    markdown,
    queries,
    support,
    transformations,
    variables,
)
from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.frames import Data, Table, Text
from whiteroom_monitoring.grafana.interpolation import SCRAPE_INTERVAL_S, Scope
from whiteroom_monitoring.grafana.library import Dashboard, Panel
from whiteroom_monitoring.grafana.queries import Asking, Together, one_by_one
from whiteroom_monitoring.grafana.time_range import Grid, TimeRange, grid, seconds
from whiteroom_monitoring.grafana.variables import Variable

DEFAULT_POINTS = 500


@dataclass(frozen=True)
class View:
    """A dashboard as somebody looks at it: the range, and what the variables stand for."""

    dashboard: Dashboard
    when: TimeRange
    points: int
    variables: Sequence[Variable]
    scope: Scope


@dataclass(frozen=True)
class Evaluated:
    """What a panel shows: ``data``, or ``notice`` (not supported), or ``problem`` (went wrong).

    ``queries`` are the expressions as they were asked, by refId.
    """

    panel: Panel
    data: Data | None
    queries: Mapping[str, str]
    notice: str = ""
    problem: str = ""


class Evaluator:
    """Evaluates panels against data sources. Safe for many threads."""

    def __init__(
        self,
        sources: DataSources,
        together: Together = one_by_one,
        scrape_interval_s: float = SCRAPE_INTERVAL_S,
    ) -> None:
        self.sources = sources
        self._together = together
        self._scrape_interval_s = scrape_interval_s

    def view(
        self,
        dashboard: Dashboard,
        when: TimeRange,
        chosen: Mapping[str, Sequence[str]] | None = None,
        points: int = DEFAULT_POINTS,
    ) -> View:
        """Return a view of a dashboard; ``chosen`` are the values of variables by name."""
        most = self.sources.limits.max_points
        if not 1 <= points <= most:
            raise RequestError(f"{points} points: expected 1 to {most}")
        found, scope = variables.resolve(dashboard.variables, chosen or {}, self.sources, when)
        return View(dashboard, when, points, found, scope)

    def panel(self, view: View, panel: Panel, scope: Scope | None = None) -> Evaluated:
        """Return what a panel shows; ``scope`` is that of a repeated one. Never raises for it."""
        moments = self.grid(view, panel)
        names = interpolation.macros(view.when, moments, self._scrape_interval_s)
        asking = Asking(
            self.sources,
            (scope or view.scope).with_macros(names),
            view.when,
            moments,
            self._together,
        )
        asked: dict[str, str] = {}
        try:
            support.require(panel)
            asked = _expressions(panel, asking.scope)
            return Evaluated(panel, _data(panel, asking), asked)
        except UnsupportedError as error:
            return Evaluated(panel, None, asked, notice=str(error))
        except (SourceError, RequestError) as error:
            return Evaluated(panel, None, asked, problem=str(error))

    def grid(self, view: View, panel: Panel) -> Grid:
        """Return the moments at which a panel looks at the view's range."""
        points = min(view.points, int(panel.get("maxDataPoints") or view.points))
        least = [panel.get("interval"), *(t.get("interval") for t in panel.get("targets") or [])]
        try:
            steps = [seconds(view.scope.text(str(each)).lstrip(">")) for each in least if each]
        except RequestError:
            steps = []
        return grid(view.when, points, max([0.0, *steps]))


def _expressions(panel: Panel, scope: Scope) -> dict[str, str]:
    targets = _targets(panel)
    return {str(t.get("refId", "")): scope.query(str(t.get("expr", ""))) for t in targets}


def _targets(panel: Panel) -> list[Mapping[str, Any]]:
    return [target for target in panel.get("targets") or [] if not target.get("hide")]


def _data(panel: Panel, asking: Asking) -> Data:
    kind, options = panel["type"], panel.get("options") or {}
    if kind == "text":
        return _text(options, asking.scope)
    if kind == "alertlist":
        return alert_list.found(options, asking.scope, asking.sources)
    targets = _targets(panel)
    if kind == "logs":
        return queries.logs(targets, asking, asking.sources.limits.max_log_lines)
    _require_prometheus(panel, targets, asking.scope)
    if kind == "table":
        return _table(panel, targets, asking)
    return queries.lines(targets, asking)


def _table(panel: Panel, targets: Sequence[Mapping[str, Any]], asking: Asking) -> Table:
    return transformations.transformed(
        queries.tables(targets, asking), panel.get("transformations") or []
    )


def _text(options: Mapping[str, Any], scope: Scope) -> Text:
    content, mode = scope.text(str(options.get("content", ""))), options.get("mode", "markdown")
    if mode not in ("markdown", "html"):
        raise UnsupportedError(f"text panels of the mode {mode}")
    return Text(markdown.html(content) if mode == "markdown" else markdown.clean(content))


def _require_prometheus(panel: Panel, targets: Sequence[Mapping[str, Any]], scope: Scope) -> None:
    for target in targets:
        source = target.get("datasource") or panel.get("datasource") or {}
        kind = source.get("type") if isinstance(source, Mapping) else None
        uid = scope.query(str(source.get("uid", ""))) if isinstance(source, Mapping) else ""
        if (kind or uid) not in ("", "prometheus"):
            raise UnsupportedError(f"the data source {kind or uid} in a panel of {panel['type']}")
