"""The options of servers that say where the passwords of guarded components are."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.datasources.http import basic_authorization
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.paths import StackPaths, default_data


def add_password_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the passwords of guarded components are."""
    for name in access.GUARDED:
        parser.add_argument(
            f"--{name}-password-file",
            type=Path,
            default=access.password_file(StackPaths(default_data(0)), name),
            metavar="FILE",
            help=f"the password that {name} asks for (default: that of the stack that runs here)",
        )


def authorizations(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the header Authorization for each guarded component."""
    return {
        name: basic_authorization(getattr(arguments, f"{name}_password_file"))
        for name in access.GUARDED
    }
