"""Missing data is an alert: an alert whose metrics are gone is silent for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.functions import OF_ABSENCE
from whiteroom_monitoring.promql.parse import Call, descendants
from whiteroom_monitoring.promql.recordings import scraped_metrics
from whiteroom_monitoring.promql.rule_files import Rule, RuleSet

# Series that may be missing, each with the reason.
EXCUSED = {
    "up": "Prometheus writes it for every target, and ServiceDown asks for the targets",
    "ALERTS": "Prometheus writes it for every alert",
}


@check("missing-data", "alerts", "an alert when its metrics are missing")
def missing_data(workspace: Workspace) -> str:
    """No alert is silent because its metrics are gone."""
    excused = EXCUSED | dict(workspace.project.checks.missing_data)
    problems = diagnostics(workspace.configuration.rules, excused)
    return require_none(problems, workspace.seen_alerts)


def diagnostics(rules: RuleSet, excused: Mapping[str, str] = EXCUSED) -> Iterator[Diagnostic]:
    """Yield the metrics that an alert judges and that no `absent()` asks for."""
    recordings = {rule.name: rule for rule in rules.recordings}
    watched = set(_watched(rules.alerts, recordings))
    for rule in rules.alerts:
        judged = scraped_metrics(rule.expression, recordings)
        for name in sorted(judged - watched - excused.keys()):
            problem = f"nobody notices when {name} is missing, and this alert can't fire"
            remedy = "ask for it by absent() in an alert, or excuse it below [checks.missing_data]"
            yield rule.diagnostic(("expr",), problem, remedy)


def _watched(alerts: Iterable[Rule], recordings: Mapping[str, Rule]) -> Iterator[str]:
    for rule in alerts:
        for part in [] if rule.expression is None else descendants(rule.expression):
            if isinstance(part, Call) and part.func.name in OF_ABSENCE:
                yield from scraped_metrics(part, recordings)
