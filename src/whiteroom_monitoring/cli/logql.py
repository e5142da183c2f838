"""``whiteroom logql``: asks a log store or a Loki, and verifies the files of the log store."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from whiteroom_monitoring.cli import log_query
from whiteroom_monitoring.cli.argument_types import duration_s
from whiteroom_monitoring.deploy.paths import default_data, default_ports

_ASKED = {
    "query": ("lines, or numbers, that a query finds", log_query.query),
    "tail": ("lines as they come", log_query.tail),
    "labels": ("names of labels, or the values of one", log_query.labels),
    "series": ("streams, all or those that a selector means", log_query.series),
    "stats": ("streams, chunks, lines and bytes that a query has to read", log_query.stats),
    "patterns": ("what lines have in common, with how many there are", log_query.patterns),
    "explain": ("how the log store reads a query: which blocks are left out, and by what",
                log_query.explain),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom logql``."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (summary, _) in _ASKED.items():
        action = actions.add_parser(name, allow_abbrev=False, help=summary, description=summary)
        _configure_asking(action, name)
    checked = actions.add_parser(
        "check",
        allow_abbrev=False,
        help="verify every block's checksum, and say what is damaged",
        description="Verify every block's checksum, and say what is damaged. Changes nothing; the "
        "store may run.",
    )
    checked.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=default_data(0) / "logs",
        metavar="DIR",
        help="folder of the logs (default %(default)s)",
    )
    checked.add_argument("--json", action="store_true", help="print JSON")


def _configure_asking(action: argparse.ArgumentParser, name: str) -> None:
    if name == "labels":
        action.add_argument("label", nargs="?", metavar="NAME", help="print this one's values")
    elif name == "series":
        action.add_argument(
            "query", nargs="?", metavar="SELECTOR", help="of these streams (default: of all)"
        )
    else:
        action.add_argument("query", metavar="QUERY", help="LogQL")
    action.add_argument(
        "--url",
        default=f"http://127.0.0.1:{default_ports()['loki']}",
        help="the log store, or a Loki (default %(default)s)",
    )
    if name != "tail":
        action.add_argument(
            "--since",
            type=duration_s,
            default=3600.0,
            metavar="DURATION",
            help="of the last 30s, 10m, 2h or 1d (default 1h)",
        )
    action.add_argument("--json", action="store_true", help="print JSON")
    if name in ("query", "tail"):
        action.add_argument("--limit", type=int, default=100, help="lines (default %(default)s)")
        action.add_argument(
            "--color",
            choices=("auto", "always", "never"),
            default="auto",
            help="colour lines by their level (default: on a terminal)",
        )
    if name == "query":
        action.add_argument(
            "--direction",
            choices=("backward", "forward"),
            default="backward",
            help="the newest or the oldest lines; they are printed in this order",
        )
        action.add_argument(
            "--context",
            type=int,
            default=0,
            metavar="N",
            help="each line between N lines before and N after it, as grep -C",
        )
        action.add_argument(
            "--across",
            metavar="SELECTOR",
            help="context of these streams (default: of those that the query selects)",
        )
        action.add_argument(
            "--step",
            type=duration_s,
            metavar="DURATION",
            help="numbers at each step of --since, not at this moment alone",
        )


def run(arguments: argparse.Namespace) -> int:
    """Ask, or check a folder; the status is 1 when something is damaged."""
    if arguments.action in _ASKED:
        return _ASKED[arguments.action][1](arguments)
    from whiteroom_monitoring.logs.store import check  # noqa: PLC0415 - others start faster

    report = check.verify(arguments.folder)
    if arguments.json:
        print(json.dumps(report.shown(), indent=2))
    else:
        for problem in report.problems:
            print(problem)
        print(
            f"{report.segments} segments with {report.blocks} blocks, {report.rows} lines and "
            f"{report.bytes} bytes; {report.wal_records} records of the write-ahead log; "
            f"{len(report.problems)} damaged"
        )
    return 1 if report.problems else 0
