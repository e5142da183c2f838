"""Every alert goes to whom it belongs, in the committed configuration, as Alertmanager reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.resources import repository_root, share

FOLDER = share("infrastructure/monitoring")
ALERTMANAGER_YML = FOLDER / "alertmanager/alertmanager.yml"

# Receivers beside the inbox, which gets a copy of everything, and the alerts that go there.
ROUTES = {
    "pagerduty-critical": """P0 HighCpuUsage HighMemoryUsage DiskSpaceLow ServiceDown
        WebServerDown""",
    "database-team,pagerduty-critical": "P0 DatabaseDown",
    "security-team,pagerduty-critical": "P0 AuthenticationFailuresHigh VulnerabilityCritical",
    "pagerduty-high": """P1 AudioProcessingOverload AudioDeadlineMissed AudioXruns
        AudioCallbacksStopped FfiSlow FfiErrors HttpErrorRateHigh HttpLatencyHigh
        GlitchFreeAudioBudgetBurning FfiSuccessBudgetBurning ApiSuccessBudgetBurning
        ApiLatencyBudgetBurning OutOfMemoryKill""",
    "database-team,pagerduty-high": "P1 DatabaseConnectionsHigh",
    "slack-ops,pagerduty-high": "P1 AlertmanagerNotificationsFailing",
    "slack-ops": """P2 AudioPluginSlow AudioMachineSlow AudioEngineSlow EngineCrashed
        EngineMetricsMissing BackendMetricsMissing MachineMetricsMissing MonitoringMetricsMissing
        MonitoringPartDown MonitoringObservationsLost MonitoringConfigRejected
        PrometheusRuleFailures PrometheusSamplesLost LogLinesDropped LogShipperStuck LogSourceSilent
        LogErrorsRising LogCrashMessage
        PagerPathBroken CacheDown ActiveUsersLow SongCreationDropped GlitchFreeAudioBudgetBurning
        FfiSuccessBudgetBurning ApiSuccessBudgetBurning ApiLatencyBudgetBurning""",
    "database-team,slack-ops": "P2 DatabaseQueriesSlow DatabaseMetricsMissing",
    "security-team,slack-ops": "P2 SecurityAuditOld",
    "slack-notifications": """P3 EngineVersionChanged NewSignups DeploymentCompleted
        SecurityAuditMissing""",
    "watchdog": "P3 Watchdog",
}
# By what else than its priority and its name an alert is routed.
SERVICES = {"DatabaseDown": "database", "DatabaseConnectionsHigh": "database"}


def _wanted() -> dict[tuple[str, str], str]:
    receivers_of = {}
    for receivers, text in ROUTES.items():
        priority, *names = text.split()
        for name in names:
            receivers_of[name, priority] = receivers
    return receivers_of


def _receivers(path: Path, labels: dict[str, str]) -> str:
    """Return the receivers that amtool names, without the inbox' copy."""
    words = [f"{name}={value}" for name, value in labels.items()]
    done = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={path}", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return ",".join(name for name in done.stdout.strip().split(",") if name != "inbox")


def _alerts() -> dict[tuple[str, str], dict[str, str]]:
    rules = rule_files.read(sorted((FOLDER / "prometheus/rules").glob("*.yml")))
    return {
        (rule.name, rule.labels["priority"]): {
            "alertname": rule.name,
            "service": SERVICES.get(rule.name, "any"),
            **rule.labels,
        }
        for rule in rules.alerts
    }


def test_every_alert_goes_to_whom_it_belongs() -> None:
    """Each alert, in each of its priorities, reaches exactly the receivers that are wanted."""
    actual = {key: _receivers(ALERTMANAGER_YML, labels) for key, labels in _alerts().items()}
    assert actual == _wanted()


def test_unit_tests_know_no_other_routes(examples: Any) -> None:
    """With the labels that the rules' expressions give them, alerts go to the same receivers."""
    for example in examples:
        wanted = _wanted()[example.name, example.labels["priority"]]
        if example.name == "ServiceDown" and example.labels["service"] == "database":
            wanted = f"database-team,{wanted}"
        assert _receivers(ALERTMANAGER_YML, example.labels) == wanted, example


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (
            {
                "alertname": "ServiceDown",
                "service": "database",
                "priority": "P0",
                "team": "platform",
            },
            "database-team,pagerduty-critical",
        ),
        ({"alertname": "Unheard"}, "pagerduty-high"),
        ({"alertname": "Unheard", "priority": "P9", "team": "nobody"}, "pagerduty-high"),
    ],
)
def test_what_no_route_knows_is_seen_by_somebody(labels: dict[str, str], expected: str) -> None:
    """Without a priority it pages all the same; a database's target is its team's, too."""
    assert _receivers(ALERTMANAGER_YML, labels) == expected


def test_a_lost_route_is_noticed(tmp_path: Path) -> None:
    """Without the route of the security team, its alerts no longer go to whom they belong."""
    content = yaml.safe_load(ALERTMANAGER_YML.read_text(encoding="utf-8"))
    routes = content["route"]["routes"]
    routes.remove(next(route for route in routes if route["receiver"] == "security-team"))
    shutil.copytree(ALERTMANAGER_YML.parent / "templates", tmp_path / "templates")
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml.safe_dump(content))
    labels = _alerts()["VulnerabilityCritical", "P0"]
    assert _receivers(path, labels) != _wanted()["VulnerabilityCritical", "P0"]


def test_what_pages_is_never_muted() -> None:
    """No route that may carry P0 or P1 has times in which it is silent."""
    content = yaml.safe_load(ALERTMANAGER_YML.read_text(encoding="utf-8"))
    muted = [
        route["matchers"]
        for route in content["route"]["routes"]
        if "mute_time_intervals" in route or "active_time_intervals" in route
    ]
    assert muted
    assert all(set(matchers) & {'priority="P2"', 'priority="P3"'} for matchers in muted)


# What the page about alerts calls the receivers.
WORDS = {
    "pagerduty-critical": "PagerDuty critical",
    "pagerduty-high": "PagerDuty high",
    "slack-ops": "Slack #ops",
    "slack-notifications": "Slack #notifications",
    "database-team": "database team",
    "security-team": "security team",
    "watchdog": "the inbox, #watchdog",
}


def test_the_page_says_the_same() -> None:
    """docs/alerting.md lists every alert with its priorities, its runbook and its receivers."""
    root = repository_root()
    assert root is not None
    page = (root / "infrastructure/monitoring/docs/alerting.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[(\w+)\]\(\.\./runbooks/(\w+)\.md\) \| (P\d) \| .* \| (.*) \|$", page, re.M
    )
    written = {
        (name, priority): goes_to for name, runbook, priority, goes_to in rows if name == runbook
    }
    expected = {
        key: ", ".join(WORDS[receiver] for receiver in reversed(receivers.split(",")))
        for key, receivers in _wanted().items()
    }
    assert written == expected
