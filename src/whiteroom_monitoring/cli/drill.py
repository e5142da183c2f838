"""``whiteroom drill``: harms a copy of the stack and proves that every alert reaches its pager."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.cli.options import add_project_option

DEFAULT_FACTOR = 30.0
# One person alone has both; the lead decides, and the hands change the system.
ROLES = ("both", "lead", "hands")
EPILOG = """\
examples:
  whiteroom drill                            every alert of the project
  whiteroom drill DatabaseDown AudioXruns    the scenarios of these
  whiteroom drill --scenario engine-stopped  one scenario
  whiteroom drill --before-show              is all ready? one line, or what to fix
  whiteroom drill --incident                 answer an incident that nobody has told you about
  whiteroom drill --incident --role lead     with a second person, who joins as `hands`

A drill harms a copy, never the stack that runs: it has its own folder, ports and inbox, and wakes
nobody. --before-show asks the stack that runs, and harms nothing: each receiver gets one marked
message and its end, by every channel, also those that lead to real pagers.

--incident plays a fault in such a copy, and hides the cause. Acknowledge, note and resolve here or
in the copy's inbox; `repairs` lists what can be done. Afterwards: the time line, what was promised,
what really happened, and a post-mortem that is begun.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom drill``."""
    add_project_option(parser)
    parser.add_argument(
        "alerts", nargs="*", metavar="ALERT", help="drill these (default: every alert)"
    )
    parser.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="run this scenario, the name of its file; may be given again",
    )
    parser.add_argument(
        "--before-show",
        action="store_true",
        help="look at the stack that runs, and at this machine, in 90 s: pagers, sound, rights, "
        "processors, disks, clocks",
    )
    parser.add_argument(
        "--incident",
        nargs="?",
        const="",
        metavar="NAME",
        help="practise: play an incident, one of chance without a name, whose cause is hidden",
    )
    parser.add_argument(
        "--role",
        choices=ROLES,
        default=ROLES[0],
        help="with --incident or --join: what you do (default %(default)s)",
    )
    parser.add_argument(
        "--join",
        type=Path,
        metavar="SOCKET",
        help="take part in the incident that somebody plays there, as the second person",
    )
    parser.add_argument("--seed", type=int, help="with --incident: decides which one is played")
    parser.add_argument("--list", action="store_true", help="print the scenarios, and run none")
    parser.add_argument(
        "--factor",
        type=float,
        default=DEFAULT_FACTOR,
        metavar="N",
        help="how much sooner everything happens, 1 to 30 (default %(default)g)",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component out of the copy, and what needs it",
    )
    parser.add_argument("--without-app", action="store_true", help="copy the monitoring alone")
    parser.add_argument(
        "--port-offset",
        type=int,
        metavar="N",
        help="add N to every port of the copy (default: one whose ports are free); with "
        "--before-show the offset of the stack that runs",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="with --before-show, the data folder of the stack that runs",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="folder of the page, the JUnit file and the history (default: drills, in the data "
        "folder)",
    )
    parser.add_argument(
        "--no-record",
        dest="record",
        action="store_false",
        help="do not note in the project what was proven",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON (see docs/reference/json.md)"
    )
    parser.epilog = EPILOG


def run(arguments: argparse.Namespace) -> int:
    """Run the drills, print the report, return 0 when none has failed."""
    # Here, because `--help` needs nothing of it, and has to be there at once.
    from whiteroom_monitoring.cli import (  # noqa: PLC0415
        drill_before_show,
        drill_incident,
        drill_run,
    )

    if arguments.incident is not None or arguments.join:
        return drill_incident.run(arguments)
    if arguments.before_show:
        return drill_before_show.run(arguments)
    return drill_run.run(arguments)
