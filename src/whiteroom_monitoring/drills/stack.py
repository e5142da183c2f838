"""The copy of the stack that a drill harms: own folder, own ports, own inbox, and faster."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy import access, registry
from whiteroom_monitoring.deploy.apply import Application, open_configuration
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.configuration import config_versions
from whiteroom_monitoring.deploy.configuration.reload import reload
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths, checked
from whiteroom_monitoring.deploy.plan import Plan
from whiteroom_monitoring.deploy.planner import planning
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.running import shutdown
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.drills import scaling
from whiteroom_monitoring.drills.diversion import divert
from whiteroom_monitoring.drills.scaling import Scale
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project.model import Project

# Where a copy's ports may be, beside those of the real stack.
# Below the ports that clients are given: one of theirs may be in use for a moment.
_OFFSETS = range(10_000, 23_000, 200)
_RULES = "prometheus/rules/"
_ALERTMANAGER = "alertmanager/alertmanager.yml"


class NoPortsError(MonitoringError):
    """No offset has all of its ports free."""


@dataclass(frozen=True)
class Request:
    """What is copied: a project at a scale, ``without`` some components, perhaps without the app.

    ``shortest_scrapes`` are the shortest intervals of jobs, in seconds.

    ``port_offset`` is None where any free one will do.
    """

    project: Project
    scale: Scale
    without: Sequence[str] = ()
    with_app: bool = True
    port_offset: int | None = None
    shortest_scrapes: Mapping[str, float] = field(default_factory=dict)


class DrillStack:
    """A running copy. Use it as a context manager: its end leaves nothing behind.

    ``written`` is the configuration that `up` would write, ``configuration`` the one that is in
    force; ``lost`` says which channels a drill can't look at.
    """

    def __init__(self, request: Request, progress: Progress) -> None:
        self.project = request.project
        self.scale = request.scale
        self._progress = progress
        self._folder = Path(tempfile.mkdtemp(prefix="whiteroom-drill-"))
        try:
            # The programs of a stack of root's run as users of their own, who have to get there.
            self._folder.chmod(0o711)
            own = registry.load(request.project)
            descriptions = scaling.components(own, request.scale)
            self.paths = _paths(self._folder / "data", request, descriptions)
            self._plan = self._make_plan(request, descriptions)
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def _make_plan(self, request: Request, descriptions: Sequence[Component]) -> Plan:
        plan_request = planning.Request(
            paths=self.paths,
            project=request.project,
            descriptions=descriptions,
            # No credential: a drill wakes nobody.
            env_file=self._folder / "none",
            with_app=request.with_app and request.project.stack.reference_app,
            unwanted=(*request.without, *request.project.stack.without),
            environment={},
        )
        plan = planning.make(plan_request)
        self.written = plan.configuration
        self._shortest_scrapes = request.shortest_scrapes
        self.configuration, self.lost = self._for_drills(self.written)
        return replace(plan, configuration=self.configuration)

    def _for_drills(self, written: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """Return a configuration scaled, with every channel at the inbox, and what it lost."""
        files = scaling.configuration(written, self.scale, self._shortest_scrapes)
        routes, lost = divert(plain_yaml.load(files[_ALERTMANAGER]), self.paths)
        return {**files, _ALERTMANAGER: plain_yaml.dump(routes)}, lost

    def __enter__(self) -> DrillStack:
        try:
            Application(self._plan, self._progress).run()
        except BaseException:
            self._end()
            raise
        self.supervisor = Supervisor(self.paths)
        self.prometheus = access.prometheus(self.paths)
        self.alertmanager = access.alertmanager(self.paths)
        self.inbox = HttpClient("The inbox", self.paths.url("inbox"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.step("stopping the copy")
        self._end()

    def _end(self) -> None:
        try:
            shutdown.stop(self.paths)
        finally:
            self.remove()

    def remove(self) -> None:
        """Remove the folder of a copy that does not run."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def components(self) -> set[str]:
        """The names of the components that run."""
        return {component.name for component in self._plan.components}

    @property
    def places(self) -> Placeholders:
        """The values of placeholders in this stack."""
        return self._plan.places

    def user(self, component: str) -> str | None:
        """Return the account that a component runs as, or None for the own one."""
        return self._plan.component(component).user

    def put_rules_in_force(self, changed: Mapping[str, dict[str, Any]]) -> None:
        """Let Prometheus read files of rules with other contents, by their names; else ours."""
        files = dict(self.configuration)
        files |= {_RULES + name: plain_yaml.dump(content) for name, content in changed.items()}
        self._activate(files)
        reload(self.paths, self.supervisor, "prometheus")

    def put_in_force(self, written: Mapping[str, str]) -> None:
        """Let Prometheus and Alertmanager read another configuration, as `up` would write it.

        Raises ReloadError when they refuse it; `configuration` is then the one that was refused.
        """
        before, (self.configuration, _) = self.configuration, self._for_drills(written)
        changed = {
            n.partition("/")[0] for n, text in self.configuration.items() if before[n] != text
        }
        self._activate(self.configuration)
        for name in sorted(changed & {"alertmanager", "prometheus"}):
            reload(self.paths, self.supervisor, name)

    def _activate(self, files: Mapping[str, str]) -> None:
        config_versions.activate(files, self.paths)
        if self._plan.places.separate:
            open_configuration(self.paths)

    def rule_files(self) -> dict[str, dict[str, Any]]:
        """Return the contents of the files of rules by their names, as they are scaled."""
        return {
            name.removeprefix(_RULES): plain_yaml.load(text)
            for name, text in self.configuration.items()
            if name.startswith(_RULES)
        }


def _paths(data: Path, request: Request, descriptions: Sequence[Component]) -> StackPaths:
    ports = registry.port_numbers(descriptions, request.project.stack.ports)
    if request.port_offset is not None:
        return checked(StackPaths(data, request.port_offset, ports))
    for offset in _OFFSETS:
        paths = StackPaths(data, offset, ports)
        if offset <= paths.highest_offset and _is_free(paths):
            return paths
    raise NoPortsError(f"no offset of {_OFFSETS[0]} to {_OFFSETS[-1]} has all ports free")


def _is_free(paths: StackPaths) -> bool:
    is_open = all(processes.can_listen(LOOPBACK, paths.port(name)) for name in paths.ports)
    return is_open and not paths.segments.exists()
