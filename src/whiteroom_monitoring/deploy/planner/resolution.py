"""A component as it runs on this machine: its description with the stack's places filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whiteroom_monitoring.deploy.component import (
    CommandProbe,
    Component,
    File,
    FileProbe,
    Folder,
    HttpProbe,
    Variant,
)
from whiteroom_monitoring.deploy.host import machine
from whiteroom_monitoring.deploy.host.accounts import (
    account,
    can_confine,
    can_raise_limits,
    is_apart,
    is_own,
)
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.running.state import ComponentState, ResolvedProbe


@dataclass(frozen=True)
class ResolvedComponent:
    """What a runtime starts.

    ``program_found`` is whether the program is installed, which only a required component may lack.
    ``user`` is None where it runs as the stack's own user.
    """

    description: Component
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ports: Mapping[str, int]
    probe: ResolvedProbe
    user: str | None
    secrets: tuple[str, ...]
    folders: tuple[Folder, ...]
    files: tuple[File, ...]
    program_found: bool
    remedy: str
    version_command: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the component."""
        return self.description.name

    @property
    def process(self) -> str:
        """The name of the process that it runs in."""
        return self.description.process

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it may do beyond its user's rights, if it is confined or has an account of ours."""
        if self.user is None:
            return self.description.capabilities
        scheduled = self.description.real_time and is_own(self.user)
        return ("sys_nice",) if scheduled and not can_raise_limits() else ()

    @property
    def address(self) -> str | None:
        """Where it serves, if it listens at all."""
        first = next(iter(self.ports.values()), None)
        return None if first is None else f"http://{LOOPBACK}:{first}"

    def as_state(self, version: str = "") -> ComponentState:
        """Return what is written down of it, once it is started in this ``version``."""
        job = self.description.scrape
        return ComponentState(
            name=self.name,
            process=self.process,
            address=self.address,
            probe=self.probe,
            of_app=self.description.of_app,
            version=version,
            job=job.name if job else "",
            interval_s=job.interval_s if job else None,
            user=self.user or "",
            confined=self.description.confined and can_confine(),
            capabilities=self.capabilities,
        )


def resolve(component: Component, variant: Variant, places: Placeholders) -> ResolvedComponent:
    """Return the component as this stack runs it."""
    user = account(component.user, places.separate) if component.user else None
    stack, places = places, places.of(component.name, is_apart(user))
    path = machine.find(variant.program, places)
    program = path or machine.names(variant.program, places)[-1]
    home = machine.home(variant.program, program)
    arguments = places.fill_all(variant.arguments, home)
    return ResolvedComponent(
        description=component,
        command=(*places.fill_all(variant.before), program, *arguments),
        environment=places.fill_values(variant.environment, home),
        ports={port.name: places.paths.port(port.name) for port in component.ports},
        probe=_probe(component, variant, stack),
        user=user,
        secrets=(*component.secrets, *variant.secrets),
        folders=tuple(_folder(f, places) for f in (*component.folders, *variant.folders)),
        files=tuple(_file(file, places) for file in component.files),
        program_found=path is not None,
        remedy=machine.remedy(variant.program, places),
        version_command=(program, variant.program.version_option),
    )


def own_accounts(components: Iterable[ResolvedComponent]) -> dict[str, tuple[str, ...]]:
    """Return the accounts of ours that the components run as, with the groups of each."""
    groups_of: dict[str, tuple[str, ...]] = {}
    for component in components:
        if component.user and is_own(component.user):
            groups = groups_of.get(component.user, ()) + component.description.groups
            groups_of[component.user] = tuple(dict.fromkeys(groups))
    return groups_of


def _probe(component: Component, variant: Variant, places: Placeholders) -> ResolvedProbe:
    match variant.probe:
        case HttpProbe(path, password_file):
            url = places.paths.url(component.ports[0].name, path)
            return ResolvedProbe(url=url, password_file=places.fill(password_file))
        case CommandProbe(program, arguments):
            path = machine.find(program, places) or program.names[-1]
            return ResolvedProbe(command=(path, *places.fill_all(arguments)))
        case FileProbe(path):
            return ResolvedProbe(file=places.fill(path))
        case _:
            return ResolvedProbe()


def _folder(folder: Folder, places: Placeholders) -> Folder:
    return Folder(places.fill(folder.path), folder.owner, folder.group, folder.mode)


def _file(file: File, places: Placeholders) -> File:
    return File(
        places.fill(file.path),
        places.fill(file.text),
        places.fill(file.template),
        places.fill_values(file.values),
        file.mode,
        file.once,
        file.owner,
        file.max_bytes,
        file.reopen,
    )
