"""Probes of the rules: evaluated in time, without an error, and nothing firing."""

from __future__ import annotations

import datetime
from typing import Any

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, failure, probe

EVALUATED_WITHIN_S = 30


def _rules(stack: Stack) -> list[dict[str, Any]]:
    groups = stack.prometheus.get("rules")["groups"]
    return [rule for group in groups for rule in group["rules"]]


@probe("rules.healthy", "rules", "every rule evaluated without an error")
def rules_healthy(stack: Stack) -> str:
    rules = _rules(stack)
    if not rules:
        raise CheckFailed("no rules")
    broken = [
        (rule["name"], f"is {rule['health']}: {rule.get('lastError', '')}")
        for rule in rules
        if rule["health"] != "ok"
    ]
    if broken:
        raise failure("rule", broken)
    return f"{len(rules)} rules"


@probe("rules.fresh", "rules", f"every rule evaluated within {EVALUATED_WITHIN_S} s")
def rules_fresh(stack: Stack) -> str:
    now = datetime.datetime.now(datetime.UTC)
    ages = {
        rule["name"]: (
            now - datetime.datetime.fromisoformat(rule["lastEvaluation"])
        ).total_seconds()
        for rule in _rules(stack)
    }
    late = [
        (name, f"was evaluated {age:.0f} s ago")
        for name, age in ages.items()
        if age > EVALUATED_WITHIN_S
    ]
    if late:
        raise failure("rule", late)
    return f"the oldest {max(ages.values()):.0f} s ago"


@probe("alerts.priorities", "rules", "an alert of each priority that the project has")
def alerts_priorities(stack: Stack) -> str:
    alerts = [rule for rule in _rules(stack) if rule["type"] == "alerting"]
    settings = stack.project.alerts
    if not settings.declared:
        raise CheckSkipped("whiteroom.toml names no priorities")
    missing = settings.priorities.keys() - {settings.priority(rule["labels"]) for rule in alerts}
    if missing:
        raise CheckFailed(f"none of {', '.join(sorted(missing))}")
    return f"{len(alerts)} alerts"


@probe("alerts.quiet", "rules", "no alert firing that asks for anything")
def alerts_quiet(stack: Stack) -> str:
    settings = stack.project.alerts
    firing = {
        alert["labels"]["alertname"]
        for alert in stack.prometheus.get("alerts")["alerts"]
        if alert["state"] == "firing" and settings.level(alert["labels"]) != "news"
    } - {settings.watchdog}
    if firing:
        raise failure("alert", ((name, "is firing") for name in sorted(firing)))
    return "none"
