"""``whiteroom restore-notifications``: gives Alertmanager's log back what a kill made it forget."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler.notification_journal import NotifiedGroups
from whiteroom_monitoring.reconciler.notification_log import FILE_NAME
from whiteroom_monitoring.reconciler.restore import restore


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom restore-notifications``."""
    data = default_data(0)
    add_alertmanager_options(parser, data)
    parser.add_argument(
        "--data",
        type=Path,
        default=data / "reconciler",
        metavar="DIR",
        help="folder of the reconciler's journal (default %(default)s)",
    )
    parser.add_argument(
        "started",
        nargs="+",
        metavar="COMMAND",
        help="after --: Alertmanager's program and its options, which this process then becomes",
    )


def add_alertmanager_options(parser: argparse.ArgumentParser, data: Path) -> None:
    """Add where Alertmanager keeps its files and its configuration, in a stack at ``data``."""
    parser.add_argument(
        "--alertmanager-data",
        type=Path,
        default=data / "alertmanager",
        metavar="DIR",
        help="Alertmanager's --storage.path (default %(default)s)",
    )
    parser.add_argument(
        "--alertmanager-config",
        type=Path,
        default=data / "config/alertmanager/alertmanager.yml",
        metavar="FILE",
        help="which receivers there are (default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Restore, and become the command; a log that can't be restored keeps nobody from starting."""
    try:
        entries = NotifiedGroups(arguments.data).entries()
        log = arguments.alertmanager_data / FILE_NAME
        count = restore(log, entries, arguments.alertmanager_config)
        print(f"notification log: {count} entries are told once more if need be", flush=True)
    except (MonitoringError, OSError) as error:
        print(f"notification log: left as it is: {error}", flush=True)
    os.execvp(arguments.started[0], arguments.started)
