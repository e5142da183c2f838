"""As whom components run: as few rights as each needs, when the stack is root's.

Another user's stack runs everything as that user, who can't become anybody else.
"""

from __future__ import annotations

import functools
import grp
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from whiteroom_monitoring.deploy.host import owned_files


def account(name: str) -> str | None:
    """Return ``name`` when the stack is root's and the account exists, else None: its own user."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return None


# Root without capabilities, and without a way to any, owns root's files and nothing else. It has a
# path, because another PATH of the caller's is no reason to start components anew.
CONFINEMENT = ("/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--")


@functools.cache
def can_confine() -> bool:
    """Tell whether this user is root and may give root's rights away; a container may forbid it."""
    if os.getuid() != 0 or shutil.which(CONFINEMENT[0]) is None:
        return False
    done = subprocess.run([*CONFINEMENT, "/usr/bin/true"], capture_output=True, check=False)
    return done.returncode == 0


def user_name(name: str | None) -> str:
    """Return the user as whom a component with this account runs."""
    return name or pwd.getpwuid(os.getuid()).pw_name


def make_folder(
    path: Path, owner: str | None = None, group: str | None = None, mode: int = 0o700
) -> None:
    """Make a folder for a component, or put owner and mode of one that is there right.

    ``owner`` and ``group`` are accounts as `account` returns them. With a group, files that are
    made in it belong to that group.
    """
    user = pwd.getpwnam(owner) if owner else None
    members = grp.getgrnam(group).gr_gid if group else (user.pw_gid if user else -1)
    owned_files.make_folder(
        path, user.pw_uid if user else -1, members, mode | stat.S_ISGID if group else mode
    )


def barrier(path: Path) -> Path | None:
    """Return the first folder on the way to ``path`` that is closed to other users."""
    folders = [path, *path.parents]
    closed = [folder for folder in reversed(folders) if folder.exists() and not _is_open(folder)]
    return closed[0] if closed else None


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
