"""Numbers on hand-written pages are those of the configuration."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.promql import rule_files

INCIDENTS = (ROOT / "docs/how-to/incident-response.md").read_text(encoding="utf-8")
ALERTING = (ROOT / "infrastructure/monitoring/docs/alerting.md").read_text(encoding="utf-8")
RULES = rule_files.read(WHITE_ROOM.files.rules.glob("*.yml"))
ALERTS = {rule.name: rule for rule in RULES.alerts}
_UNITS = {"s": "s", "m": "min", "h": "h", "d": "d"}


def cells(page: str, first: str) -> list[str]:
    """Return the cells of the row of a page's tables that begins with ``first``."""
    row = re.search(rf"^\| {re.escape(first)}.*\|$", page, re.MULTILINE)
    return [cell.strip() for cell in row[0].strip("| ").split("|")] if row else []


def wrong_duration(row: str, duration: str) -> bool:
    """Tell whether a row misses the time for which a rule's condition has to hold."""
    match = re.fullmatch(r"(\d+)([smhd])", duration)
    return match is not None and f"{match[1]} {_UNITS[match[2]]}" not in row


@pytest.mark.parametrize("name", WHITE_ROOM.alerts.priorities)
def test_severities_are_those_of_the_project(name: str) -> None:
    """The incident guide promises the answer that whiteroom.toml promises, on the same channel."""
    priority, _, within, told, _ = cells(INCIDENTS, name)
    answer = WHITE_ROOM.alerts.priorities[name].answer
    assert priority == name
    assert within.removeprefix("the ") in answer
    assert told.split()[0] in answer
    assert told.split()[-1] in answer


def test_durations_of_alerts_are_those_of_the_rules() -> None:
    """Each row of the table of alerts says for how long its condition has to hold."""
    rows = {name: cells(ALERTING, f"[{name}]") for name in ALERTS}
    wrong = {
        name: rule.raw.get("for")
        for name, rule in ALERTS.items()
        if (row := rows[name]) and wrong_duration(row[2], rule.raw.get("for", "none"))
    }
    missing = [name for name, row in rows.items() if not row]
    assert (wrong, missing) == ({}, [])


def test_priorities_of_alerts_are_those_of_the_rules() -> None:
    """Each row of the table of alerts has the priority of its rule, or one of its rules'."""
    wrong = []
    for name in ALERTS:
        rules = [rule for rule in RULES.alerts if rule.name == name]
        priorities = {WHITE_ROOM.alerts.priority(rule.labels) for rule in rules}
        row = cells(ALERTING, f"[{name}]")
        if not row or not any(priority in row[1] for priority in priorities):
            wrong.append((name, sorted(priorities)))
    assert wrong == []


@pytest.mark.parametrize(("priority", "receiver"), [("P0", "critical"), ("P1", "high")])
def test_repetitions_are_those_of_the_routes(priority: str, receiver: str) -> None:
    """The table of priorities repeats as often as Alertmanager does."""
    content = yaml.safe_load(WHITE_ROOM.files.alertmanager.read_text(encoding="utf-8"))
    matcher = f'priority="{priority}"'
    routes = [route for route in content["route"]["routes"] if matcher in route.get("matchers", ())]
    [repeats] = {route["repeat_interval"] for route in routes}
    row = cells(ALERTING, priority)
    assert receiver in row[2]
    assert row[4] == f"{repeats.removesuffix('m')} min"


def test_a_stale_number_is_found() -> None:
    """A duration that is not in the row is seen; a rule without one needs none."""
    assert wrong_duration("over 25 ms for 2 min", "3m")
    assert not wrong_duration("over 25 ms for 2 min", "2m")
    assert not wrong_duration("a new version", "none")
