"""Loads the catalogue: every file is read, then all that is wrong is raised at once."""

from __future__ import annotations

from pathlib import Path

import yaml

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Label, Metric


def load(folder: Path) -> Catalogue:
    """Return the catalogue in ``folder``."""
    domains = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        metrics = tuple(_metric(entry, data["program"], path) for entry in data["metrics"])
        domains.append(Domain(data["domain"], data["program"], metrics))
    return Catalogue(tuple(domains))


def _metric(entry: dict, program: str, path: Path) -> Metric:  # type: ignore[type-arg]
    labels = tuple(
        Label(
            label["name"],
            tuple(label["values"]) if "values" in label else None,
            label.get("max_series"),
        )
        for label in entry.get("labels", [])
    )
    return Metric(
        entry["name"], entry["type"], entry.get("unit"), entry["help"], labels,
        tuple(float(bound) for bound in entry.get("buckets", [])), entry["thread"], program,
        entry.get("combine"), entry.get("updates", "set"), tuple(entry.get("replaces", [])),
        path, 0,
    )
