"""What `up` knows of one supervised program: how to find, start, ask and prepare it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.deploy.paths import LOOPBACK

STAGES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Program:
    """An executable: the names it may have, and how to come by it.

    ``folders`` are looked through after $PATH. ``version`` is the option that makes it tell its
    version.
    """

    names: tuple[str, ...]
    remedy: str
    folders: tuple[str, ...] = ()
    version: str = "--version"

    def find(self) -> str | None:
        """Return the path of the program, or None when this machine has none."""
        folders = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", *self.folders)
        path = os.pathsep.join([os.environ.get("PATH", ""), *folders])
        found = (shutil.which(name, path=path) for name in self.names)
        return next((program for program in found if program), None)


def debian(package: str, *names: str, version: str = "--version") -> Program:
    """Return a program of a package of Debian; its names are upstream's first, then Debian's."""
    return Program(names, f"install Debian's package {package}", version=version)


PYTHON = Program((sys.executable,), "install the package again")


def ours(command: str, *arguments: str) -> tuple[str, ...]:
    """Return the arguments with which Python runs a command of `whiteroom` that listens."""
    return ("-m", "whiteroom_monitoring", command, "--address", LOOPBACK, *arguments)


def _nothing() -> None:
    return


@dataclass(frozen=True)
class Component:
    """One supervised program.

    ``ports`` are keys of paths.PORTS; the first serves HTTP with ``health`` below it. A component
    without ``health`` is well as long as the command ``probe`` succeeds, as ``ready`` exists, or,
    without these, as long as it runs.

    ``required`` components fail a start when their program is missing; others are left out, and so
    is whoever ``needs`` them. ``user`` is the account that a stack of root's runs it as.
    ``prepare`` makes what it needs, such as folders, whenever `up` is about to start it.
    ``absent`` says why it can't be there, whatever is installed.
    ``process_of`` names a component that runs within the process of this one, where this one is
    kept: the process then has that component's name, and this one's program, arguments and
    preparation.
    """

    name: str
    stage: int
    program: Program
    arguments: tuple[str, ...]
    ports: tuple[str, ...] = ()
    health: str | None = None
    ready: Path | None = None
    probe: tuple[str, ...] = ()
    of_app: bool = False
    required: bool = False
    needs: tuple[str, ...] = ()
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = _nothing
    absent: str = ""
    process_of: str = ""
    stop_signal: str = "TERM"

    @property
    def process(self) -> str:
        """The name of the process that it runs in."""
        return self.process_of or self.name
