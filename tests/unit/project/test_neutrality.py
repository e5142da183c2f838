"""Nothing in the package is White Room's: what is, whiteroom.toml says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM

PACKAGE = ROOT / "src/whiteroom_monitoring"
SUFFIXES = {".py", ".pyi", ".js", ".ts", ".css", ".html", ".json", ".j2", ".yml", ".toml", ".cpp"}
# Generated from the bundled catalogue, which names the programs of White Room.
GENERATED = PACKAGE / "client/generated"
# Its example records a bundled domain.
EXAMPLES = {PACKAGE / "client/__init__.py"}
# What the product itself is called, what it runs, and names that others use, too.
OF_THE_PRODUCT = {"postgres", "redis", "nginx", "alerts", "engine"}


def _names() -> set[str]:
    """Return the names that only White Room has: its jobs, dashboards, teams and paths."""
    teams = {
        team
        for path in WHITE_ROOM.files.rules.glob("*.yml")
        for team in re.findall(r"^ +team: (\w+)$", path.read_text(), re.M)
    }
    folders = {WHITE_ROOM.relative(WHITE_ROOM.files.folder), WHITE_ROOM.outputs.cpp}
    quoted = {f'team="{team}"' for team in teams}
    priorities = {f'"{name}"' for name in WHITE_ROOM.alerts.priorities}
    return {*WHITE_ROOM.programs, *WHITE_ROOM.dashboards, *folders, *quoted, *priorities} - (
        OF_THE_PRODUCT
    )


def _named(text: str, names: set[str]) -> list[str]:
    return sorted(
        name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    )


def _files() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.is_relative_to(GENERATED) or path in EXAMPLES or "__pycache__" in path.parts
        if path.suffix in SUFFIXES and not inside and not path.name.endswith(".test.js"):
            yield path


def test_the_package_names_nothing_of_white_room() -> None:
    """No file names a job, a dashboard, a team, a priority or a folder of White Room."""
    names = _names()
    names_in = {
        str(path.relative_to(ROOT)): named
        for path in _files()
        if (named := _named(path.read_text(encoding="utf-8"), names))
    }
    assert names_in == {}


@pytest.mark.parametrize(
    "text",
    [
        'JOB = "juce-backend"',
        "infrastructure/monitoring/grafana",
        'priority == "P0"',
        '{team="platform"}',
        "/d/whiteroom/application-performance",
    ],
)
def test_a_name_of_white_room_is_seen(text: str) -> None:
    """A job, a folder, a priority, a team or a dashboard is found where it stands."""
    assert _named(text, _names())
