"""Writes Grafana's JSON of the declared dashboards, and what their panels show when all is well."""

from __future__ import annotations

import json

from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.expectation import FILE
from whiteroom_monitoring.dashboards.load import load
from whiteroom_monitoring.generated_files import head
from whiteroom_monitoring.project.model import Project


def generate(project: Project) -> dict[str, str]:
    """Return every dashboard that the project declares, and the expectations of all, by path."""
    boards = project.files.boards
    if not (boards / "__init__.py").is_file():
        return {}
    dashboards = load(boards)
    folder, source = project.relative(project.files.grafana), project.relative(boards)
    files = {
        f"{folder}/dashboards/{dashboard.slug}.json": dashboards.json(
            dashboard, _note(dashboard, source)
        )
        for dashboard in dashboards
    }
    note = {"": head("", source).strip()}
    expectations = {dashboard.uid: dashboard.expectations() for dashboard in dashboards}
    text = json.dumps(note | expectations, indent=2)
    # Like a dashboard, so that the first line says where the file comes from.
    files[f"{folder}/{FILE}"] = text.replace("{\n  ", "{ ", 1) + "\n"
    return files


def _note(dashboard: Dashboard, source: str) -> str:
    return head("", f"{source}/{dashboard.slug.replace('-', '_')}").strip()
