"""Where things are in the containers, and which services there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import PYTHON as OUR_PROGRAM
from whiteroom_monitoring.deploy.component import (
    Component,
    Container,
    Folder,
    HttpProbe,
    Port,
    Program,
    ScrapeJob,
    Variant,
)
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.runtimes.compose import images
from whiteroom_monitoring.project import FILE
from whiteroom_monitoring.project.model import Project

DATA = Path("/var/lib/whiteroom")
# The profile of the exporters of an operator's servers.
APPLICATIONS = "app"
_LOGS_ACCOUNT = "whiteroom-alloy"

# Reads the files of logs that the operator names, and pushes them to whatever answers as Loki does.
ALLOY = Component(
    "alloy",
    stage=2,
    variants=(
        Variant(
            Program(("alloy",), ""),
            (
                *("run", "{config}/alloy/config.alloy"),
                "--server.http.listen-addr={listen}:{port[alloy]}",
                "--storage.path={data}/alloy",
                "--disable-reporting",
            ),
            HttpProbe("/-/ready"),
            folders=(Folder("{data}/alloy", _LOGS_ACCOUNT),),
            image="grafana/alloy",
            container=Container(mounts=("/var/log:/var/log:ro",), profile="logs"),
        ),
    ),
    # Promtail's, whose place it takes.
    ports=(Port("alloy", 9080),),
    user=_LOGS_ACCOUNT,
    groups=("adm",),
    scrape=ScrapeJob("alloy", service="logs"),
)


class ContainerPaths(StackPaths):
    """The places of a stack in containers, which are the same whoever asks."""

    @property
    def segments(self) -> Path:
        """Folder of the metric segments: root's, who prepares the containers."""
        return Path("/dev/shm/whiteroom-0")


@dataclass(frozen=True)
class Service:
    """A component as a service: the variant that its image runs, and the profile it is part of."""

    component: Component
    variant: Variant
    profile: str

    @property
    def name(self) -> str:
        """The service's name."""
        return self.component.name

    @property
    def is_ours(self) -> bool:
        """Whether Python runs it."""
        return self.variant.program is OUR_PROGRAM


def services(descriptions: Sequence[Component], own: bool) -> list[Service]:
    """Return the services of the descriptions, in the order of the start.

    ``own`` takes our log store, shipper and exporter of containers in place of Loki, Alloy and
    cAdvisor. A service that always runs needs such that always run; one that does not have them is
    left out.
    """
    chosen = [s for component in descriptions for s in _of(component, own)]
    alloy = [] if own else [Service(ALLOY, ALLOY.variants[0], ALLOY.variants[0].container.profile)]
    return sorted(_supplied([*chosen, *alloy]), key=lambda service: service.component.stage)


def _supplied(services: Sequence[Service]) -> list[Service]:
    """Return the services whose needs are among them whenever they run."""
    supplied = [s for s in services if all(_is_there(n, s, services) for n in _needs(s))]
    return supplied if len(supplied) == len(services) else _supplied(supplied)


def _needs(service: Service) -> tuple[str, ...]:
    """Return the services without which it has no use; what exporters watch is the operator's."""
    return () if service.component.provides else service.component.needs


def _is_there(name: str, service: Service, services: Sequence[Service]) -> bool:
    return any(s.name == name and s.profile in ("", service.profile) for s in services)


def _of(component: Component, own: bool) -> list[Service]:
    official = [v for v in component.variants if v.image]
    if component.provides:
        return [Service(component, v, APPLICATIONS) for v in official]
    if component.of_app:
        return []
    ours = [v for v in component.variants if v.program is OUR_PROGRAM]
    preferred = [*ours, *official] if own else [*official, *ours]
    alone = [v for v in preferred if v.container.beside is None][:1]
    services = [Service(component, v, v.container.profile) for v in alone]
    return [*services, *(_beside(component, v) for v in official if v.container.beside)]


def _beside(component: Component, variant: Variant) -> Service:
    """Return a variant as a service of its own, at a port of its own."""
    port = variant.container.beside
    assert port is not None
    job = ScrapeJob(port.name, service=port.name)
    described = replace(
        component, name=port.name, ports=(port,), scrape=job, variants=(variant,), folders=()
    )
    return Service(described, variant, variant.container.profile)


def container_project(project: Project) -> Project:
    """Return the project as our image has it."""
    home = Path(images.HOME)
    folder = home / project.relative(project.files.folder)
    files = msgspec.structs.replace(project.files, folder=folder)
    return msgspec.structs.replace(project, file=home / FILE, root=home, files=files)


def placeholders(project: Project, descriptions: Sequence[Component]) -> Placeholders:
    """Return the values of placeholders in containers."""
    numbers = registry.port_numbers((*descriptions, ALLOY), project.stack.ports)
    variants = [variant for component in descriptions for variant in component.variants]
    beside = [v.container.beside for v in variants if v.container.beside]
    ports = numbers | {port.name: port.number for port in beside}
    return Placeholders(
        ContainerPaths(DATA, 0, ports),
        root=Path(images.HOME),
        project=container_project(project),
        separate=True,
        python=images.PYTHON,
    )
