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
# Services that start only when somebody asks for them, by the component's name.
LOGS, GRAFANA, APPLICATIONS = "logs", "grafana", "app"
GRAFANA_PORT = Port("grafana", 3001)
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
            container=Container(mounts=("/var/log:/var/log:ro",)),
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
    profile: str = ""

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

    ``own`` takes our log store and our exporter of containers in place of Loki and cAdvisor.
    """
    chosen = [s for component in descriptions for s in _of(component, own)]
    alloy = [] if own else [Service(ALLOY, ALLOY.variants[0], LOGS)]
    return sorted([*chosen, *alloy], key=lambda service: service.component.stage)


def _of(component: Component, own: bool) -> list[Service]:
    if component.of_app and not component.name.endswith("exporter"):
        return []
    official = [v for v in component.variants if v.image]
    ours = [v for v in component.variants if v.program is OUR_PROGRAM]
    if component.name == "console":
        return [Service(component, ours[0]), *(_grafana(component, v) for v in official)]
    if component.name == "log-store":
        return [Service(component, (ours if own else official)[0], "" if own else LOGS)]
    if component.provides:
        return [Service(component, v, APPLICATIONS) for v in official]
    preferred = [*ours, *official] if own else [*official, *ours]
    return [Service(component, preferred[0])] if preferred else []


def _grafana(component: Component, variant: Variant) -> Service:
    """Return Grafana as a service beside the console, at a port of its own."""
    environment = dict(variant.environment) | {"GF_SERVER_HTTP_PORT": "{port[grafana]}"}
    beside = replace(variant, environment=environment)
    job = ScrapeJob("grafana", service="grafana")
    described = replace(
        component,
        name="grafana",
        ports=(GRAFANA_PORT,),
        scrape=job,
        variants=(beside,),
        folders=(),
    )
    return Service(described, beside, GRAFANA)


def container_project(project: Project) -> Project:
    """Return the project as our image has it."""
    home = Path(images.HOME)
    folder = home / project.relative(project.files.folder)
    files = msgspec.structs.replace(project.files, folder=folder)
    return msgspec.structs.replace(project, file=home / FILE, root=home, files=files)


def placeholders(project: Project, descriptions: Sequence[Component]) -> Placeholders:
    """Return the values of placeholders in containers."""
    numbers = registry.port_numbers((*descriptions, ALLOY), project.stack.ports)
    ports = numbers | {GRAFANA_PORT.name: GRAFANA_PORT.number}
    return Placeholders(
        ContainerPaths(DATA, 0, ports),
        root=Path(images.HOME),
        project=container_project(project),
        separate=True,
        python=images.PYTHON,
    )
