"""The page of the JSON documents that commands print, from their schemas."""

from __future__ import annotations

import json
from importlib.resources import files

from whiteroom_monitoring.documents.references.markdown import page, table
from whiteroom_monitoring.documents.references.project_keys import keys

PATH = "docs/reference/json-schemas.md"


def render() -> str:
    """Return the page."""
    folder = files("whiteroom_monitoring.schemas")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    parts = [part for name in names for part in _schema(name, folder.joinpath(name).read_text())]
    return page(
        "src/whiteroom_monitoring/schemas/*.json",
        "JSON schemas",
        "The fields of what commands print with `--json`. [JSON output](json.md) says which "
        "command prints which document. `[]` is an entry of a list.",
        *parts,
    )


def _schema(name: str, text: str) -> list[str]:
    schema = json.loads(text)
    item = schema.get("items")
    root = {**item, "$defs": schema.get("$defs", {})} if isinstance(item, dict) else schema
    rows = list(keys(root))
    return [f"## {name}", schema.get("description", ""), table(_HEADER, rows)]


_HEADER = ["field", "type", "default", "meaning"]
