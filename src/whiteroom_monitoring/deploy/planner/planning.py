"""Works out a plan: from what is asked for, what the machine has and what runs already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.deploy import credentials, preflight
from whiteroom_monitoring.deploy.component import STAGES, Component
from whiteroom_monitoring.deploy.configuration import config, config_versions
from whiteroom_monitoring.deploy.host import accounts, preparation, processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.plan import Action, Plan, PlannedFile, Step, relative
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import (
    ResolvedComponent,
    own_accounts,
    resolve,
)
from whiteroom_monitoring.deploy.planner.selection import candidates, select
from whiteroom_monitoring.deploy.runtimes import supervisord_config
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.resources import repository_root


@dataclass(frozen=True)
class Request:
    """What the operator asks for: of ``descriptions``, all but the ``unwanted``.

    ``without_restart`` names components that stay down when they end. ``environment`` may hold
    credentials, and is that of the process where it is None.
    """

    paths: StackPaths
    project: Project
    descriptions: Sequence[Component]
    env_file: Path
    with_app: bool = True
    unwanted: Sequence[str] = ()
    without_restart: Sequence[str] = ()
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Observed:
    """What runs now: ``sections`` are the supervisor's configuration, ``running`` its processes."""

    supervised: bool
    running: frozenset[str]
    sections: Mapping[str, str]
    orphans: tuple[str, ...]


def make(request: Request) -> Plan:
    """Return the plan. Raises MonitoringError, naming every fault of the configuration."""
    separate = accounts.can_separate(request.project.file, request.paths.data)
    places = Placeholders(request.paths, repository_root(), request.project, separate)
    supplied = credentials.read(request.env_file, request.environment)
    if diagnostics := config.diagnostics(request.project, request.descriptions):
        raise DiagnosticsError(diagnostics)
    choice = candidates(request.descriptions, request.with_app)
    selection = select(choice, request.unwanted, places)
    components = [resolve(component, variant, places) for component, variant in selection.kept]
    names = {component.name for component in components}
    rendered = config.render(request.project, request.paths, request.descriptions, names, supplied)
    files = rendered.files
    supervision = supervisord_config.sections(
        Supervisor(request.paths), components, request.without_restart
    )
    observed = _observe(request.paths)
    return Plan(
        places=places,
        with_app=request.with_app,
        components=components,
        left_out=selection.left_out,
        without_restart=tuple(request.without_restart),
        credentials=supplied,
        configuration=files,
        changes=rendered.changes,
        supervision=supervision,
        files=[*_files(files, supervision, components, request.paths)],
        steps=[
            *_accounts(components),
            *_steps(request.paths, components, files, supervision, observed),
        ],
        obstacles=preflight.obstacles(request.paths, components, observed.running),
        was_running=observed.supervised,
    )


def _observe(paths: StackPaths) -> _Observed:
    supervisor = Supervisor(paths)
    if supervisor.pid() is None:
        orphans = sorted({process.component for process in processes.of_stack(paths.data)})
        return _Observed(False, frozenset(), {}, tuple(orphans))
    states = supervisor.states()
    running = frozenset(name for name, state in states.items() if state.pid)
    return _Observed(True, running, supervisor.sections(), ())


def _accounts(components: Sequence[ResolvedComponent]) -> Iterator[Step]:
    if names := accounts.missing(own_accounts(components)):
        yield Step(Action.MAKE_ACCOUNTS, tuple(names))


def _steps(
    paths: StackPaths,
    components: Sequence[ResolvedComponent],
    files: Mapping[str, str],
    supervision: Mapping[str, str],
    observed: _Observed,
) -> Iterator[Step]:
    if observed.orphans:
        yield Step(Action.END_ORPHANS, observed.orphans)
    yield Step(Action.CHECK_MACHINE)
    yield Step(Action.STORE_CREDENTIALS)
    version = config_versions.digest(files)
    changes = not config_versions.is_in_force(files, paths)
    if changes or not observed.supervised:
        yield Step(Action.WRITE_CONFIGURATION, (version,))
    yield from _supervision(supervision, observed)
    yield Step(Action.RECORD_STATE)
    if changes and observed.supervised:
        yield Step(Action.RELOAD, ("alertmanager", "prometheus"))
    restarted = {name for name in supervision if supervision[name] != observed.sections.get(name)}
    for stage in STAGES:
        yield from _stage(
            [c for c in components if c.description.stage == stage], observed.running - restarted
        )
    yield Step(Action.WAIT_FOR_SCRAPES)
    if not observed.supervised:
        yield Step(Action.SLOW_DOWN_SCRAPES, (version,))


def _supervision(supervision: Mapping[str, str], observed: _Observed) -> Iterator[Step]:
    if not observed.supervised:
        yield Step(Action.START_SUPERVISOR)
        return
    changed = {*supervision.items()} ^ {*observed.sections.items()}
    if changed:
        names = sorted({name for name, _ in changed if name})
        yield Step(Action.UPDATE_SUPERVISOR, tuple(names))


def _stage(components: Sequence[ResolvedComponent], running: frozenset[str]) -> Iterator[Step]:
    if not components:
        return
    down = [
        component.name
        for component in components
        if not component.description.process_of and component.name not in running
    ]
    if down:
        yield Step(Action.START, tuple(down))
    yield Step(Action.WAIT_FOR_HEALTH, tuple(component.name for component in components))


def _files(
    configuration: Mapping[str, str],
    supervision: Mapping[str, str],
    components: Sequence[ResolvedComponent],
    paths: StackPaths,
) -> Iterator[PlannedFile]:
    for name, text in configuration.items():
        yield _file(paths.config / name, text, paths)
    yield _file(Supervisor(paths).configuration_file, "".join(supervision.values()), paths)
    for component in components:
        for file in component.files:
            path = Path(file.path)
            if file.max_bytes and path.exists():
                continue
            text = preparation.content(file)
            if file.once and path.exists():
                text = path.read_text(encoding="utf-8")
            yield _file(path, text, paths)


def _file(path: Path, text: str, paths: StackPaths) -> PlannedFile:
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        before = None
    digest = hashlib.sha256(text.encode()).hexdigest()[: config_versions.DIGEST_LENGTH]
    name = relative(path, paths)
    if before is None:
        return PlannedFile(name, digest, "new")
    return PlannedFile(name, digest, "unchanged" if before == text else "changed")
