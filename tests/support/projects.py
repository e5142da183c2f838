"""Projects for tests: White Room's own, and small ones beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

from msgspec.structs import replace

from tests.support.paths import ROOT
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.project.settings import files_in

WHITE_ROOM = load(ROOT)
# Of the whole stack, the reference app with it.
PORTS = registry.port_numbers(registry.load(WHITE_ROOM))

# White Room's outputs for a clone that has a catalogue and nothing else.
SMALL = """\
name = "whiteroom"
title = "White Room"

[generate]
reference = "docs/reference/metrics.md"
[generate.cpp]
folder = "juce_backend/src/monitoring/include/whiteroom/monitoring/generated"
sources = "juce_backend/src/monitoring/src/generated"
[generate.swift]
folder = "swift_frontend/WhiteRoomiOS/Sources/SwiftFrontendCore/Monitoring/Generated"
interfaces = "swift_frontend/WhiteRoomiOS/Sources/SwiftFrontendCore"
[generate.python]
folder = "src/whiteroom_monitoring/client/generated"
"""


def small_clone(root: Path) -> Path:
    """Make ``root`` the folder of a project with White Room's outputs, and return it."""
    (root / "whiteroom.toml").write_text(SMALL)
    return root


def white_room_with(folder: Path) -> Project:
    """Return White Room with the configuration that lies in ``folder``."""
    own = WHITE_ROOM.files
    files = replace(files_in(folder), components=own.components, probes=own.probes)
    return replace(WHITE_ROOM, files=files)


def project_of(runbooks: Path) -> Project:
    """Return White Room with the runbooks of a folder."""
    return replace(WHITE_ROOM, files=replace(WHITE_ROOM.files, runbooks=runbooks))


def copied_white_room(root: Path) -> Path:
    """Copy what White Room's configuration consists of to ``root``, and return that."""
    folders = (WHITE_ROOM.files.folder, WHITE_ROOM.files.components, ROOT / "catalogue")
    for folder in folders:
        shutil.copytree(folder, root / folder.relative_to(ROOT))
    shutil.copy(WHITE_ROOM.file, root)
    return root
