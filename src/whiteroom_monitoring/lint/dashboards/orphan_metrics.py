"""Every metric is looked at: in a panel, in an alert, or with a reason why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promql_parser import Expr, VectorSelector

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.rule_files import RuleSet
from whiteroom_monitoring.promql.infer import descendants

# Metrics that nobody looks at, each with the reason.
REASONS: dict[str, str] = {
    "audio_callbacks_not_realtime_total": "nobody listens to them: they explain callbacks that "
    "are counted nowhere else, to whoever looks for them",
    "audio_input_overruns_total": "few drivers tell them, and none of this system's does",
    "audio_lateness_caught_up_seconds_total": "nobody hears it: it helps whoever chooses a buffer",
}
_PARTS = ("_bucket", "_sum", "_count")


def diagnostics(
    dashboards: Iterable[DashboardFile],
    catalogue: Catalogue,
    rules: RuleSet,
    reasons: dict[str, str] = REASONS,
) -> Iterator[Diagnostic]:
    """Yield metrics of the catalogue that nobody looks at, and reasons that are not needed."""
    seen = _named(dashboards, rules)
    for metric in catalogue:
        if metric.name not in seen and metric.name not in reasons:
            problem = f"{metric.name}: no panel and no alert looks at it"
            remedy = "add one, or a reason to check/dashboards/orphans.py"
            yield Diagnostic(FilePlace(metric.path, metric.line, 1), problem, remedy)
        elif metric.name in seen and metric.name in reasons:
            problem = f"{metric.name}: it is looked at, so that its reason is out of date"
            yield Diagnostic(FilePlace(metric.path, metric.line, 1), problem, "remove the reason")


def _named(dashboards: Iterable[DashboardFile], rules: RuleSet) -> set[str]:
    expressions: list[Expr | None] = [rule.expression for rule in rules.alerts]
    expressions += [query.parsed for file in dashboards for query in file.queries]
    recorded = {rule.name: rule.expression for rule in rules.recordings}
    names: set[str] = set()
    while expressions:
        expression = expressions.pop()
        for part in descendants(expression) if expression is not None else ():
            if isinstance(part, VectorSelector) and part.name and part.name not in names:
                names.add(part.name)
                expressions.append(recorded.get(part.name))
    return names | {name.removesuffix(part) for name in names for part in _PARTS}
