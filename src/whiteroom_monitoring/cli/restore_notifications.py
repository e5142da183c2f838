"""``whiteroom restore-notifications``: gives Alertmanager back what a kill made it forget."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler.notification_journal import NotifiedGroups
from whiteroom_monitoring.reconciler.notification_log import FILE_NAME
from whiteroom_monitoring.reconciler.restore import restore
from whiteroom_monitoring.reconciler.service import SILENCES, utc_now
from whiteroom_monitoring.reconciler.silence_snapshot import FILE_NAME as SNAPSHOT
from whiteroom_monitoring.reconciler.silence_snapshot import restore_silences
from whiteroom_monitoring.reconciler.silences import Journal


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
    """Restore, and become the command; what can't be restored keeps nobody from starting."""
    _restore_log(arguments)
    _restore_silences(arguments)
    os.execvp(arguments.started[0], arguments.started)


def _restore_log(arguments: argparse.Namespace) -> None:
    try:
        entries = NotifiedGroups(arguments.data).entries()
        log = arguments.alertmanager_data / FILE_NAME
        count = restore(log, entries, arguments.alertmanager_config)
        print(f"notification log: {count} entries are told once more if need be", flush=True)
    except (MonitoringError, OSError) as error:
        print(f"notification log: left as it is: {error}", flush=True)


def _restore_silences(arguments: argparse.Namespace) -> None:
    """Add what the reconciler keeps; where there is no journal yet there is nothing to add."""
    folder = arguments.data / SILENCES
    try:
        if folder.is_dir():
            snapshot = arguments.alertmanager_data / SNAPSHOT
            count = restore_silences(snapshot, Journal(folder), utc_now())
            print(f"silences: {count} are added or ended", flush=True)
    except (MonitoringError, OSError) as error:
        print(f"silences: left as they are: {error}", flush=True)
