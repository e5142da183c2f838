"""The workspace that `whiteroom check` looks at: catalogue, configuration, dashboards, runbooks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import CheckSkipped, Diagnostic, DiagnosticsError
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.configuration import Configuration
from whiteroom_monitoring.lint.dashboards import files
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import SeriesIndex


@dataclass(frozen=True)
class Workspace:
    """What is checked. ``root`` is the clone with the generated files, or None without one."""

    catalogue_folder: Path
    infrastructure: Path
    root: Path | None

    @cached_property
    def _catalogue(self) -> tuple[Catalogue | None, tuple[Diagnostic, ...]]:
        try:
            return load(self.catalogue_folder), ()
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
        prometheus = self.infrastructure / "prometheus"
        return Configuration(
            self._catalogue[0] or Catalogue(()),
            prometheus / "prometheus.yml",
            sorted((prometheus / "rules").glob("*.yml")),
            self.infrastructure / "alertmanager" / "alertmanager.yml",
        )

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
        return sorted((self.infrastructure / "prometheus" / "tests").glob("*.yml"))

    @property
    def grafana(self) -> Path:
        """The folder of what Grafana reads."""
        return self.infrastructure / "grafana"

    @property
    def runbooks(self) -> Path:
        """The folder of the runbooks."""
        return self.infrastructure / "runbooks"

    @cached_property
    def _dashboards(self) -> tuple[tuple[DashboardFile, ...], tuple[Diagnostic, ...]]:
        return files.read(self.grafana / "dashboards")

    @property
    def dashboards(self) -> tuple[DashboardFile, ...]:
        """The dashboards. Raises CheckSkipped when there are none or no catalogue for them."""
        dashboards, diagnostics = self._dashboards
        if not dashboards and not diagnostics:
            raise CheckSkipped("grafana/dashboards has none", "run `whiteroom generate`")
        _ = self.catalogue
        return dashboards

    @property
    def dashboard_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What keeps files from being read as dashboards."""
        return self._dashboards[1]

    @property
    def seen_panels(self) -> str:
        """How many panels and dashboards there are, for reports."""
        panels = sum(1 for dashboard in self.dashboards for _ in dashboard.panels())
        return f"{count(panels, 'panel')} in {count(len(self.dashboards), 'dashboard')}"
