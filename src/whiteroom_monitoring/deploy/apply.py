"""Applies a plan: one method for each action; a start ends green or leaves nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.deploy import access, credentials, preflight, versions
from whiteroom_monitoring.deploy.components.alertmanager import ALERTMANAGER_ACCOUNT
from whiteroom_monitoring.deploy.configuration import config, config_versions
from whiteroom_monitoring.deploy.configuration.reload import reload
from whiteroom_monitoring.deploy.host import accounts, jack_leftovers, preparation
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.plan import Action, Plan, Step
from whiteroom_monitoring.deploy.planner.resolution import own_accounts
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.running import health, shutdown, state, status
from whiteroom_monitoring.deploy.running.component_logs import last_lines
from whiteroom_monitoring.deploy.runtimes import log_rotation, supervisord_config
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.errors import MonitoringError

POLL_S = 0.1
READY_WITHIN_S = 30.0
# Prometheus takes 5 s until it knows its targets; the rest is for a busy machine.
SCRAPED_WITHIN_S = 40.0
_OUTPUT_LINES = 10


class StartError(MonitoringError):
    """A component did not become healthy, or a target was not scraped, in time."""


def open_configuration(paths: StackPaths) -> None:
    """Let components that have accounts of their own read every version of the configuration."""
    # Routes may hold secrets of the operator's.
    readers = {"alertmanager": ALERTMANAGER_ACCOUNT}
    accounts.make_folder(paths.configurations, group=accounts.MEMBERS, mode=0o750)
    for version in paths.configurations.iterdir():
        accounts.share(version, readers)


class Application:
    """One application of a plan to this machine."""

    def __init__(self, plan: Plan, progress: Progress) -> None:
        self._plan = plan
        self._paths = plan.paths
        self._supervisor = Supervisor(plan.paths)
        self._progress = progress
        self._methods: Mapping[Action, Callable[[Sequence[str]], None]] = {
            Action.END_ORPHANS: self._end_orphans,
            Action.MAKE_ACCOUNTS: self._make_accounts,
            Action.CHECK_MACHINE: self._check_machine,
            Action.STORE_CREDENTIALS: self._store_credentials,
            Action.WRITE_CONFIGURATION: self._write_configuration,
            Action.START_SUPERVISOR: self._start_supervisor,
            Action.UPDATE_SUPERVISOR: self._update_supervisor,
            Action.RECORD_STATE: self._record_state,
            Action.RELOAD: self._reload,
            Action.START: self._start,
            Action.WAIT_FOR_HEALTH: self._wait_for_health,
            Action.WAIT_FOR_SCRAPES: self._wait_for_scrapes,
            Action.SLOW_DOWN_SCRAPES: self._slow_down_scrapes,
        }

    def run(self) -> None:
        """Take every step. Raises MonitoringError; then a new stack is gone again."""
        for name, reason in self._plan.left_out.items():
            self._progress.step(f"left out: {name}: {reason}")
        try:
            for step in self._plan.steps:
                self._take(step)
        except BaseException:
            if not self._plan.was_running:
                self._take_back()
            raise

    def _take(self, step: Step) -> None:
        self._progress.step(str(step))
        self._methods[step.action](step.targets)

    def _end_orphans(self, names: Sequence[str]) -> None:
        shutdown.end_orphans(self._paths)

    def _make_accounts(self, _: Sequence[str]) -> None:
        accounts.make(own_accounts(self._plan.components))

    def _check_machine(self, _: Sequence[str]) -> None:
        if not self._plan.was_running:
            jack_leftovers.remove(self._paths)
        states = self._supervisor.states() if self._plan.was_running else {}
        running = {name for name, process in states.items() if process.pid}
        preflight.inspect(self._paths, self._plan.components, running)

    def _store_credentials(self, _: Sequence[str]) -> None:
        """Make the folders, open to components that run as users of their own, and the secrets."""
        components = self._plan.components
        separate = self._plan.places.separate
        own = separate or any(c.user and c.description.of_app for c in components)
        for folder in (self._paths.data, self._paths.run):
            accounts.make_folder(folder, mode=0o711 if own else 0o700)
        # The front end writes a file of its own there.
        accounts.make_folder(self._paths.log, mode=0o711 if own else 0o700)
        accounts.make_folder(self._paths.configurations)
        credentials.store(self._paths, self._plan.credentials)
        access.store(self._paths)
        owners = {c.name: c.user for c in components if c.user and accounts.is_own(c.user)}
        secrets = {c.name: c.secrets for c in components if c.secrets}
        credentials.hand_out(self._paths, secrets, owners)
        self._open_configuration()

    def _open_configuration(self) -> None:
        """Let components that have accounts of their own read the configuration."""
        if self._plan.places.separate:
            open_configuration(self._paths)

    def _write_configuration(self, _: Sequence[str]) -> None:
        """Put the configuration in force, at a new start with scrapes that follow at once."""
        files = self._plan.configuration
        config_versions.activate(
            files if self._plan.was_running else config.quickened(files), self._paths
        )
        self._open_configuration()

    def _start_supervisor(self, _: Sequence[str]) -> None:
        self._supervisor.write(self._plan.supervision)
        self._supervisor.start()

    def _update_supervisor(self, _: Sequence[str]) -> None:
        self._supervisor.write(self._plan.supervision)
        self._supervisor.update()

    def _record_state(self, _: Sequence[str]) -> None:
        logs = supervisord_config.rotated_logs(self._plan.components)
        log_rotation.write_plan(self._supervisor.rotation_plan, logs.values())
        known = versions.of(self._plan.components)
        components = tuple(c.as_state(known[c.name]) for c in self._plan.components)
        without_restart = tuple(self._plan.without_restart)
        left_out = dict(self._plan.left_out)
        project = self._plan.project
        programs = {p.name: p.interval_s for p in project.programs.values() if p.is_elsewhere}
        recorded = state.StackState(
            self._plan.with_app,
            components,
            without_restart,
            left_out,
            str(project.file),
            self._paths.port_offset,
            dict(self._paths.ports),
            programs,
            str(project.files.folder),
        )
        state.write(self._paths, recorded)

    def _reload(self, names: Sequence[str]) -> None:
        """Let a running stack read a changed configuration; one that is refused is taken back."""
        try:
            self._reload_running(names)
        except MonitoringError:
            config_versions.restore(self._paths)
            self._reload_running(names)
            raise

    def _reload_running(self, names: Sequence[str]) -> None:
        states = self._supervisor.states()
        for name in names:
            if states[name].pid:
                reload(self._paths, self._supervisor, name)

    def _start(self, names: Sequence[str]) -> None:
        for name in names:
            if not self._supervisor.states()[name].pid:
                self._prepare(name)
            self._supervisor.start_component(name)

    def _prepare(self, process: str) -> None:
        """Make what the components of a process need."""
        for component in self._plan.components:
            if component.process == process:
                preparation.prepare(component, self._plan.places)

    def _wait_for_health(self, names: Sequence[str]) -> None:
        probes = {name: self._plan.component(name).probe for name in names}
        deadline = time.monotonic() + READY_WITHIN_S
        while waiting := {n: h for n, h in health.of(probes).items() if h != health.WELL}:
            self._progress.step(f"waiting for {', '.join(waiting)}")
            self._require_no_failure()
            if time.monotonic() > deadline:
                name, reason = next(iter(waiting.items()))
                raise StartError(
                    f"{name} is not healthy after {READY_WITHIN_S:g} s: {reason}"
                    f"{self._last_output(name)}"
                )
            time.sleep(POLL_S)

    def _wait_for_scrapes(self, _: Sequence[str]) -> None:
        deadline = time.monotonic() + SCRAPED_WITHIN_S
        while waiting := self._not_green():
            self._progress.step(f"waiting for the first scrape of {', '.join(waiting)}")
            self._require_no_failure()
            if time.monotonic() > deadline:
                raise StartError(f"not green after {SCRAPED_WITHIN_S:g} s: {', '.join(waiting)}")
            time.sleep(POLL_S)

    def _not_green(self) -> list[str]:
        """Return the targets that are not up yet, then the components that are not well."""
        try:
            prometheus = access.prometheus(self._paths)
            targets = prometheus.get("targets", state="active")["activeTargets"]
        except SourceError:
            return ["prometheus"]
        # What somebody else starts may not be there yet.
        ours = {c.description.scrape.name for c in self._plan.components if c.description.scrape}
        targets = [target for target in targets if target["labels"]["job"] in ours]
        down = [target["labels"]["job"] for target in targets if target["health"] != "up"]
        if down or not targets:
            return down or ["prometheus"]
        return [c.name for c in status.read(self._paths).components if not c.well]

    def _slow_down_scrapes(self, _: Sequence[str]) -> None:
        """Replace the short intervals of the start by those of the configuration."""
        if config_versions.activate(self._plan.configuration, self._paths):
            self._open_configuration()
            self._reload_running(["prometheus"])

    def _require_no_failure(self) -> None:
        for name, process in self._supervisor.states().items():
            if process.state == "FATAL":
                raise StartError(f"{name} could not be started{self._last_output(name)}")

    def _last_output(self, name: str) -> str:
        try:
            lines = last_lines(self._paths.log / f"{name}.log", _OUTPUT_LINES)
        except MonitoringError:
            return "; it printed nothing"
        return "; the last that it printed:\n" + "\n".join(f"  {line}" for line in lines)

    def _take_back(self) -> None:
        # A second Ctrl-C must not leave half of it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self._supervisor.pid() is not None:
            self._progress.step("stopping what was started")
        shutdown.stop(self._paths)
        self._progress.end()
