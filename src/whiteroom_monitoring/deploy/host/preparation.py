"""Makes what a component needs before it starts: folders, files, and what its initializer makes."""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from whiteroom_monitoring.deploy.component import File
from whiteroom_monitoring.deploy.host import (
    machine_journal,
    machine_syslog,
    owned_files,
    postgresql_cluster,
)
from whiteroom_monitoring.deploy.host.accounts import account, make_folder, numbers
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent

# What a description can only name: how data are made before the first start.
INITIALIZERS: Mapping[str, Callable[[Placeholders], None]] = {
    "journald": machine_journal.initialize,
    "postgresql": postgresql_cluster.initialize,
    "rsyslog": machine_syslog.initialize,
}


def prepare(component: ResolvedComponent, places: Placeholders) -> None:
    """Make folders and files of the component. Raises MonitoringError when that can't be done."""
    for folder in component.folders:
        owner, group = (_account(name, places) for name in (folder.owner, folder.group))
        make_folder(Path(folder.path), owner, group, folder.mode)
    for file in component.files:
        write(file, _account(file.owner, places))
    if component.description.initializer:
        INITIALIZERS[component.description.initializer](places)


def content(file: File) -> str:
    """Return what is written into the file."""
    if not file.template:
        return file.text
    template = string.Template(Path(file.template).read_text(encoding="utf-8"))
    return template.substitute(file.values)


def write(file: File, owner: str | None = None) -> None:
    """Write the file; one that is written once stays if it exists."""
    path = Path(file.path)
    ids = numbers(owner)
    if file.once and path.is_file():
        os.chown(path, *ids, follow_symlinks=False)
        return
    owned_files.write(path, content(file), file.mode, *ids)


def _account(name: str, places: Placeholders) -> str | None:
    return account(name, places.separate) if name else None
