"""Every component that a stack may have, in the order of the start.

The descriptions are the modules of `components`, and those of the folder of components that the
project has. A component that stands in for a program of the project is scraped as that program.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from whiteroom_monitoring.deploy import components
from whiteroom_monitoring.deploy.component import (
    APP_ACCOUNT,
    Component,
    HttpProbe,
    Package,
    Port,
    ScrapeJob,
    StartedElsewhere,
    Variant,
)
from whiteroom_monitoring.deploy.component import Program as ComponentProgram
from whiteroom_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    # `packages.py` needs the standard library alone, which a project does not.
    from whiteroom_monitoring.project.model import Program, Project

# The name of the package while a folder of components is loaded: its modules import each other.
_PACKAGE = "whiteroom_components"


class ComponentError(MonitoringError):
    """A description of a component can't be used."""


def in_order(descriptions: Iterable[Component]) -> tuple[Component, ...]:
    """Return components in the order of their start: of a stage, the monitoring first."""
    return tuple(sorted(descriptions, key=lambda c: (c.stage, c.of_app, c.name)))


def _built_in() -> tuple[Component, ...]:
    names = [module.name for module in pkgutil.iter_modules(components.__path__)]
    modules = [importlib.import_module(f"{components.__name__}.{name}") for name in names]
    return in_order(component for module in modules for component in module.COMPONENTS)


COMPONENTS = _built_in()


def load(project: Project) -> tuple[Component, ...]:
    """Return the components of the package, and those that the project adds or replaces.

    Raises ComponentError naming the file that can't be used.
    """
    folders = (project.files.components, project.files.added_components)
    added = [component for folder in folders if folder for component in components_in(folder)]
    added += [_started(p) for p in project.programs.values() if p.command]
    names = {component.name for component in added}
    built_in = [component for component in COMPONENTS if component.name not in names]
    descriptions = [_provided(c, project) for c in (*built_in, *added)]
    _require_unique_ports(descriptions, project.stack.ports)
    return in_order(descriptions)


def _provided(component: Component, project: Project) -> Component:
    """Return the component, scraped and judged as the program that it stands in for."""
    program = project.programs.get(component.provides)
    if program is None:
        return component
    job = ScrapeJob(program.name, program.service, program.interval_s, program.path)
    rules = (*component.rules, *program.rules)
    conditions = (*_elsewhere(program), *component.conditions)
    return replace(component, scrape=job, rules=rules, conditions=conditions)


def _started(program: Program) -> Component:
    """Return the component of a program that the project lets the stack start."""
    name, *arguments = program.command
    remedy = f"whiteroom.toml names it as the command of {program.name}"
    variant = Variant(
        ComponentProgram((name,), remedy),
        tuple(arguments),
        HttpProbe(program.path),
        {"WHITEROOM_SEGMENTS": "{segments}"},
    )
    return Component(
        program.name,
        stage=3,
        variants=(variant,),
        ports=(Port(program.name, program.port or 0),),
        provides=program.name,
        of_app=True,
        user=APP_ACCOUNT,
    )


def _elsewhere(program: Program) -> tuple[StartedElsewhere, ...]:
    if not program.is_elsewhere:
        return ()
    return (StartedElsewhere(f"whiteroom.toml has {program.name} at {program.place}"),)


def components_in(folder: Path) -> list[Component]:
    """Return the components of a folder; none without one. Raises ComponentError."""
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(folder)]
    sys.modules[_PACKAGE] = package
    files = [path for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    return [component for path in files for component in _components_of(path)]


def _components_of(path: Path) -> Sequence[Component]:
    try:
        module = importlib.import_module(f"{_PACKAGE}.{path.stem}")
    except Exception as error:
        raise ComponentError(f"{path}: {type(error).__name__}: {error}") from error
    return _described(path, module)


def _described(path: Path, module: ModuleType) -> Sequence[Component]:
    descriptions = getattr(module, "COMPONENTS", None)
    if isinstance(descriptions, tuple) and all(isinstance(c, Component) for c in descriptions):
        return descriptions
    raise ComponentError(f"{path}: expected COMPONENTS, a tuple of Component")


def _require_unique_ports(descriptions: Iterable[Component], numbers: Mapping[str, int]) -> None:
    holders: dict[int, str] = {}
    for component in descriptions:
        for port in component.ports:
            number = numbers.get(port.name, port.number)
            holder = holders.setdefault(number, component.name)
            if holder != component.name:
                raise ComponentError(
                    f"{component.name}: port {number} is that of {holder}; choose another"
                )


def port_numbers(
    descriptions: Iterable[Component] = COMPONENTS, numbers: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the number of every port by its name; ``numbers`` are chosen in place of ours."""
    ports = [port for component in descriptions for port in component.ports]
    ours = {port.name: port.number for port in ports}
    return {name: (numbers or {}).get(name, number) for name, number in ours.items()}


def scrape_jobs(descriptions: Iterable[Component]) -> dict[str, ScrapeJob]:
    """Return the scrape job of every component that has one, by the component's name."""
    return {c.name: c.scrape for c in descriptions if c.scrape is not None}


def packages(descriptions: Iterable[Component] = COMPONENTS) -> tuple[Package, ...]:
    """Return the packages of Debian that the components need."""
    return tuple(package for component in descriptions for package in component.packages)


def present_name(name: str, descriptions: Iterable[Component]) -> str:
    """Return the name of the component that was formerly called ``name``, else ``name``."""
    return next((c.name for c in descriptions if name in c.former_names), name)
