"""Every component that a stack may have, in the order of the start.

The descriptions are the modules of `components`, and those of a folder ``components`` in the
configuration that an operator names with ``--config``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

from whiteroom_monitoring.deploy import components
from whiteroom_monitoring.deploy.component import Component, Package, Port, ScrapeJob
from whiteroom_monitoring.errors import MonitoringError

FOLDER = "components"
# Ports that White Room fixed for programs that the stack asks and does not start.
FOREIGN_PORTS = (Port("loki", 3100),)


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


def load(configuration: Path | None) -> tuple[Component, ...]:
    """Return the components of the package, and those that ``configuration`` adds or replaces.

    Raises ComponentError naming the file that can't be used.
    """
    files = sorted((configuration / FOLDER).glob("*.py")) if configuration else []
    added = [component for path in files for component in _components_of(path)]
    names = {component.name for component in added}
    kept = [component for component in COMPONENTS if component.name not in names]
    _require_unique_ports([*kept, *added])
    return in_order([*kept, *added])


def _components_of(path: Path) -> Sequence[Component]:
    specification = importlib.util.spec_from_file_location(f"whiteroom_component_{path.stem}", path)
    if specification is None or specification.loader is None:
        raise ComponentError(f"{path}: can't be read")
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except Exception as error:
        raise ComponentError(f"{path}: {type(error).__name__}: {error}") from error
    return _described(path, module)


def _described(path: Path, module: ModuleType) -> Sequence[Component]:
    descriptions = getattr(module, "COMPONENTS", None)
    if isinstance(descriptions, tuple) and all(isinstance(c, Component) for c in descriptions):
        return descriptions
    raise ComponentError(f"{path}: expected COMPONENTS, a tuple of Component")


def _require_unique_ports(descriptions: Iterable[Component]) -> None:
    holders: dict[int, str] = {}
    for component in descriptions:
        for port in component.ports:
            holder = holders.setdefault(port.number, component.name)
            if holder != component.name:
                raise ComponentError(
                    f"{component.name}: port {port.number} is that of {holder}; choose another"
                )


def port_numbers(descriptions: Iterable[Component] = COMPONENTS) -> dict[str, int]:
    """Return the number of every port by its name."""
    ports = [port for component in descriptions for port in component.ports]
    return {port.name: port.number for port in (*ports, *FOREIGN_PORTS)}


def scrape_jobs(descriptions: Iterable[Component] = COMPONENTS) -> dict[str, ScrapeJob]:
    """Return the scrape job of every component that has one, by the component's name."""
    return {c.name: c.scrape for c in descriptions if c.scrape is not None}


def rule_owners(descriptions: Iterable[Component] = COMPONENTS) -> dict[str, str]:
    """Return the component that each file of rules is about; the others are about all."""
    return {name: component.name for component in descriptions for name in component.rules}


def packages(descriptions: Iterable[Component] = COMPONENTS) -> tuple[Package, ...]:
    """Return the packages of Debian that the components need."""
    return tuple(package for component in descriptions for package in component.packages)


def present_name(name: str, descriptions: Iterable[Component] = COMPONENTS) -> str:
    """Return the name of the component that was formerly called ``name``, else ``name``."""
    return next((c.name for c in descriptions if name in c.former_names), name)
