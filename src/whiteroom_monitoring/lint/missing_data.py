"""Holds that missing data is an alert: an alert whose metrics are gone is silent for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from promql_parser import Call, Expr, VectorSelector

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.rule_files import Rule, RuleSet
from whiteroom_monitoring.promql.infer import descendants

# Series that are there or not for a reason of their own, by name.
EXCUSED = {
    "up": "Prometheus writes it for every target, and ServiceDown asks for the targets",
    "ALERTS": "Prometheus writes it for every alert",
    "security_vulnerabilities": "without a report there is none (SecurityAuditMissing)",
    "node_filesystem_readonly": "of the same collector as node_filesystem_avail_bytes",
}
_PARTS = ("_bucket", "_count", "_sum")


def diagnostics(rules: RuleSet) -> Iterator[Diagnostic]:
    """Every metric that an alert judges is asked for by some `absent()`."""
    recorded = {rule.name: rule for rule in rules.recordings}
    watched = set(_watched(rules.alerts, recorded))
    for rule in rules.alerts:
        for name in sorted(_base(rule.expression, recorded) - watched - EXCUSED.keys()):
            problem = f"nobody notices when {name} is missing, and this alert can't fire"
            yield rule.diagnostic(
                ("expr",), problem, "ask for it by absent() in a MetricsMissing alert"
            )


def _watched(alerts: Iterable[Rule], recorded: Mapping[str, Rule]) -> Iterator[str]:
    for rule in alerts:
        for part in [] if rule.expression is None else descendants(rule.expression):
            if isinstance(part, Call) and part.func.name in ("absent", "absent_over_time"):
                yield from _base(part, recorded)


def _base(expression: Expr | None, recorded: Mapping[str, Rule]) -> set[str]:
    """Return the names of the scraped metrics that ``expression`` is made of."""
    found: set[str] = set()
    pending = [expression]
    seen: set[str] = set()
    while pending:
        current = pending.pop()
        for part in [] if current is None else descendants(current):
            if not isinstance(part, VectorSelector) or part.name in seen:
                continue
            name = str(part.name)
            seen.add(name)
            if name in recorded:
                pending.append(recorded[name].expression)
            else:
                found.add(_family(name))
    return found


def _family(name: str) -> str:
    suffix = next((suffix for suffix in _PARTS if name.endswith(suffix)), "")
    return name.removesuffix(suffix)
