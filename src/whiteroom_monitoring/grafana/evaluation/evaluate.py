"""Evaluates a panel: from its model, choices and a time range to plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.grafana.evaluation import (
    interpolation,
    panel_data,
    panel_time,
    support,
    variables,
)
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError, UnsupportedError
from whiteroom_monitoring.grafana.evaluation.exemplars import Exemplar, exemplars
from whiteroom_monitoring.grafana.evaluation.frames import Data
from whiteroom_monitoring.grafana.evaluation.interpolation import SCRAPE_INTERVAL_S, Scope
from whiteroom_monitoring.grafana.evaluation.panel_time import ViewTime
from whiteroom_monitoring.grafana.evaluation.query_context import (
    QueryContext,
    RunAll,
    run_in_sequence,
)
from whiteroom_monitoring.grafana.evaluation.time_range import UTC_CALENDAR, Calendar, TimeRange
from whiteroom_monitoring.grafana.evaluation.variables import Variable
from whiteroom_monitoring.grafana.model.dashboard import Dashboard
from whiteroom_monitoring.grafana.model.grid import Grid, grid, seconds
from whiteroom_monitoring.grafana.model.panel import Panel

DEFAULT_POINTS = 500


@dataclass(frozen=True)
class View:
    """A dashboard as somebody looks at it: the range, and what the variables stand for."""

    dashboard: Dashboard
    points: int
    variables: Sequence[Variable]
    scope: Scope
    time: ViewTime

    @property
    def time_range(self) -> TimeRange:
        """The range that the dashboard is looked at."""
        return self.time.time_range


@dataclass(frozen=True)
class Evaluated:
    """What a panel shows: ``data``, or ``notice`` (not supported), or ``problem`` (went wrong).

    ``queries`` are the expressions as they were asked, by refId; ``time_range`` may be its own,
    which ``time_info`` tells beside its title.
    """

    panel: Panel
    data: Data | None
    queries: Mapping[str, str]
    notice: str = ""
    problem: str = ""
    time_range: TimeRange | None = None
    time_info: str = ""
    exemplars: Sequence[Exemplar] = ()


class Evaluator:
    """Evaluates panels against data sources. Safe for many threads."""

    def __init__(
        self,
        sources: DataSources,
        run_all: RunAll = run_in_sequence,
        scrape_interval_s: float = SCRAPE_INTERVAL_S,
    ) -> None:
        self.sources = sources
        self._run_all = run_all
        self._scrape_interval_s = scrape_interval_s

    def view(
        self,
        dashboard: Dashboard,
        time_range: TimeRange,
        choices: Mapping[str, Sequence[str]] | None = None,
        points: int = DEFAULT_POINTS,
        calendar: Calendar = UTC_CALENDAR,
        *,
        is_relative: bool = True,
    ) -> View:
        """Return a view of a dashboard; ``choices`` are the values of variables by name.

        ``is_relative`` tells that the range moves on; only then panels may have one of their own.
        """
        most = self.sources.limits.max_points
        if not 1 <= points <= most:
            raise RequestError(f"{points} points: expected 1 to {most}")
        context = self.context(Scope(), time_range, grid(time_range, points, 0.0))
        resolved, scope = variables.resolve(dashboard.variables, choices or {}, context)
        longest = self.sources.limits.max_range_s
        time = ViewTime(time_range, is_relative, calendar, longest)
        return View(dashboard, points, resolved, scope, time)

    def context(self, scope: Scope, time_range: TimeRange, moments: Grid) -> QueryContext:
        """Return what queries need that look at a range on a grid."""
        macros = interpolation.macros(time_range, moments, self._scrape_interval_s)
        scope = scope.with_macros(macros)
        return QueryContext(self.sources, scope, time_range, moments, self._run_all)

    def panel(self, view: View, panel: Panel, scope: Scope | None = None) -> Evaluated:
        """Return what a panel shows; ``scope`` is that of a repeated one. Never raises for it."""
        expressions: dict[str, str] = {}
        when, filled = view.time_range, (scope or view.scope).tolerant_text
        info = "" if panel.hide_time_override else panel_time.described(panel, view.time, filled)
        try:
            when = panel_time.of(panel, view.time, filled)
            moments = self.grid(view, panel, when)
            context = self.context(scope or view.scope, when, moments)
            support.require(panel)
            expressions = _expressions(panel, context)
            data = panel_data.data(panel, context, view.dashboard.panel)
            events = exemplars(panel.queries, context) if panel.type == "timeseries" else ()
            return Evaluated(
                panel, data, expressions, time_range=when, time_info=info, exemplars=events
            )
        except (UnsupportedError, NotFoundError) as error:
            return Evaluated(panel, None, expressions, notice=str(error), time_range=when)
        except (SourceError, RequestError) as error:
            return Evaluated(panel, None, expressions, problem=str(error), time_range=when)

    def expressions(self, view: View, panel: Panel, scope: Scope | None = None) -> list[str]:
        """Return the queries of a panel in PromQL, as they are asked."""
        context = self.context(scope or view.scope, view.time_range, self.grid(view, panel))
        return [] if panel.type == "logs" else list(_expressions(panel, context).values())

    def grid(self, view: View, panel: Panel, when: TimeRange | None = None) -> Grid:
        """Return the moments at which a panel looks at the view's range, or at its own."""
        points = min(view.points, panel.max_data_points or view.points)
        intervals = [panel.interval, *(query.interval for query in panel.queries)]
        steps = [_step_s(view.scope, interval) for interval in intervals if interval]
        return grid(when or view.time_range, points, max([0.0, *steps]))


def _step_s(scope: Scope, interval: str) -> float:
    """Return the least step that an interval such as ``>10s`` asks for, 0 where it is none."""
    try:
        return seconds(scope.tolerant_text(interval).lstrip(">"))
    except RequestError:
        return 0.0


def _expressions(panel: Panel, context: QueryContext) -> dict[str, str]:
    is_of_lines = panel.type == "logs"
    return {
        query.ref_id: context.scope.query(query.expression)
        if is_of_lines
        else context.promql(query)
        for query in panel.queries
        if query.is_active and query.expression.strip()
    }
