"""The configuration of Prometheus and Alertmanager, checked before anything starts or reloads.

`diagnostics` takes the rendered files, in whatever folder they lie, and returns all that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.lint import checker, matchers
from whiteroom_monitoring.project.model import Alerts
from whiteroom_monitoring.promql import rule_files, validate, vocabulary
from whiteroom_monitoring.promql.recordings import add_recordings
from whiteroom_monitoring.promql.rule_files import RuleSet
from whiteroom_monitoring.promql.series import Labels, SeriesIndex, Values, build_index
from whiteroom_monitoring.promql.validate import Topic
from whiteroom_monitoring.promql.vocabulary import Family
from whiteroom_monitoring.resources import share


@dataclass(frozen=True)
class Additions:
    """What exists beside the files: families by program, and the service of each job.

    The jobs ``described`` are of programs whose metrics are known. ``live`` is whether the families
    are all that a running Prometheus has, of whatever job.
    """

    families: Mapping[str, Sequence[Family]] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    described: frozenset[str] = frozenset()
    live: bool = False


NO_ADDITIONS = Additions()


@dataclass(frozen=True)
class Configuration:
    """The files that Prometheus and Alertmanager are started with, and the catalogue behind."""

    catalogue: Catalogue
    prometheus_yml: Path
    rule_paths: Sequence[Path]
    alertmanager_yml: Path
    alerts: Alerts
    additions: Additions = NO_ADDITIONS

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
    def series(self) -> SeriesIndex:
        """The series that exist under this configuration, recorded ones included."""
        families = vocabulary.read(share("catalogue/vocabulary"))
        index = build_index(
            self.catalogue,
            {**families, **self.additions.families},
            self._target_labels(),
            complete=self.additions.live or not self.undescribed_jobs,
        )
        add_recordings(self.rules, index)
        return index

    def _target_labels(self) -> Labels:
        labels = dict(target_labels(self.prometheus[0]))
        services = self.additions.services
        for name, values in (("job", services.keys()), ("service", services.values())):
            known = labels.get(name)
            if services and (known is not None or name not in labels or not self.jobs):
                labels[name] = (known or frozenset()).union(values)
        return labels

    @property
    def jobs(self) -> frozenset[str]:
        """The jobs of Prometheus' configuration."""
        document = self.prometheus[0]
        jobs = document.mappings(("scrape_configs",)) if document else ()
        return frozenset(str(job.get("job_name")) for _, job in jobs)

    @property
    def undescribed_jobs(self) -> frozenset[str]:
        """The jobs of programs of which neither a catalogue nor a vocabulary says the metrics."""
        if not self.additions.services:
            return frozenset()
        return (self.jobs | self.additions.services.keys()) - self.additions.described

    @cached_property
    def findings(self) -> list[tuple[Topic, Diagnostic]]:
        """What in the rules' expressions does not fit the series that exist, by its topic."""
        return [
            (
                finding.topic,
                rule.diagnostic_in_expression(finding.word, finding.problem, finding.remedy),
            )
            for rule in self.rules.rules
            if rule.expression is not None
            for finding in validate.findings(rule.expression, self.series)
        ]

    @cached_property
    def route_diagnostics(self) -> list[Diagnostic]:
        """What in Alertmanager's matchers does not fit the alerts."""
        parsed = self.alertmanager[0]
        if parsed is None or self.rules.diagnostics:
            return []
        return list(
            matchers.diagnostics(
                parsed, matchers.alert_series(self.rules.alerts, self.series, self.alerts)
            )
        )


def diagnostics(configuration: Configuration) -> list[Diagnostic]:
    """Return every diagnostic of a configuration, in whatever folder its files lie.

    promtool and amtool run where they are installed. Raises DiagnosticsError when the catalogue
    itself is invalid.
    """
    diagnostics = [
        *configuration.prometheus[1],
        *configuration.alertmanager[1],
        *configuration.rules.diagnostics,
        *(diagnostic for _, diagnostic in configuration.findings),
        *configuration.route_diagnostics,
    ]
    rule_paths = configuration.rule_paths
    invalid = {diagnostic.path for diagnostic in diagnostics}
    for tool, paths in (
        (checker.PROMTOOL_RULES, rule_paths),
        (
            checker.PROMTOOL_CONFIG,
            [] if invalid & {*rule_paths} else [configuration.prometheus_yml],
        ),
        (checker.AMTOOL_CONFIG, [configuration.alertmanager_yml]),
    ):
        if tool.is_installed:
            diagnostics.extend(tool.diagnostics([path for path in paths if path not in invalid]))
    return sorted(diagnostics)


def _read(path: Path) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    try:
        return document.read(path), ()
    except DiagnosticsError as error:
        return None, error.diagnostics


def target_labels(configuration: Document | None) -> Labels:
    """Return the labels of the targets in a prometheus.yml, with the values they may have.

    Without a configuration, or without jobs in it, any job may exist.
    """
    labels: dict[str, Values] = {"job": None, "instance": None}
    if configuration is None:
        return labels
    jobs = list(configuration.mappings(("scrape_configs",)))
    if jobs:
        labels["job"] = frozenset(str(job.get("job_name")) for _, job in jobs)
    for pointer, _ in jobs:
        for _, static in configuration.mappings((*pointer, "static_configs")):
            for name, value in (static.get("labels") or {}).items():
                labels[name] = (labels.get(name) or frozenset()) | {str(value)}
    for pointer, _ in jobs:
        for relabelling in ("relabel_configs", "metric_relabel_configs"):
            for _, step in configuration.mappings((*pointer, relabelling)):
                if "target_label" in step:
                    labels[str(step["target_label"])] = None
    return labels
