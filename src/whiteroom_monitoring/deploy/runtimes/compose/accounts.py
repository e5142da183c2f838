"""Accounts in containers: the number of each follows from its name, so that all images agree.

`python3 -m whiteroom_monitoring.deploy.runtimes.compose.accounts` makes them in an image that is
being built.
"""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
import zlib
from collections.abc import Callable, Iterable

from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.host.accounts import MEMBERS, is_own

# Below those that systemd gives to services, above those of people.
_FIRST, _COUNT = 50_000, 9_000
# The base image has it already.
_FIXED = {"adm": 4, "www-data": 33}
_USERADD = ("--system", "--no-create-home", "--home-dir", "/nonexistent")
# Where a description names no account, the container runs as this one.
NOBODY = "whiteroom-nobody"


def number(account: str) -> int:
    """Return user and group id of an account.

    >>> number("www-data"), number("whiteroom-inbox") == number("whiteroom-inbox")
    (33, True)
    """
    return _FIXED.get(account) or _FIRST + zlib.crc32(account.encode()) % _COUNT


def names(descriptions: Iterable[Component]) -> list[str]:
    """Return the accounts that the components run as, and those of their folders and groups."""
    named = {NOBODY, MEMBERS}
    for component in descriptions:
        folders = [f for v in component.variants for f in (*component.folders, *v.folders)]
        owners = [name for folder in folders for name in (folder.owner, folder.group)]
        named |= {component.user, *component.groups, *owners}
    return sorted(named - {""})


def make(accounts: Iterable[str]) -> None:
    """Make the accounts and their groups in the image; ours are members of one group."""
    for name in accounts:
        if not _has(grp.getgrnam, name):
            _run("groupadd", "--gid", str(number(name)), name)
    for name in accounts:
        if name not in _FIXED and not _has(pwd.getpwnam, name):
            groups = ("--groups", MEMBERS) if is_own(name) else ()
            ids = ("--uid", str(number(name)), "--gid", name)
            _run("useradd", *_USERADD, "--shell", "/usr/sbin/nologin", *ids, *groups, name)


def _has(lookup: Callable[[str], object], name: str) -> bool:
    try:
        lookup(name)
    except KeyError:
        return False
    return True


def _run(program: str, *words: str) -> None:
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    subprocess.run([program, *words], env={"PATH": path}, check=True)


if __name__ == "__main__":
    from whiteroom_monitoring.deploy import registry
    from whiteroom_monitoring.deploy.runtimes.compose.places import ALLOY
    from whiteroom_monitoring.project import load

    make(names((*registry.load(load()), ALLOY)))
