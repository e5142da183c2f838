"""Every generated file: what follows from a project's catalogue, boards, objectives, covering."""

from __future__ import annotations

from whiteroom_monitoring.codegen import clients, interfaces
from whiteroom_monitoring.covering import load as covering
from whiteroom_monitoring.covering import rules
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.project import catalogues
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.slo import burn_rate
from whiteroom_monitoring.slo import load as objectives


def generate(project: Project) -> dict[str, str]:
    """Return the text of every generated file by its path below the project's root.

    Raises MonitoringError with what is wrong in the files that it reads.
    """
    described = [item for folder in project.catalogues for item in interfaces.load(folder)]
    burning = burn_rate.generate(objectives.load(project.files.objectives), project)
    table = project.relative(project.files.covering)
    covered = covering.load(project.files.covering, project.alerts.priority_label)
    files = {
        **clients.generate(catalogues.own(project), project),
        **clients.generate_interfaces(described, project.outputs),
        **output.generate(project),
        **burning,
    }
    if covered.entries:
        files |= rules.apply({**covering.written_rules(project), **burning}, covered, table)
    return dict(sorted(files.items()))
