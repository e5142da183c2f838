"""The lints of dashboards, each with its name and what it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards import (
    data_sources,
    descriptions,
    expectations,
    expressions,
    features,
    layout,
    links,
    orphan_metrics,
    rates,
    sdk_types,
    units,
    variables,
)
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Subject

Lint = Callable[[Subject], Iterable[Diagnostic]]


def _of_files(lint: Callable[[Iterable[DashboardFile]], Iterator[Diagnostic]]) -> Lint:
    return lambda subject: lint(subject.dashboards[0])


def _expressions(subject: Subject) -> Iterable[Diagnostic]:
    return expressions.diagnostics(subject.dashboards[0], subject.configuration.known)


def _rates(subject: Subject) -> Iterable[Diagnostic]:
    return rates.diagnostics(subject.dashboards[0], subject.configuration.known)


def _variables(subject: Subject) -> Iterable[Diagnostic]:
    return variables.diagnostics(subject.dashboards[0], subject.configuration.known)


def _links(subject: Subject) -> Iterable[Diagnostic]:
    return links.diagnostics(subject.dashboards[0], subject.runbooks)


def _expectations(subject: Subject) -> Iterable[Diagnostic]:
    return expectations.diagnostics(subject.dashboards[0], subject.grafana)


def _orphans(subject: Subject) -> Iterable[Diagnostic]:
    return orphan_metrics.diagnostics(
        subject.dashboards[0], subject.catalogue[0], subject.configuration.rules
    )


LINTS: tuple[tuple[str, str, Lint], ...] = (
    ("dashboard-files", "dashboards in JSON", lambda subject: subject.dashboards[1]),
    ("dashboard-types", "what Grafana's SDK describes", _of_files(sdk_types.diagnostics)),
    ("dashboard-features", "what the console shows, too", _of_files(features.diagnostics)),
    ("dashboard-expressions", "metrics, labels and functions that fit", _expressions),
    ("dashboard-rates", "counters under a rate, over $__rate_interval", _rates),
    ("dashboard-units", "a unit for every number", _of_files(units.diagnostics)),
    ("dashboard-descriptions", "a title and what to do", _of_files(descriptions.diagnostics)),
    ("dashboard-data-sources", "the variable datasource", _of_files(data_sources.diagnostics)),
    ("dashboard-variables", "each defined, used and matched by =~", _variables),
    ("dashboard-links", "dashboards and runbooks that exist", _links),
    ("dashboard-layout", "ids, places and visible legends", _of_files(layout.diagnostics)),
    ("dashboard-expectations", "what each panel shows in a healthy system", _expectations),
    ("orphan-metrics", "a panel, an alert or a reason for each metric", _orphans),
)
