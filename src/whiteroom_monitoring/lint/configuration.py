"""Whether a stack could be started with a configuration: asked before anything starts or reloads.

`diagnostics` takes the rendered files, in whatever folder they lie, and returns all that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.lint import routes, rule_files, tools
from whiteroom_monitoring.lint.rule_files import RuleSet
from whiteroom_monitoring.lint.targets import target_labels
from whiteroom_monitoring.project import share
from whiteroom_monitoring.promql import validate, vocabulary
from whiteroom_monitoring.promql.recordings import add_recordings
from whiteroom_monitoring.promql.series import Known, known_series
from whiteroom_monitoring.promql.validate import Topic


@dataclass(frozen=True)
class Configuration:
    """The files that Prometheus and Alertmanager are started with, and the catalogue behind."""

    catalogue: Catalogue
    prometheus_yml: Path
    rule_paths: Sequence[Path]
    alertmanager_yml: Path

    @cached_property
    def prometheus(self) -> tuple[Document | None, tuple[Diagnostic, ...]]:
        """Prometheus' configuration, or the diagnostics of its YAML."""
        return _read(self.prometheus_yml)

    @cached_property
    def alertmanager(self) -> tuple[Document | None, tuple[Diagnostic, ...]]:
        """Alertmanager's configuration, or the diagnostics of its YAML."""
        return _read(self.alertmanager_yml)

    @cached_property
    def rules(self) -> RuleSet:
        """The rules, with the diagnostics of their files."""
        return rule_files.read(self.rule_paths)

    @cached_property
    def known(self) -> Known:
        """The series that exist under this configuration, recorded ones included."""
        families = vocabulary.read(share("catalogue/vocabulary"))
        known = known_series(self.catalogue, families, target_labels(self.prometheus[0]))
        add_recordings(self.rules, known)
        return known

    @cached_property
    def findings(self) -> list[tuple[Topic, Diagnostic]]:
        """What in the rules' expressions does not fit the series that exist, by its topic."""
        return [
            (found.topic, rule.diagnostic_in_expression(found.word, found.problem, found.remedy))
            for rule in self.rules.rules
            if rule.expression is not None
            for found in validate.findings(rule.expression, self.known)
        ]

    @cached_property
    def route_diagnostics(self) -> list[Diagnostic]:
        """What in Alertmanager's matchers does not fit the alerts."""
        parsed = self.alertmanager[0]
        if parsed is None or self.rules.diagnostics:
            return []
        return list(routes.diagnostics(parsed, routes.alert_series(self.rules.alerts, self.known)))


def diagnostics(
    prometheus_yml: Path,
    rule_paths: Sequence[Path],
    alertmanager_yml: Path,
    catalogue: Catalogue | None = None,
) -> list[Diagnostic]:
    """Return every diagnostic of a rendered configuration, in whatever folder it lies.

    Without a ``catalogue``, the package's own is loaded. promtool and amtool are asked where they
    are installed. Raises DiagnosticsError when the catalogue itself is invalid.
    """
    asked = Configuration(
        catalogue or load(share("catalogue")), prometheus_yml, rule_paths, alertmanager_yml
    )
    found = [
        *asked.prometheus[1],
        *asked.alertmanager[1],
        *asked.rules.diagnostics,
        *(diagnostic for _, diagnostic in asked.findings),
        *asked.route_diagnostics,
    ]
    invalid = {diagnostic.path for diagnostic in found}
    for tool, paths in (
        (tools.RULES, rule_paths),
        (tools.CONFIG, [] if invalid & set(rule_paths) else [prometheus_yml]),
        (tools.ALERTMANAGER_CONFIG, [alertmanager_yml]),
    ):
        if tool.is_installed:
            found.extend(tool.diagnostics([path for path in paths if path not in invalid]))
    return sorted(found)


def _read(path: Path) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    try:
        return document.read(path), ()
    except DiagnosticsError as error:
        return None, error.diagnostics
