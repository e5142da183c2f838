"""Every generated file: what follows from the catalogue, its interfaces, objectives, covering."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.codegen.interfaces import Interface
from whiteroom_monitoring.covering import model as covering_model
from whiteroom_monitoring.covering import rules
from whiteroom_monitoring.covering.model import Covering
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.slo import burn_rate
from whiteroom_monitoring.slo.model import NONE, Objectives


def generate(
    catalogue: Catalogue,
    objectives: Objectives = NONE,
    interfaces: Iterable[Interface] = (),
    covering: Covering = covering_model.NONE,
    written_rules: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the text of every generated file by its path below the repository's root.

    ``written_rules`` are the files of rules that are written by hand, into which ``covering`` goes.
    """
    files = {
        **clients.generate(catalogue),
        **clients.generate_interfaces(interfaces),
        **output.generate(catalogue),
        **rules.apply({**(written_rules or {}), **burn_rate.generate(objectives)}, covering),
    }
    return dict(sorted(files.items()))
