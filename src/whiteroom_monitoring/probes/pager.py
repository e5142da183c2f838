"""Probes of the pager: Alertmanager has the alerts, and a notification has arrived."""

from __future__ import annotations

import datetime
from typing import Any

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.pager_path import STATE_FILE, read_state
from whiteroom_monitoring.probes.stack import Stack, probe

# It is repeated every 5 min, and a repetition is sent with the next group_interval of 1 min.
NOTIFIED_WITHIN_S = 7 * 60


def _watchdog(stack: Stack) -> str:
    """Return the alert that always fires. Raises CheckSkipped where no rule has its name."""
    name = stack.project.alerts.watchdog
    groups = stack.prometheus.get("rules", type="alert")["groups"]
    if not any(rule["name"] == name for group in groups for rule in group["rules"]):
        remedy = "write a rule with the expression vector(1), as `whiteroom init` does"
        raise CheckSkipped(f"no alert is named {name}: nothing proves the way to the pager", remedy)
    return name


@probe("alertmanager.connected", "pager", "Prometheus sends its alerts to this Alertmanager")
def alertmanager_connected(stack: Stack) -> str:
    expected = f"{stack.paths.url('alertmanager')}/api/v2/alerts"
    managers = stack.prometheus.get("alertmanagers")["activeAlertmanagers"]
    urls = [manager["url"] for manager in managers]
    if urls != [expected]:
        raise CheckFailed(", ".join(urls) or "no Alertmanager")
    return expected


@probe("alertmanager.watchdog", "pager", "Alertmanager holds the Watchdog, and routes it")
def alertmanager_watchdog(stack: Stack) -> str:
    watchdog = _watchdog(stack)
    alerts = access.alertmanager(stack.paths).alerts()
    watchdogs = [alert for alert in alerts if alert["labels"]["alertname"] == watchdog]
    if not watchdogs:
        raise CheckFailed(f"{len(alerts)} alerts, none of them {watchdog}")
    return f"routed to {', '.join(receiver['name'] for receiver in watchdogs[0]['receivers'])}"


@probe(
    "pager.delivery",
    "pager",
    f"a notification of the Watchdog in the inbox, {NOTIFIED_WITHIN_S // 60} min old at most",
)
def pager_delivery(stack: Stack) -> str:
    watchdog = _watchdog(stack)
    inbox = HttpClient("The inbox", stack.paths.url("inbox"))
    query = (("search", watchdog), ("limit", "1"))
    messages: list[Any] = inbox.get_json("/api/messages", query, lambda answer: answer["messages"])
    if not messages:
        raise CheckFailed(f"no notification of {watchdog} has arrived")
    newest = messages[0]
    received = datetime.datetime.fromisoformat(newest["received"])
    age_s = (datetime.datetime.now(datetime.UTC) - received).total_seconds()
    if age_s > NOTIFIED_WITHIN_S:
        raise CheckFailed(f"the newest is {age_s / 60:.0f} min old")
    return f"by {newest['channel']}, {age_s:.0f} s ago"


@probe("pager.path", "pager", "a sample passes every hop to each channel of the inbox")
def pager_path(stack: Stack) -> str:
    stack.require("watcher")
    state = read_state(stack.paths.data / STATE_FILE)
    if state is None:
        raise CheckFailed("the watcher has written no state", remedy="whiteroom logs watcher")
    now = datetime.datetime.now(datetime.UTC).timestamp()
    if problems := state.problems(now):
        raise CheckFailed(" ".join(problems), remedy="whiteroom logs watcher")
    if not state.passed:
        raise CheckFailed("the watcher has seen no sample pass yet")
    ages = {hop: now - time for hop, time in state.passed.items()}
    slowest = max(ages, key=lambda hop: ages[hop])
    return f"{len(ages)} hops; the newest sample at {slowest} is {ages[slowest]:.0f} s old"


@probe("pager.failures", "pager", "no notification that could not be delivered")
def pager_failures(stack: Stack) -> str:
    failed = stack.prometheus.query(
        "sum by (integration) (increase(alertmanager_notifications_failed_total[10m])) > 0"
    )
    if failed:
        raise CheckFailed(", ".join(f"{m['integration']} {value:.0f}" for m, value in failed))
    return "none failed"
