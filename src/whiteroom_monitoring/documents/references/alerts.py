"""The page of alerts: what each one asks, how long, how urgent it is and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from whiteroom_monitoring.documents.references.markdown import code, page, table
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project import Project
from whiteroom_monitoring.promql.rule_files import Rule

PATH = "docs/reference/alerts.md"


def render(workspace: Workspace) -> str:
    """Return the page."""
    files = {rule.document.path.name for rule in workspace.alerts}
    parts = [part for name in sorted(files) for part in _file(workspace, name)]
    alerts = workspace.project.alerts
    priorities = [[name, p.severity, p.answer] for name, p in alerts.priorities.items()]
    return page(
        "the rules, whiteroom.toml and the runbooks",
        "Alerts",
        "Every alert, by the file of its rule. The expression is the rule's own; "
        f"[Alerting]({alerting_page(workspace.project)}) says where notifications go, and how to "
        "change a threshold.",
        table(["priority", "severity", "answer"], priorities),
        *parts,
    )


def alerting_page(project: Project) -> str:
    """Return the link to the page about routes, from a page of the reference."""
    return f"../../{project.relative(project.files.folder)}/docs/alerting.md"


def _file(workspace: Workspace, name: str) -> Iterator[str]:
    yield f"## {name}"
    names: set[str] = set()
    for rule in workspace.alerts:
        if rule.document.path.name == name:
            if rule.name not in names:
                yield f"### {rule.name}"
            names.add(rule.name)
            yield from _alert(workspace, rule)


def _alert(workspace: Workspace, rule: Rule) -> Iterator[str]:
    raw = rule.raw
    yield rule.annotations.get("summary", "").replace("<", "&lt;")
    labels = ", ".join(f"{key} {code(value)}" for key, value in rule.labels.items())
    facts = [
        f"- Fires after: {raw.get('for', '0s')}",
        f"- Labels: {labels}",
        f"- Runbook: {_runbook(workspace, rule.name)}",
    ]
    yield "\n".join(facts)
    # What comes after the mark names the alerts that explain this one.
    own = str(raw["expr"]).partition("# Covered")[0].strip()
    yield f"```promql\n{own}\n```"


def _runbook(workspace: Workspace, name: str) -> str:
    path = workspace.runbooks / f"{name}.md"
    if not path.exists():
        return "none"
    return f"[{name}]({PurePosixPath('../..') / workspace.project.relative(path)})"
