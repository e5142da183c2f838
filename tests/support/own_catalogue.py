"""A project of its own whose domains, labels and values have awkward names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.project import catalogues, load

_PROJECT = """\
name = "tape"
title = "Tape"
[generate.cpp]
folder = "cpp"
namespace = "tape"
[generate.swift]
folder = "swift"
[generate.python]
folder = "python"
[programs.tape]
command = ["tape"]
port = 8100
"""


def generate(
    root: Path, labels: Iterable[str], values: Iterable[str], domain: str = "work"
) -> dict[str, str]:
    """Return the clients of a catalogue in ``root``: a counter for each of ``labels``, closed with
    ``values``, and one with all labels open."""
    (root / "catalogue").mkdir(exist_ok=True)
    (root / "whiteroom.toml").write_text(_PROJECT)
    listed = ", ".join(f'"{value}"' for value in values)
    lines = [f"domain: {domain}", "program: tape", "metrics:"]
    for number, label in enumerate(labels):
        lines += _counter(f"{domain}_items{number}_total", [f"name: {label}, values: [{listed}]"])
        lines += _counter(f"{domain}_texts{number}_total", [f"name: {label}, max_series: 2"])
    (root / "catalogue" / f"{domain}.yaml").write_text("\n".join(lines) + "\n")
    project = load(root)
    return clients.generate(catalogues.own(project), project)


def _counter(name: str, labels: Iterable[str]) -> list[str]:
    return [
        f"  - name: {name}",
        "    type: counter",
        "    help: Items.",
        "    writers: many",
        "    labels:",
        *(f"      - {{{label}}}" for label in labels),
    ]
