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
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.component import APP_ACCOUNT
from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.errors import MonitoringError

# Accounts of this prefix are ours to make; all are members of one group, which may read the
# configuration.
OWN = "whiteroom-"
MEMBERS = "whiteroom"
_PROGRAMS = ("/usr/sbin/useradd", "/usr/sbin/groupadd", "/usr/sbin/usermod")
# They lock the files of accounts, and fail when somebody else does.
_LOCKED_S = 10.0


# What lets a process ask for real-time scheduling, and keep its memory, without a right of root's.
REAL_TIME = ("/usr/bin/prlimit", "--rtprio=95", "--memlock=unlimited", "--")


class AccountError(MonitoringError):
    """An account could not be made."""


def is_apart(name: str | None) -> bool:
    """Tell whether an account is one of ours that a single component has."""
    return is_own(name) and name != APP_ACCOUNT


def is_own(name: str | None) -> bool:
    """Tell whether an account is one of those that `up` makes."""
    return name is not None and name.startswith(OWN)


def account(name: str, separate: bool = False) -> str | None:
    """Return ``name`` when the stack is root's and the account exists, else None: its own user.

    Our own accounts are made where components are ``separate``, and not used elsewhere.
    """
    if os.getuid() != 0:
        return None
    if is_own(name):
        return name if separate else None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return None


# Root without capabilities, and without a way to any, owns root's files and nothing else. It has a
# path, because another PATH of the caller's is no reason to start components anew.
CONFINEMENT = ("/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--")


@functools.cache
def can_raise_limits() -> bool:
    """Tell whether this user may give others the limits of real time; a container may forbid it."""
    done = subprocess.run([*REAL_TIME, "/usr/bin/true"], capture_output=True, check=False)
    return done.returncode == 0


def confinement(user: str | None, capabilities: Sequence[str] = ()) -> tuple[str, ...]:
    """Return what is put before a command, so that it runs as ``user`` and with no right beyond.

    It may keep some capabilities. None is root.
    """
    bounds = ",".join(("-all", *(f"+{name}" for name in capabilities)))
    inherited = bounds if user else "-all"
    options = [f"--bounding-set={bounds}", f"--inh-caps={inherited}", "--no-new-privs"]
    if user and capabilities:
        # A user's others are lost when the program starts.
        options.append(f"--ambient-caps={bounds}")
    whose = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return (CONFINEMENT[0], *whose, *options, "--")


@functools.cache
def can_confine() -> bool:
    """Tell whether this user is root and may give root's rights away; a container may forbid it."""
    if os.getuid() != 0 or shutil.which(CONFINEMENT[0]) is None:
        return False
    done = subprocess.run([*CONFINEMENT, "/usr/bin/true"], capture_output=True, check=False)
    return done.returncode == 0


@functools.cache
def can_separate(project: Path, data: Path) -> bool:
    """Tell whether components can have accounts of their own, and would get to what they need.

    A clone, a Python or a data folder in a private home is closed to them. This is tried out as
    nobody.
    """
    if not can_confine() or barrier(data.parent):
        return False
    if not all(map(os.path.exists, _PROGRAMS)) or not os.access("/etc/passwd", os.W_OK):
        return False
    # Without its own library, an interpreter takes another one that it finds.
    code = (
        "import sys, whiteroom_monitoring.resources; open(sys.argv[1]).close(); "
        "sys.exit(sys.version != sys.argv[2])"
    )
    trial = [*confinement("nobody"), sys.executable, "-c", code, str(project), sys.version]
    trial = ["--regid=nogroup" if word == "--regid=nobody" else word for word in trial]
    return subprocess.run(trial, capture_output=True, check=False, cwd="/").returncode == 0


def missing(groups_of: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the accounts that are not there as they should be. ``wanted`` are their groups."""
    return [name for name, groups in groups_of.items() if not _is_member(name, groups)]


def make(groups_of: Mapping[str, Sequence[str]]) -> None:
    """Make system accounts without home, shell and password, and their groups. Raises AccountError.

    Each has a group of its name, is a member of MEMBERS and of those that are given.
    """
    useradd, groupadd, usermod = _PROGRAMS
    names = missing(groups_of)
    groups_of = {name: _there(groups, groups_of) for name, groups in groups_of.items()}
    for group in (MEMBERS, *groups_of) if names else ():
        _run([groupadd, "--system", "--force", group])
    for name in names:
        groups = ",".join((MEMBERS, *groups_of[name]))
        if _exists(name):
            _run([usermod, "--append", "--groups", groups, name])
            continue
        options = ("--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
        _run([useradd, "--system", "--gid", name, "--groups", groups, *options, name])


def _there(groups: Sequence[str], own_groups: Collection[str]) -> list[str]:
    """Return the groups that are there: our own, and those of installed packages."""
    known = {group.gr_name for group in grp.getgrall()}
    return [name for name in groups if name in known or name in own_groups or is_own(name)]


def _run(command: Sequence[str]) -> None:
    end = time.monotonic() + _LOCKED_S
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if "lock" not in done.stderr or time.monotonic() > end:
            raise AccountError(f"{' '.join(command)}: {done.stderr.strip()}")
        time.sleep(0.2)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _is_member(name: str, groups: Sequence[str]) -> bool:
    if not _exists(name):
        return False
    try:
        names = (MEMBERS, name, *_there(groups, ()))
        expected = {grp.getgrnam(group).gr_gid for group in names}
    except KeyError:
        return False
    return expected <= {*os.getgrouplist(name, pwd.getpwnam(name).pw_gid)}


def user_name(name: str | None) -> str:
    """Return the user as whom a component with this account runs."""
    return name or pwd.getpwuid(os.getuid()).pw_name


def numbers(name: str | None) -> tuple[int, int]:
    """Return user and group of an account as `os.chown` takes them; -1 is as it is."""
    if name is None:
        return -1, -1
    user = pwd.getpwnam(name)
    return user.pw_uid, user.pw_gid


def make_folder(
    path: Path, owner: str | None = None, group: str | None = None, mode: int = 0o700
) -> None:
    """Make a folder for a component, or put owner and mode of one that is there right.

    ``owner`` and ``group`` are accounts as `account` returns them. With a group, files that are
    made in it belong to that group.
    """
    uid, gid = numbers(owner)
    owned_files.make_folder(
        path,
        uid,
        grp.getgrnam(group).gr_gid if group else gid,
        mode | stat.S_ISGID if group else mode,
        takes=() if owner and not is_own(owner) else own_numbers(),
    )


def own_numbers() -> tuple[int, ...]:
    """Return whose folders may change hands with all that is in them: root's, and our accounts'."""
    if os.getuid() != 0:
        return ()
    return (0, *(user.pw_uid for user in pwd.getpwall() if is_own(user.pw_name)))


def share(folder: Path, groups: Mapping[str, str]) -> None:
    """Let a group read all below ``folder``: MEMBERS, and for a child that is named its own."""
    for path in (folder, *folder.rglob("*")):
        first = path.relative_to(folder).parts[:1]
        group = groups.get(first[0], MEMBERS) if first else MEMBERS
        os.chown(path, -1, grp.getgrnam(group).gr_gid, follow_symlinks=False)
        path.chmod(0o750 if path.is_dir() else 0o640)


def barrier(path: Path) -> Path | None:
    """Return the first folder on the way to ``path`` that is closed to other users."""
    folders = [path, *path.parents]
    closed = [folder for folder in reversed(folders) if folder.exists() and not _is_open(folder)]
    return closed[0] if closed else None


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
