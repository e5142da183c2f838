"""The versions of the configuration in the data folder, and which of them is in force.

Every version has a folder of its own, named by its content. A link names the one in force, so that
a component never sees half of a change, and the last good version stays when a new one is invalid.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.paths import StackPaths

DIGEST_LENGTH = 16


def is_in_force(files: Mapping[str, str], paths: StackPaths) -> bool:
    """Tell whether these very files are in force, unedited."""
    folder = paths.configurations / digest(files)
    in_force = paths.config.is_symlink() and paths.config.resolve() == folder.resolve()
    return in_force and _content(folder) == files


def activate(files: Mapping[str, str], paths: StackPaths) -> bool:
    """Put ``files`` in force; return whether that changes anything.

    The version before stays for `restore`; older ones are removed.
    """
    folder = paths.configurations / digest(files)
    before = paths.config.resolve() if paths.config.is_symlink() else None
    changes = not is_in_force(files, paths)
    if changes:
        _write(files, folder)
        _link(paths, folder)
    for version in paths.configurations.iterdir():
        if version not in (folder, before) and version.is_dir():
            shutil.rmtree(version)
    return changes


def restore(paths: StackPaths) -> None:
    """Put the version before the present one in force again; without one, change nothing."""
    present = paths.config.resolve()
    for version in paths.configurations.iterdir():
        if version != present and version.is_dir():
            _link(paths, version)


def _write(files: Mapping[str, str], folder: Path) -> None:
    unfinished = folder.with_name(f"unfinished-{os.getpid()}")
    for name, text in files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        owned_files.write(path, text, 0o644)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.replace(folder)


def _content(folder: Path) -> dict[str, str]:
    """Return what is there, which somebody may have edited, as `render` returns it."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text("utf-8", "replace") for path in paths}


def _link(paths: StackPaths, folder: Path) -> None:
    link = paths.config.with_name(f".{paths.config.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    link.replace(paths.config)


def digest(files: Mapping[str, str]) -> str:
    """Return the name of the version that these files are."""
    content = "\0".join(f"{name}\0{files[name]}" for name in sorted(files))
    return hashlib.sha256(content.encode()).hexdigest()[:DIGEST_LENGTH]
