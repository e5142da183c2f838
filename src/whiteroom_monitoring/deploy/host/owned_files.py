"""Makes files and folders where others may write, too: no link that they planted is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError

_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class ForeignFileError(MonitoringError):
    """Something at a place of the stack belongs to somebody else."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}; remove it, or choose another --data")


def write(path: Path, text: str, mode: int = 0o600, uid: int = -1, gid: int = -1) -> None:
    """Write a file; who reads it sees the one before or this one. A link in its place is replaced.

    Its owner and group are ours where they are -1. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchown(file.fileno(), uid, gid)
            os.fchmod(file.fileno(), mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def probe(folder: Path) -> tuple[int, Path]:
    """Make a new file in ``folder``; return its descriptor and its path. Raises OSError."""
    path = folder / f".probe-{os.urandom(8).hex()}"
    return os.open(path, _NEW, 0o600), path


def make_folder(
    path: Path, uid: int = -1, gid: int = -1, mode: int = 0o700, *, takes: Collection[int] = ()
) -> None:
    """Make a folder, or give one that is there its owner, group and mode; -1 leaves them.

    One of a user that it ``takes`` from gets its owner with all that is in it. Raises
    ForeignFileError for a link, and for another folder that is neither ours nor that owner's.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, _FOLDER)
    except OSError as error:
        raise ForeignFileError(path, f"is no folder: {error.strerror}") from error
    try:
        owner = os.fstat(descriptor).st_uid
        if owner not in (os.getuid(), uid, *takes):
            raise ForeignFileError(path, f"belongs to user {owner}")
        if owner in takes:
            uid = os.getuid() if uid == -1 else uid
            if owner != uid:
                _give(descriptor, uid, gid)
        os.fchown(descriptor, uid, gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _give(folder: int, uid: int, gid: int) -> None:
    """Give everything below an open folder to a user; no link is followed."""
    for _, folders, files, descriptor in os.fwalk(".", dir_fd=folder, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, uid, gid, dir_fd=descriptor, follow_symlinks=False)


def foreign(folder: Path, trusted: Collection[int] = ()) -> str:
    """Return why a folder of ours can't be trusted, or nothing; one that is missing can.

    It is ours or of a ``trusted`` user.
    """
    try:
        status = folder.lstat()
    except OSError:
        return ""
    if status.st_uid not in (os.getuid(), *trusted):
        return f"{folder} belongs to another user; remove it"
    if stat.S_ISLNK(status.st_mode):
        # A link of our own is an operator's choice, and is judged by where it leads.
        return foreign(folder.resolve(), trusted)
    # A group of its own is the user's, as Debian gives each one.
    others = stat.S_IWOTH | (stat.S_IWGRP if status.st_gid != os.getgid() else 0)
    if status.st_mode & others:
        return f"{folder} can be written by others; chmod go-w {folder}"
    return ""
