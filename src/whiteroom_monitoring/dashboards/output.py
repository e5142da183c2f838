"""Writes Grafana's JSON of the declared dashboards, and what their panels show when all is well."""

from __future__ import annotations

import json

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.dashboards import registry
from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.expectation import FILE
from whiteroom_monitoring.generated_files import head
from whiteroom_monitoring.project import share

FOLDER = "infrastructure/monitoring/grafana"
BOARDS = f"{FOLDER}/boards"


def generate(_: Catalogue) -> dict[str, str]:
    """Return every dashboard, and the expectations of all, by path."""
    dashboards = registry.load(share(BOARDS))
    files = {
        f"{FOLDER}/dashboards/{dashboard.slug}.json": dashboards.json(dashboard, _note(dashboard))
        for dashboard in dashboards
    }
    note = {"": head("", BOARDS).strip()}
    expectations = {dashboard.uid: dashboard.expectations() for dashboard in dashboards}
    text = json.dumps(note | expectations, indent=2)
    # Like a dashboard, so that the first line says where the file comes from.
    files[f"{FOLDER}/{FILE}"] = text.replace("{\n  ", "{ ", 1) + "\n"
    return files


def _note(dashboard: Dashboard) -> str:
    return head("", f"{BOARDS}/{dashboard.slug.replace('-', '_')}").strip()
