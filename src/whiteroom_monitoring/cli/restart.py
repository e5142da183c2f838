"""``whiteroom restart COMPONENT``: ends components and starts them again."""

from __future__ import annotations

import argparse
import json
import time

from whiteroom_monitoring.cli.options import add_stack_options, in_force, paths_from
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.deploy.running.lock import exclusive
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.errors import MonitoringError, UsageError

WELL_WITHIN_S = 30.0
POLL_S = 0.2


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom restart``."""
    add_stack_options(parser)
    parser.add_argument("component", nargs="+", help="its name in `whiteroom status`")


def run(arguments: argparse.Namespace) -> int:
    """Restart the components one by one, and wait until they are well."""
    paths = paths_from(arguments)
    stack = status.read(paths)
    processes = {c.name: c.process for c in stack.known.components} if stack.known else {}
    if not stack.components:
        options = in_force(arguments)
        raise MonitoringError(f"nothing runs in {paths.data}; start with `whiteroom up{options}`")
    for name in arguments.component:
        if name not in processes:
            raise UsageError(f"{name}: expected {', '.join(processes)}")
    with exclusive(paths):
        for name in arguments.component:
            Supervisor(paths).restart_component(processes[name])
    deadline = time.monotonic() + WELL_WITHIN_S
    while ill := [c for c in status.read(paths).components if _is_ill(c, arguments.component)]:
        if time.monotonic() > deadline:
            raise MonitoringError(f"{ill[0].name} is {ill[0].state}: {ill[0].health}")
        time.sleep(POLL_S)
    if arguments.json:
        print(json.dumps({"ok": True, "restarted": arguments.component}, indent=2))
    else:
        print(f"restarted: {', '.join(arguments.component)}")
    return 0


def _is_ill(component: status.ComponentStatus, names: list[str]) -> bool:
    return component.name in names and not component.well
