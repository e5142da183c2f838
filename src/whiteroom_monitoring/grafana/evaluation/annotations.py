"""What is marked on the time axes of a dashboard: its annotations, as far as they can be asked.

Where a range is looked at in steps that are longer than those of the rules, each step is asked for
all that was in it, so that nothing short is missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.datasources.loki import LogLine, LogRange
from whiteroom_monitoring.grafana.evaluation import queries
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator, View
from whiteroom_monitoring.grafana.model.grid import Grid, duration, grid
from whiteroom_monitoring.grafana.model.query import AnnotationQuery, Query
from whiteroom_monitoring.promql.selectors import is_selector

_POINTS, _MIN_STEP_S, _MOST_EVALUATIONS = 240, 15, 20_000
MOST_LINES = 200
# What an event of a log is told by elsewhere.
ID_FIELDS = ("trace_id", "dropout_id", "request_id")


@dataclass(frozen=True)
class Annotation:
    """What is marked from ``start`` to ``end``, in seconds since 1970; ``kind`` is its query.

    ``logged`` has the ids of a line where it is one, by their names.
    """

    start: float
    end: float
    title: str
    text: str
    colour: str
    kind: str
    logged: Mapping[str, str] | None = None


def annotate(view: View, evaluator: Evaluator) -> list[Annotation]:
    """Return what is marked within the view's range."""
    active = (q for q in view.dashboard.annotations if q.enabled and q.expression.strip())
    return [
        annotation
        for query in active
        for annotation in (_of_lines if query.is_of_logs else _of_query)(query, view, evaluator)
    ]


def _of_lines(
    annotation: AnnotationQuery, view: View, evaluator: Evaluator
) -> Iterator[Annotation]:
    """Yield the newest lines that a query of LogQL finds, each at its moment."""
    when = LogRange.of_seconds(view.time_range.start, view.time_range.end)
    moments = grid(view.time_range, _POINTS, _MIN_STEP_S)
    scope = evaluator.context(view.scope, view.time_range, moments).scope
    try:
        expression = scope.query(annotation.expression)
        lines = evaluator.sources.loki.lines(expression, when, MOST_LINES)
    except (SourceError, UnsupportedError, RequestError):
        return
    for line in lines:
        labels = {**line.labels, **line.metadata, **line.parsed}
        title = queries.legend(annotation.title_format or annotation.name, labels, scope)
        text = queries.legend(annotation.text_format, labels, scope)
        at = line.time_ns / 1e9
        ids = _ids(line)
        yield Annotation(at, at, title, text, annotation.color, annotation.name, ids)


def _ids(line: LogLine) -> dict[str, str]:
    labels = {**line.parsed, **line.metadata}
    return {name: labels[name] for name in ID_FIELDS if labels.get(name)}


def _of_query(
    annotation: AnnotationQuery, view: View, evaluator: Evaluator
) -> Iterator[Annotation]:
    moments = grid(view.time_range, _POINTS, _MIN_STEP_S)
    context = evaluator.context(view.scope, view.time_range, moments)
    title = annotation.title_format or annotation.name
    query = Query("Anno", within_steps(annotation.expression, moments), legend=title)
    try:
        lines = queries.lines([query], context)
    except (SourceError, UnsupportedError, RequestError):
        return
    for series in lines.series:
        text = queries.legend(annotation.text_format, series.labels, context.scope)
        times = [time for time, value in zip(lines.times, series.values, strict=True) if value]
        for start, end in intervals(times, moments.step):
            yield Annotation(start, end, series.name, text, annotation.color, annotation.name)


def within_steps(expression: str, moments: Grid) -> str:
    """Return the highest value that an expression has within each step."""
    if moments.step <= _MIN_STEP_S:
        return expression
    window = duration(moments.step)
    if is_selector(expression):
        return f"max_over_time({expression}[{window}])"
    resolution = max(_MIN_STEP_S, math.ceil(moments.count * moments.step / _MOST_EVALUATIONS))
    # The line may end with a comment.
    return f"max_over_time(({expression}\n)[{window}:{resolution}s])"


def intervals(times: Sequence[float], step: float) -> list[tuple[float, float]]:
    """Return the first and last of each run of moments without a gap.

    >>> intervals([0.0, 15.0, 30.0, 90.0], 15.0)
    [(0.0, 30.0), (90.0, 90.0)]
    """
    runs: list[tuple[float, float]] = []
    for time in times:
        if runs and time - runs[-1][1] <= 1.5 * step:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs
