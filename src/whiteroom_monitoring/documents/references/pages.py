"""Every generated page of the documents."""

from __future__ import annotations

from typing import Any

from whiteroom_monitoring.documents.references import (
    alerts,
    blocks_not_run,
    checklist,
    commands,
    dashboards,
    http_apis,
    messages,
    project_keys,
    schemas,
    symptoms,
)
from whiteroom_monitoring.lint.checks import checks
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.probes.registry import probes


def generate(workspace: Workspace, parsers: Any) -> dict[str, str]:
    """Return the text of every page by its path; ``parsers`` are those of the commands, by name."""
    return {
        alerts.PATH: alerts.render(workspace),
        blocks_not_run.PATH: blocks_not_run.render(),
        checklist.PATH: checklist.render(checks(), probes(workspace.project)),
        commands.PATH: commands.render(parsers),
        dashboards.PATH: dashboards.render(workspace),
        http_apis.PATH: http_apis.render(),
        messages.PATH: messages.render(alerts.alerting_page(workspace.project)),
        project_keys.PATH: project_keys.render(),
        schemas.PATH: schemas.render(),
        symptoms.PATH: symptoms.render(workspace),
    }
