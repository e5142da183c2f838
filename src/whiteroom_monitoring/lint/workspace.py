"""What `whiteroom check` looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.lint.configuration import Configuration
from whiteroom_monitoring.lint.dashboards import files
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


@dataclass(frozen=True)
class Subject:
    """What is checked. ``root`` is the clone with the generated files, or None without one."""

    catalogue_folder: Path
    infrastructure: Path
    root: Path | None

    @cached_property
    def catalogue(self) -> tuple[Catalogue, tuple[Diagnostic, ...]]:
        """The catalogue, empty when it is invalid, and its diagnostics."""
        try:
            return load(self.catalogue_folder), ()
        except DiagnosticsError as error:
            return Catalogue(()), error.diagnostics

    @cached_property
    def configuration(self) -> Configuration:
        """The configuration that an operator deploys."""
        prometheus = self.infrastructure / "prometheus"
        return Configuration(
            self.catalogue[0],
            prometheus / "prometheus.yml",
            sorted((prometheus / "rules").glob("*.yml")),
            self.infrastructure / "alertmanager" / "alertmanager.yml",
        )

    @property
    def rule_tests(self) -> list[Path]:
        """The unit tests of the rules."""
        return sorted((self.infrastructure / "prometheus" / "tests").glob("*.yml"))

    @property
    def grafana(self) -> Path:
        """The folder of what Grafana reads."""
        return self.infrastructure / "grafana"

    @cached_property
    def dashboards(self) -> tuple[tuple[DashboardFile, ...], tuple[Diagnostic, ...]]:
        """The dashboards, and the diagnostics of files that are none."""
        return files.read(self.grafana / "dashboards")

    @property
    def runbooks(self) -> Path:
        """The folder of the runbooks."""
        return self.infrastructure / "runbooks"
