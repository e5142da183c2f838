"""``whiteroom up``: starts the stack; ends when every component and every target is green."""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.cli.status import print_table
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy import (
    accounts,
    config,
    credentials,
    health,
    preflight,
    status,
    stopping,
    versions,
)
from whiteroom_monitoring.deploy import state as record
from whiteroom_monitoring.deploy.component import STAGES, Component
from whiteroom_monitoring.deploy.component_logs import last_lines
from whiteroom_monitoring.deploy.components import jack
from whiteroom_monitoring.deploy.lock import exclusive
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.registry import Selection, components, select
from whiteroom_monitoring.deploy.reload import reload
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.errors import MonitoringError, UsageError
from whiteroom_monitoring.project import share

POLL_S = 0.1
READY_WITHIN_S = 30.0
# Prometheus takes 5 s until it knows its targets; the rest is for a busy machine.
SCRAPED_WITHIN_S = 40.0


class StartError(MonitoringError):
    """A component did not become healthy, or a target was not scraped, in time."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom up``."""
    add_stack_options(parser)
    parser.add_argument(
        "--without-app", action="store_true", help="the monitoring alone, without the reference app"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component out, and what needs it",
    )
    parser.add_argument(
        "--no-restart",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component down when it ends; the next `up` without this starts it again",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="folder with prometheus/ and alertmanager/ (default: infrastructure/monitoring)",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="credentials (default: infrastructure/monitoring/.env); without, the inbox gets all",
    )
    parser.epilog = (
        "Run again on a running stack, it starts what is down, takes over a changed configuration\n"
        "when it is valid, and leaves the rest alone."
    )


def run(arguments: argparse.Namespace) -> int:
    """Start what is not running, and wait until everything is green."""
    paths = paths_from(arguments)
    _require_known(paths, arguments)
    selection = select(paths, not arguments.without_app, arguments.without)
    source = config.Source(arguments.config or share("infrastructure/monitoring"))
    env_file = arguments.env_file or share("infrastructure/monitoring") / ".env"
    if arguments.env_file and not env_file.is_file():
        raise UsageError(f"--env-file {env_file}: no such file")
    progress = Progress(quiet=arguments.json)
    signal.signal(signal.SIGTERM, _interrupt)
    with exclusive(paths):
        start = Start(paths, selection, arguments, progress)
        try:
            start.run(source, env_file)
        finally:
            progress.end()
    _report(arguments, paths, progress)
    return 0


def _require_known(paths: StackPaths, arguments: argparse.Namespace) -> None:
    known = {part.name: part for part in components(paths, not arguments.without_app)}
    for option, names in (("--no-restart", arguments.no_restart), ("--without", arguments.without)):
        unknown = sorted(set(names) - known.keys())
        if unknown:
            raise UsageError(f"{option} {', '.join(unknown)}: expected {', '.join(known)}")
    required = sorted(name for name in arguments.without if known[name].required)
    if required:
        raise UsageError(f"--without {', '.join(required)}: the monitoring is nothing without")


