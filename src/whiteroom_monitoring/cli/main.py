"""The command ``whiteroom``: finds the module of a subcommand and runs it.

Only the module of the chosen subcommand is imported, so that ``--help`` and ``status`` stay fast.
A subcommand's module has ``configure(parser)`` and ``run(arguments) -> int`` (the exit status).
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from whiteroom_monitoring import __version__
from whiteroom_monitoring.errors import MonitoringError, UsageError

FAILURE = 1
USAGE = 2
INTERRUPTED = 130

# A stack tells its components by it: `deploy.host.processes` has it, too, and needs more.
COMPONENT_VARIABLE = "WHITEROOM_COMPONENT"
COMMANDS_ROOM = "whiteroom_monitoring.cli"


@dataclass(frozen=True)
class Command:
    """A subcommand: the module that runs it, and what it does."""

    module: str
    summary: str


COMMANDS = {
    "init": Command(f"{COMMANDS_ROOM}.init", "write a small working project of your own"),
    "up": Command(f"{COMMANDS_ROOM}.up", "start the monitoring and the reference app"),
    "down": Command(f"{COMMANDS_ROOM}.down", "stop everything that `up` started"),
    "status": Command(f"{COMMANDS_ROOM}.status", "show every component's state and health"),
    "logs": Command(f"{COMMANDS_ROOM}.logs", "show what components have printed"),
    "restart": Command(f"{COMMANDS_ROOM}.restart", "end components and start them again"),
    "open": Command(f"{COMMANDS_ROOM}.open", "show the console in a browser"),
    "doctor": Command(f"{COMMANDS_ROOM}.doctor", "say what is missing or odd, and what to do"),
    "verify": Command(f"{COMMANDS_ROOM}.verify", "prove that the running stack works"),
    "drill": Command(f"{COMMANDS_ROOM}.drill", "prove that every alert reaches its pager"),
    "check": Command(f"{COMMANDS_ROOM}.check", "check catalogue, rules, runbooks, dashboards"),
    "explain": Command(f"{COMMANDS_ROOM}.explain", "say what a metric or an alert is"),
    "mutate": Command(f"{COMMANDS_ROOM}.mutate", "see which changes of rules go unnoticed"),
    "generate": Command(f"{COMMANDS_ROOM}.generate", "write clients, pages and dashboards"),
    "compose": Command(f"{COMMANDS_ROOM}.compose", "print the file for Docker Compose"),
    "unit": Command(f"{COMMANDS_ROOM}.unit", "print what starts the stack with the machine"),
    "segment-exporter": Command(
        f"{COMMANDS_ROOM}.segment_exporter", "serve the metrics of programs without an endpoint"
    ),
    "containers": Command(
        f"{COMMANDS_ROOM}.containers", "expose what containers use, where there is no cAdvisor"
    ),
    "reconciler": Command(
        f"{COMMANDS_ROOM}.reconciler", "end incidents that are over, keep silences"
    ),
    "watcher": Command(
        f"{COMMANDS_ROOM}.watcher", "follow a sample to the pagers, name the hop that is broken"
    ),
    "restore-notifications": Command(
        f"{COMMANDS_ROOM}.restore_notifications",
        "start Alertmanager, which a kill made forget",
    ),
    "log-store": Command(
        f"{COMMANDS_ROOM}.log_store", "keep logs, where there is no Loki, and answer as it does"
    ),
    "shipper": Command(
        f"{COMMANDS_ROOM}.shipper", "send logs to the store, by Promtail's configuration"
    ),
    "logql": Command(f"{COMMANDS_ROOM}.logql", "ask for logs, and verify their files"),
    "inbox": Command(f"{COMMANDS_ROOM}.inbox", "receive and show notifications"),
    "console": Command(f"{COMMANDS_ROOM}.console", "show dashboards, alerts and targets"),
    "snapshot": Command(
        f"{COMMANDS_ROOM}.snapshot", "save a picture of a dashboard, a panel or a page"
    ),
    "template": Command(f"{COMMANDS_ROOM}.template", "print a template for an incident"),
    "docs": Command(f"{COMMANDS_ROOM}.docs", "build the documents as a site and serve it"),
    "sources": Command(f"{COMMANDS_ROOM}.sources", "say where the C++ and Swift clients are"),
    "completion": Command(f"{COMMANDS_ROOM}.completion", "print a shell's completion"),
    "man": Command(f"{COMMANDS_ROOM}.man", "print the manual page"),
}
# Former names, which keep working.
RENAMED = {"output": "logs", "agent": "segment-exporter"}

EPILOG = """\
start here:
  whiteroom up        start; ends when every component and every target is green
  whiteroom status    what runs, where, and whether it is healthy
  whiteroom verify    prove it: targets, rules, routes, retention, the way to the pager
  whiteroom down      stop; leaves no process, no port, no shared memory

exit status: 0 success, 1 failure, 2 usage, 130 interrupted
"""


def build_parser(chosen: str | None = None, *, every: bool = False) -> argparse.ArgumentParser:
    """Return the parser, with the options of the subcommand ``chosen``, or of ``every`` one."""
    parser = argparse.ArgumentParser(
        prog="whiteroom",
        # `--port` would mean `--port-offset` until an option `--port` comes.
        allow_abbrev=False,
        description="Monitoring for audio software that is proven to work.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"whiteroom {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            allow_abbrev=False,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if every or name == chosen:
            importlib.import_module(command.module).configure(subparser)
    return parser


def log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write a line that tells of a crash before the traceback, for `sys.excepthook`."""
    if issubclass(kind, Exception):
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = json.dumps(f"Traceback (most recent call last): {kind.__qualname__}: {error}")
        print(f"time={time} level=critical msg={text}", file=sys.stderr, flush=True)
    sys.__excepthook__(kind, error, trace)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` and return its exit status."""
    if os.environ.get(COMPONENT_VARIABLE):
        # What is printed becomes the log of a component.
        sys.excepthook = log_uncaught
    words = _with_present_names(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if not word.startswith("-")), None)
    try:
        arguments, unknown = build_parser(chosen).parse_known_args(words)
        if unknown:
            _subparser(arguments.command).error(f"unrecognized arguments: {' '.join(unknown)}")
        module = importlib.import_module(COMMANDS[arguments.command].module)
        status = module.run(arguments)
        sys.stdout.flush()
    except MonitoringError as error:
        if isinstance(error, UsageError):
            print(_subparser(chosen).format_usage(), end="", file=sys.stderr)
        print(f"whiteroom: {error}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else FAILURE
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise
        extra = "pip install 'whiteroom-monitoring[stack]'"
        print(f"whiteroom: {chosen} needs {error.name}: {extra}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        print("whiteroom: interrupted", file=sys.stderr)
        # When the interrupt came within an exec, such as a dataclass makes, Python would end itself
        # by the signal at its exit, whoever has caught it; the next exec makes it forget that.
        exec("")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILURE
    return int(status)


def _subparser(chosen: str | None) -> argparse.ArgumentParser:
    """Return a parser that says how the subcommand is used."""
    parser = argparse.ArgumentParser(prog=f"whiteroom {chosen}", allow_abbrev=False)
    if chosen in COMMANDS:
        importlib.import_module(COMMANDS[chosen].module).configure(parser)
    return parser


def _with_present_names(words: Sequence[str]) -> list[str]:
    """Replace the former name of a command, and name the present one on standard error."""
    former = words[0] if words else ""
    if former not in RENAMED:
        return list(words)
    print(f"whiteroom {former} is now whiteroom {RENAMED[former]}", file=sys.stderr)
    return [RENAMED[former], *words[1:]]
