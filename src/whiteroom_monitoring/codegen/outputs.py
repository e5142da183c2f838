"""Every generated file: what follows from the catalogue, its interfaces and the objectives."""

from __future__ import annotations

from collections.abc import Iterable

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.codegen.interfaces import Interface
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.slo import burn_rate
from whiteroom_monitoring.slo.model import NONE, Objectives


def generate(
    catalogue: Catalogue,
    objectives: Objectives = NONE,
    interfaces: Iterable[Interface] = (),
) -> dict[str, str]:
    """Return the text of every generated file by its path below the repository's root."""
    files = {
        **clients.generate(catalogue),
        **clients.generate_interfaces(interfaces),
        **output.generate(catalogue),
        **burn_rate.generate(objectives),
    }
    return dict(sorted(files.items()))