class Start:
    """One start of a stack, which either ends green or takes back what it has begun."""

    def __init__(
        self,
        paths: StackPaths,
        selection: Selection,
        options: argparse.Namespace,
        progress: Progress,
    ) -> None:
        self._paths = paths
        self._parts = selection.kept
        self._left_out = selection.left_out
        self._with_app = not options.without_app
        self._without_restart = sorted(options.no_restart)
        self._progress = progress
        self._supervisor = Supervisor(paths)

    def run(self, source: config.Source, env_file: Path) -> None:
        """Check, configure, start, wait. Raises MonitoringError; then a new stack is gone again."""
        given = credentials.read(env_file)
        self._progress.step("checking the configuration")
        self._require_valid(source)
        was_running = self._supervisor.pid() is not None
        if not was_running:
            self._end_orphans()
        for name, reason in self._left_out.items():
            self._progress.step(f"left out: {name}: {reason}")
        self._progress.step("checking the machine")
        states = self._supervisor.states() if was_running else {}
        running = {name for name, state in states.items() if state.pid}
        try:
            preflight.inspect(self._paths, self._parts, running)
            self._open_the_way()
            files = self._configure(source, given, was_running)
            self._start_in_stages()
            self._wait_for_targets()
            self._slow_down(files)
        except BaseException:
            if not was_running:
                self._take_back()
            raise

    def _open_the_way(self) -> None:
        """Let components that run as users of their own get to their folders."""
        own = any(part.user and part.of_app for part in self._parts)
        for folder in (self._paths.data, self._paths.run):
            accounts.make_folder(folder, mode=0o711 if own else 0o700)

    def _require_valid(self, source: config.Source) -> None:
        diagnostics = source.diagnostics()
        if diagnostics:
            raise DiagnosticsError(diagnostics)

    def _end_orphans(self) -> None:
        orphans = stopping.end_orphans(self._paths)
        if orphans:
            names = ", ".join(sorted(orphan.component for orphan in orphans))
            self._progress.step(f"ended what a killed supervisor had left: {names}")
        jack.remove_leftovers(self._paths)

    def _configure(
        self, source: config.Source, given: dict[str, str], was_running: bool
    ) -> dict[str, str]:
        """Put the configuration in force, at first with quick scrapes, and return its files."""
        paths = self._paths
        for folder in (paths.log, paths.configurations):
            folder.mkdir(mode=0o700, exist_ok=True)
        credentials.store(paths, given)
        names = {part.name for part in self._parts}
        files = config.render(source, paths, names, given)
        changed = config.activate(files if was_running else config.quickened(files), paths)
        self._supervisor.write(self._parts, self._without_restart)
        if was_running:
            self._supervisor.update()
        else:
            self._progress.step("starting the supervisor")
            self._supervisor.start()
        known = versions.of(self._parts)
        made_of = record.Record(self._with_app, self._without_restart, known, self._left_out)
        record.write(paths, made_of)
        if changed and was_running:
            self._take_over()
        return files

    def _take_over(self) -> None:
        """Let a running stack read a changed configuration; one that is refused is taken back."""
        try:
            self._reload("alertmanager", "prometheus")
        except MonitoringError:
            config.restore(self._paths)
            self._reload("alertmanager", "prometheus")
            raise

    def _reload(self, *names: str) -> None:
        states = self._supervisor.states()
        for name in names:
            if states[name].pid:
                self._progress.step(f"reloading {name}")
                reload(self._paths, self._supervisor, name)

    def _slow_down(self, files: dict[str, str]) -> None:
        """Replace the short intervals of the start by those of the configuration."""
        if config.activate(files, self._paths):
            self._reload("prometheus")

    def _start_in_stages(self) -> None:
        for stage in STAGES:
            parts = [component for component in self._parts if component.stage == stage]
            for part in (part for part in parts if not part.process_of):
                if not self._supervisor.states()[part.name].pid:
                    part.prepare()
                self._supervisor.start_component(part.name)
            self._wait_for_health(parts)

    def _wait_for_health(self, parts: Sequence[Component]) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            found = health.of(self._paths, parts)
            waiting = [part.name for part in parts if found[part.name] != health.WELL]
            if not waiting:
                return
            self._progress.step(f"waiting for {', '.join(waiting)}")
            self._require_no_failure()
            if time.monotonic() > deadline:
                name = waiting[0]
                raise StartError(
                    f"{name} is not healthy after {READY_WITHIN_S:g} s: {found[name]}"
                    f"{self._last_output(name)}"
                )
            time.sleep(POLL_S)

    def _require_no_failure(self) -> None:
        for name, state in self._supervisor.states().items():
            if state.state == "FATAL":
                raise StartError(f"{name} could not be started{self._last_output(name)}")

    def _last_output(self, name: str) -> str:
        try:
            lines = last_lines(self._paths.log / f"{name}.log", 10)
        except MonitoringError:
            return "; it printed nothing"
        return "; the last that it printed:\n" + "\n".join(f"  {line}" for line in lines)

    def _wait_for_targets(self) -> None:
        deadline = time.monotonic() + SCRAPED_WITHIN_S
        while True:
            waiting = self._not_green()
            if not waiting:
                return
            self._progress.step(f"waiting for the first scrape of {', '.join(waiting)}")
            self._require_no_failure()
            if time.monotonic() > deadline:
                raise StartError(f"not green after {SCRAPED_WITHIN_S:g} s: {', '.join(waiting)}")
            time.sleep(POLL_S)

    def _not_green(self) -> list[str]:
        """Return the targets that are not up yet, then the components that are not well."""
        try:
            prometheus = PrometheusClient.at(self._paths.url("prometheus"))
            targets = prometheus.get("targets", state="active")["activeTargets"]
        except SourceError:
            return ["prometheus"]
        down = [target["labels"]["job"] for target in targets if target["health"] != "up"]
        if down or not targets:
            return down or ["prometheus"]
        return [c.name for c in status.read(self._paths) if not c.well]

    def _take_back(self) -> None:
        # A second Ctrl-C must not leave half of it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self._supervisor.pid() is not None:
            self._progress.step("stopping what was started")
        stopping.stop(self._paths)
        self._progress.end()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _report(arguments: argparse.Namespace, paths: StackPaths, progress: Progress) -> None:
    found = status.read(paths)
    if arguments.json:
        content = json.loads(status.as_json(paths, found))
        print(json.dumps({**content, "seconds": round(progress.seconds, 1)}, indent=2))
    else:
        print_table(found, status.left_out(paths))
        print(f"green after {progress.seconds:.1f} s; stop with `whiteroom down`")
