"""What this machine has: programs, accounts, and what else descriptions ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from whiteroom_monitoring.deploy.component import (
    AccountRequired,
    CloneRequired,
    Condition,
    FileRequired,
    MachineServiceAbsent,
    Program,
    StartedElsewhere,
    VariableUnset,
)
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.host.accounts import account
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import PlaceholderError, Placeholders

# It is there where systemd is the first process: sd_booted(3).
_SYSTEMD = "/run/systemd/system"
_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin")


def find(program: Program, places: Placeholders) -> str | None:
    """Return the path of the program, or None when this machine has none."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS, *program.folders])
    candidates = (shutil.which(name, path=path) for name in names(program, places))
    return next((candidate for candidate in candidates if candidate), None)


def installed(program: Program) -> str | None:
    """Return the path of a program whose description has no placeholders."""
    return find(program, Placeholders(StackPaths(Path("/")), None))


def names(program: Program, places: Placeholders) -> list[str]:
    """Return the names under which the program is looked for on this machine, best first."""
    chosen = os.environ.get(program.variable) if program.variable else None
    return [chosen] if chosen else list(_expanded(program, places))


def remedy(program: Program, places: Placeholders) -> str:
    """Return how to come by the program."""
    version = _version_of_data(program, places)
    if version:
        return f"its data was made by version {version}: install that version"
    return program.remedy


def home(program: Program, path: str) -> str:
    """Return the program's own folder: that of an unpacked archive, else the package's."""
    unpacked = Path(path).resolve().parent.parent
    return str(unpacked) if program.home and (unpacked / "conf").is_dir() else program.home


def reason_against(condition: Condition, places: Placeholders) -> str:
    """Return why a component can't be here, or nothing when the condition holds."""
    match condition:
        case FileRequired(path):
            holds = _exists(path, places)
        case VariableUnset(name):
            holds = not os.environ.get(name)
        case StartedElsewhere():
            holds = False
        case CloneRequired():
            holds = places.root is not None
        case AccountRequired(name):
            holds = os.getuid() != 0 or account(name) is not None
        case MachineServiceAbsent(process):
            holds = may_serve_machine(places.paths) and not _runs_elsewhere(process, places.paths)
    return "" if holds else condition.reason


def may_serve_machine(paths: StackPaths) -> bool:
    """Tell whether a stack may be what a machine has once: root's, at the usual ports."""
    return os.getuid() == 0 and not paths.port_offset and not Path(_SYSTEMD).exists()


def _runs_elsewhere(name: str, paths: StackPaths) -> bool:
    for process in psutil.process_iter(["name"]):
        is_it = (process.info["name"] or "").startswith(name)
        if is_it and not processes.member(process.pid, paths.data):
            return True
    return False


def _exists(path: str, places: Placeholders) -> bool:
    try:
        return Path(places.fill(path)).exists()
    except PlaceholderError:
        return False


def _expanded(program: Program, places: Placeholders) -> Iterator[str]:
    for name in program.names:
        try:
            pattern = places.fill(name)
        except PlaceholderError:
            # Such as a path within a clone, where there is none.
            continue
        yield from _versions(pattern, program, places) if "*" in pattern else (pattern,)


def _versions(pattern: str, program: Program, places: Placeholders) -> list[str]:
    """Return the paths that a pattern stands for, the newest version first."""
    version = _version_of_data(program, places)
    if version:
        return [pattern.replace("*", version)]
    before, _, after = pattern.partition("*")
    paths = [str(path) for path in Path("/").glob(pattern.lstrip("/"))]
    return sorted(paths, key=lambda p: _number(p.removeprefix(before).removesuffix(after)))[::-1]


def _number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0.0


def _version_of_data(program: Program, places: Placeholders) -> str:
    if not program.version_file:
        return ""
    try:
        return Path(places.fill(program.version_file)).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
