"""``whiteroom unit``: prints what starts the stack with the machine, for systemd or launchd."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from whiteroom_monitoring.cli.option_values import new_paths_from
from whiteroom_monitoring.cli.options import add_place_options
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.project import load

KINDS = ("systemd", "launchd")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom unit``."""
    parser.add_argument("kind", choices=KINDS, help="whose unit")
    add_place_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the unit."""
    # Here, because it takes a tenth of a second, which `--help` has not.
    from whiteroom_monitoring.deploy.runtimes import units  # noqa: PLC0415

    project = load(arguments.project)
    paths = new_paths_from(arguments, project, registry.load(project))
    beside = Path(sys.executable).with_name("whiteroom")
    program = str(beside) if beside.exists() else shutil.which("whiteroom") or "whiteroom"
    print(getattr(units, arguments.kind)(project, paths, program), end="")
    return 0
