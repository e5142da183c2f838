"""Writes Grafana's JSON of the declared dashboards, and what their panels show when all is well."""

from __future__ import annotations

import json

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen.files import head
from whiteroom_monitoring.dashboards.assembly import Dashboard, expectations
from whiteroom_monitoring.dashboards.expectations import FILE
from whiteroom_monitoring.dashboards.registry import DASHBOARDS

FOLDER = "infrastructure/monitoring/grafana"


def generate(_: Catalogue) -> dict[str, str]:
    """Return every dashboard, and the expectations of all, by path."""
    files = {f"{FOLDER}/dashboards/{each.slug}.json": each.json(_note(each)) for each in DASHBOARDS}
    note = {"": head("", "src/whiteroom_monitoring/dashboards").strip()}
    text = json.dumps(note | expectations(DASHBOARDS), indent=2)
    # Like a dashboard, so that the first line says where the file comes from.
    files[f"{FOLDER}/{FILE}"] = text.replace("{\n  ", "{ ", 1) + "\n"
    return files


def _note(each: Dashboard) -> str:
    return head("", f"src/{each.source.replace('.', '/')}.py").strip()
