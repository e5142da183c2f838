"""``whiteroom explain NAME``: what a metric or an alert is, and what has to do with it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from whiteroom_monitoring.catalogue.model import Metric
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.cli.check import workspace_from
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.recordings import scraped_metrics
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.proofs import ledger

_PARTS = ("_bucket", "_sum", "_count")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom explain``."""
    parser.add_argument("name", metavar="METRIC|ALERT", help="as it is spelled in Prometheus")
    add_project_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what is known. Raises UsageError for a name that nothing has."""
    arguments.infrastructure = arguments.catalogue = None
    workspace = workspace_from(arguments)
    explanation = explained(workspace, arguments.name)
    if arguments.json:
        print(json.dumps(explanation, indent=2))
        return 0
    for key, value in explanation.items():
        lines = value if isinstance(value, list) else [value]
        for number, line in enumerate(lines):
            print(f"{key if number == 0 else '':12}{line}")
    return 0


def explained(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return what is known of a metric or an alert, by heading. Raises UsageError."""
    metrics = workspace.catalogue.by_name
    alerts = [rule for rule in workspace.alerts if rule.name == name]
    base = next((name.removesuffix(p) for p in _PARTS if name.removesuffix(p) in metrics), name)
    replaced = {old: metric.name for metric in metrics.values() for old in metric.replaces}
    if alerts:
        return _alert(workspace, alerts)
    if base in metrics:
        return _metric(workspace, metrics[base])
    if name in replaced:
        return {"former name": name, **_metric(workspace, metrics[replaced[name]])}
    series = workspace.series.find(name)
    if series is not None:
        described = {"name": name, "type": series.kind, "exposed by": series.source}
        return described | _users(workspace, name)
    known = [*metrics, *(rule.name for rule in workspace.alerts)]
    raise UsageError(f"{name}: no metric and no alert; {did_you_mean(name, known) or 'see check'}")


def _metric(workspace: Workspace, metric: Metric) -> dict[str, Any]:
    labels = [
        f"{label.name}: {', '.join(label.values) if label.values else f'at most {label.limit}'}"
        for label in metric.labels
    ]
    written = workspace.project.relative(metric.path)
    explanation = {
        "name": metric.name,
        "help": metric.help,
        "type": f"{metric.type}, {metric.unit or 'no unit'}",
        "labels": labels,
        "recorded by": metric.program,
        "written in": f"{written}:{metric.line}",
        **_users(workspace, metric.name),
    }
    return {key: value for key, value in explanation.items() if value}


def _alert(workspace: Workspace, rules: list[Rule]) -> dict[str, Any]:
    first = rules[0]
    runbook = workspace.runbooks / f"{first.name}.md"
    recordings = {rule.name: rule for rule in workspace.configuration.rules.recordings}
    explanation = {
        "name": first.name,
        "summary": first.annotations.get("summary", ""),
        "labels": [", ".join(f"{k}={v}" for k, v in rule.labels.items()) for rule in rules],
        "condition": [_place(workspace, rule) for rule in rules],
        "judges": sorted(scraped_metrics(first.expression, recordings)),
        "runbook": workspace.project.relative(runbook) if runbook.exists() else "",
        "tested in": list(_tests(workspace, first.name)),
        "dashboard": first.annotations.get("dashboard", ""),
        "last proven": list(_proofs(workspace, first.name)),
    }
    return {key: value for key, value in explanation.items() if value}


def _proofs(workspace: Workspace, alert: str) -> Iterator[str]:
    """Yield how each rule of the alert stands, where the project has drills."""
    if not workspace.project.files.drills.is_dir():
        return
    standings = ledger.standings(workspace.project, workspace.configuration.rules)
    for rule, _, proof in standings.alerts:
        if rule.name == alert:
            standing = standings.of(rule, proof)
            words = {"changed": "changed since", "covered": "another rule's drill stands for it"}
            text = proof.text if proof else words.get(standing, standing)
            yield f"{text} ({_place(workspace, rule)})"


def _tests(workspace: Workspace, alert: str) -> Iterator[str]:
    for path in workspace.rule_tests:
        if f"alertname: {alert}\n" in path.read_text(encoding="utf-8"):
            yield workspace.project.relative(path)


def _users(workspace: Workspace, metric: str) -> dict[str, Any]:
    """Return the rules and panels that read a metric, themselves or through recordings."""
    rules = workspace.configuration.rules
    recordings = {rule.name: rule for rule in rules.recordings}
    reading = [r for r in rules.rules if metric in scraped_metrics(r.expression, recordings)]
    panels = [
        f"{file.dashboard.title}: {query.about}"
        for file in workspace.known_dashboards
        for query in file.queries
        if metric in scraped_metrics(query.parsed, recordings)
    ]
    users = {
        "alerts": [f"{r.name} ({_place(workspace, r)})" for r in reading if r.is_alert],
        "recorded as": [f"{r.name} ({_place(workspace, r)})" for r in reading if not r.is_alert],
        "panels": panels,
    }
    return {key: value for key, value in users.items() if value}


def _place(workspace: Workspace, rule: Rule) -> str:
    path = workspace.project.relative(rule.document.path)
    return f"{path}:{rule.document.place(rule.pointer)[0]}"
