"""The workspace that `whiteroom check` looks at: catalogue, configuration, dashboards, runbooks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import CheckSkipped, Diagnostic, DiagnosticsError
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.configuration import NO_ADDITIONS, Additions, Configuration
from whiteroom_monitoring.lint.dashboards import files
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.project import catalogues
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import SeriesIndex


@dataclass(frozen=True)
class Workspace:
    """What is checked: the files of a project, and what components and programs add to them.

    ``clone`` says whether generated files are there to be compared. ``about`` are the files that
    are asked about, or none for all.
    """

    project: Project
    prometheus_yml: Path
    alertmanager_yml: Path
    additions: Additions = NO_ADDITIONS
    clone: bool = True
    about: tuple[Path, ...] = ()

    @cached_property
    def _catalogue(self) -> tuple[Catalogue | None, tuple[Diagnostic, ...]]:
        try:
            return catalogues.known(self.project), ()
        except DiagnosticsError as error:
            return None, error.diagnostics

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue. Raises CheckSkipped when it does not load."""
        catalogue = self._catalogue[0]
        if catalogue is None:
            raise CheckSkipped("the catalogue does not load", "see the check catalogue")
        return catalogue

    @property
    def catalogue_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What keeps the catalogue from loading."""
        return self._catalogue[1]

    @cached_property
    def configuration(self) -> Configuration:
        """The configuration that an operator deploys."""
        return Configuration(
            self._catalogue[0] or Catalogue(()),
            self.prometheus_yml,
            sorted(self.project.files.rules.glob("*.y*ml")),
            self.alertmanager_yml,
            self.project.alerts,
            self.additions,
        )

    @property
    def own_catalogue(self) -> Catalogue:
        """The project's own metrics. Raises CheckSkipped when the catalogue does not load."""
        _ = self.catalogue
        return catalogues.own(self.project)

    @property
    def series(self) -> SeriesIndex:
        """The series that expressions may name."""
        return self.configuration.series

    @property
    def alerts(self) -> list[Rule]:
        """The alerts among the rules."""
        return self.configuration.rules.alerts

    @property
    def seen_alerts(self) -> str:
        """How many alerts there are, for reports."""
        return count(len(self.alerts), "alert")

    @property
    def rule_tests(self) -> list[Path]:
        """The unit tests of the rules."""
        return sorted(self.project.files.rule_tests.glob("*.y*ml"))

    @property
    def tests_to_run(self) -> list[Path]:
        """The unit tests that are asked about, or of rules that are.

        Raises CheckSkipped when there are some, but none of these.
        """
        tests = self.rule_tests
        chosen = [path for path in tests if not self.about or self._concerns(path)]
        if tests and not chosen:
            raise CheckSkipped("no unit test is about these files")
        return chosen

    def _concerns(self, test: Path) -> bool:
        names = {path.name for path in self.about}
        return test.name in names or any(f"/{name}" in test.read_text("utf-8") for name in names)

    @property
    def grafana(self) -> Path:
        """The folder of what Grafana reads."""
        return self.project.files.grafana

    @property
    def runbooks(self) -> Path:
        """The folder of the runbooks."""
        return self.project.files.runbooks

    @cached_property
    def _dashboards(self) -> tuple[tuple[DashboardFile, ...], tuple[Diagnostic, ...]]:
        return files.read(self.grafana / "dashboards")

    @property
    def dashboards(self) -> tuple[DashboardFile, ...]:
        """The dashboards. Raises CheckSkipped when there are none or no catalogue for them."""
        dashboards, diagnostics = self._dashboards
        if not dashboards and not diagnostics:
            folder = self.project.relative(self.grafana / "dashboards")
            raise CheckSkipped(f"{folder} has none", "run `whiteroom generate`, or put JSON there")
        _ = self.catalogue
        return dashboards

    @property
    def known_dashboards(self) -> tuple[DashboardFile, ...]:
        """The dashboards that can be read; perhaps none."""
        return self._dashboards[0]

    @property
    def dashboard_pages(self) -> tuple[str, ...]:
        """The dashboards as paths of the console and of Grafana."""
        return tuple(f"/d/{d.dashboard.uid}/{d.path.stem}" for d in self._dashboards[0])

    @property
    def dashboard_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What keeps files from being read as dashboards."""
        return self._dashboards[1]

    @property
    def seen_panels(self) -> str:
        """How many panels and dashboards there are, for reports."""
        panels = sum(1 for dashboard in self.dashboards for _ in dashboard.panels())
        return f"{count(panels, 'panel')} in {count(len(self.dashboards), 'dashboard')}"
