"""Every metric has a panel, an alert, or a reason why it has neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.recordings import scraped_metrics
from whiteroom_monitoring.promql.rule_files import RuleSet


@check("orphan-metrics", "dashboards", "a panel, an alert or a reason for each metric")
def orphan_metrics(workspace: Workspace) -> str:
    """No metric is recorded that nobody looks at."""
    return require_none(
        diagnostics(
            workspace.dashboards,
            workspace.own_catalogue,
            workspace.configuration.rules,
            workspace.project.checks.orphan_metrics,
        ),
        workspace.seen_panels,
    )


def diagnostics(
    dashboards: Iterable[DashboardFile],
    catalogue: Catalogue,
    rules: RuleSet,
    reasons: Mapping[str, str],
) -> Iterator[Diagnostic]:
    """Yield metrics of the catalogue that nobody looks at, and reasons that are not needed."""
    observed = _observed(dashboards, rules)
    for metric in catalogue:
        if metric.name not in observed and metric.name not in reasons:
            problem = f"{metric.name}: no panel and no alert looks at it"
            remedy = "add one, or a reason below [checks.orphan_metrics]"
            yield Diagnostic(FilePlace(metric.path, metric.line, 1), problem, remedy)
        elif metric.name in observed and metric.name in reasons:
            problem = f"{metric.name}: it is looked at, so that its reason is out of date"
            yield Diagnostic(FilePlace(metric.path, metric.line, 1), problem, "remove the reason")


def _observed(dashboards: Iterable[DashboardFile], rules: RuleSet) -> set[str]:
    """Return the metrics that panels and alerts read, themselves or through recordings."""
    recordings = {rule.name: rule for rule in rules.recordings}
    expressions = [rule.expression for rule in rules.alerts]
    expressions += [query.parsed for file in dashboards for query in file.queries]
    return {name for expression in expressions for name in scraped_metrics(expression, recordings)}
