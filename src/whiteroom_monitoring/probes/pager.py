"""Checks of the way to the pager: rules, Alertmanager, and a notification that has arrived."""

from __future__ import annotations

import datetime
from typing import Any

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.priorities import NEWS, PRIORITIES
from whiteroom_monitoring.probes.framework import Mismatch, Stack, check

WATCHDOG = "Watchdog"
EVALUATED_WITHIN_S = 30
# It is repeated every 5 min, and a repetition is sent with the next group_interval of 1 min.
NOTIFIED_WITHIN_S = 7 * 60


def _rules(stack: Stack) -> list[dict[str, Any]]:
    groups = stack.prometheus.get("rules")["groups"]
    return [rule for group in groups for rule in group["rules"]]


@check("rules.healthy", "rules", "every rule evaluated without an error")
def _(stack: Stack) -> str:
    rules = _rules(stack)
    faulty = [
        f"{r['name']}: {r.get('lastError', r['health'])}" for r in rules if r["health"] != "ok"
    ]
    if faulty or not rules:
        raise Mismatch("; ".join(faulty) or "no rules")
    return f"{len(rules)} rules"


@check("rules.fresh", "rules", f"every rule evaluated within {EVALUATED_WITHIN_S} s")
def _(stack: Stack) -> str:
    now = datetime.datetime.now(datetime.UTC)
    ages = {
        rule["name"]: (
            now - datetime.datetime.fromisoformat(rule["lastEvaluation"])
        ).total_seconds()
        for rule in _rules(stack)
    }
    late = [f"{name} {age:.0f} s ago" for name, age in ages.items() if age > EVALUATED_WITHIN_S]
    if late:
        raise Mismatch(", ".join(late))
    return f"the oldest {max(ages.values()):.0f} s ago"


@check("alerts.priorities", "alerts", "an alert of each priority, P0 to P3")
def _(stack: Stack) -> str:
    alerts = [rule for rule in _rules(stack) if rule["type"] == "alerting"]
    missing = PRIORITIES.keys() - {rule["labels"].get("priority") for rule in alerts}
    if missing:
        raise Mismatch(f"none of {', '.join(sorted(missing))}")
    return f"{len(alerts)} alerts"


@check("alerts.quiet", "alerts", "no alert of P0 to P2 firing")
def _(stack: Stack) -> str:
    firing = {
        alert["labels"]["alertname"]
        for alert in stack.prometheus.get("alerts")["alerts"]
        if alert["state"] == "firing" and alert["labels"].get("priority") not in NEWS
    }
    if firing:
        raise Mismatch(", ".join(sorted(firing)))
    return "none"


@check("alertmanager.connected", "alerts", "Prometheus sends its alerts to this Alertmanager")
def _(stack: Stack) -> str:
    expected = f"{stack.layout.url('alertmanager')}/api/v2/alerts"
    found = stack.prometheus.get("alertmanagers")["activeAlertmanagers"]
    urls = [manager["url"] for manager in found]
    if urls != [expected]:
        raise Mismatch(", ".join(urls) or "no Alertmanager")
    return expected


@check("alertmanager.watchdog", "alerts", f"Alertmanager holds {WATCHDOG}, and routes it")
def _(stack: Stack) -> str:
    alerts = AlertmanagerClient.at(stack.layout.url("alertmanager")).alerts()
    found = [alert for alert in alerts if alert["labels"]["alertname"] == WATCHDOG]
    if not found:
        raise Mismatch(f"{len(alerts)} alerts, none of them {WATCHDOG}")
    return f"routed to {', '.join(receiver['name'] for receiver in found[0]['receivers'])}"


@check(
    "pager.delivery",
    "pager",
    f"a notification of {WATCHDOG} in the inbox, {NOTIFIED_WITHIN_S // 60} min old at most",
)
def _(stack: Stack) -> str:
    inbox = HttpClient("The inbox", stack.layout.url("inbox"))
    query = (("search", WATCHDOG), ("limit", "1"))
    messages: list[Any] = inbox.get_json("/api/messages", query, lambda answer: answer["messages"])
    if not messages:
        raise Mismatch(f"no notification of {WATCHDOG} has arrived")
    newest = messages[0]
    received = datetime.datetime.fromisoformat(newest["received"])
    age_s = (datetime.datetime.now(datetime.UTC) - received).total_seconds()
    if age_s > NOTIFIED_WITHIN_S:
        raise Mismatch(f"the newest is {age_s / 60:.0f} min old")
    return f"by {newest['channel']}, {age_s:.0f} s ago"


@check("pager.failures", "pager", "no notification that could not be delivered")
def _(stack: Stack) -> str:
    failed = stack.prometheus.query(
        "sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0"
    )
    if failed:
        raise Mismatch(", ".join(f"{m['integration']} {value:.0f}" for m, value in failed))
    return "none failed"
