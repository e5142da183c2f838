"""``whiteroom template NAME``: prints a template for an incident, with what is known filled in."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from whiteroom_monitoring.cli.check import workspace_of
from whiteroom_monitoring.cli.explain import explained
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.documents import incidents
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project import load


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom template``."""
    parser.epilog = "example:\n  whiteroom template post-mortem --alert AudioXruns > post-mortem.md"
    add_project_option(parser)
    parser.add_argument("name", choices=incidents.names(), help="which template")
    parser.add_argument("--alert", default="", help="the alert that the incident began with")


def run(arguments: argparse.Namespace) -> int:
    """Print the template. Raises UsageError for an alert that does not exist."""
    values = {"now": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
    if arguments.alert:
        values |= facts(workspace_of(load(arguments.project)), arguments.alert)
    print(incidents.render(arguments.name, values), end="")
    return 0


def facts(workspace: Workspace, name: str) -> dict[str, str]:
    """Return what the configuration knows of an alert. Raises UsageError for an unknown one."""
    known = explained(workspace, name)
    rule = next((rule for rule in workspace.alerts if rule.name == name), None)
    labels = rule.labels if rule else {}
    summary = rule.annotations.get("summary", "") if rule else ""
    return {
        "alert": name,
        "priority": workspace.project.alerts.priority(labels),
        "team": labels.get("team", ""),
        "summary": summary if "{{" not in summary else "",
        "runbook": str(known.get("runbook", "")),
        "dashboard": str(known.get("dashboard", "")),
    }
