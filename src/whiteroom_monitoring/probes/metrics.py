"""Probes of the metrics: every one that the catalogue promises is there, and none is lost."""

from __future__ import annotations

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.diagnostics import Check, CheckFailed
from whiteroom_monitoring.probes.stack import Stack, probe
from whiteroom_monitoring.project import catalogues
from whiteroom_monitoring.project.model import Program, Project


def of_programs(project: Project) -> list[Check[Stack]]:
    """Return a probe for each program of which the catalogue says what it records."""
    catalogue = catalogues.known(project)
    recording = {domain.program for domain in catalogue.domains if domain.metrics}
    named = [p for p in project.programs.values() if p.domains or p.name in recording]
    return [_of_program(program, catalogue) for program in named]


def _of_program(program: Program, catalogue: Catalogue) -> Check[Stack]:
    expected = f"every metric that the catalogue gives to {program.name}"

    @probe(f"metrics.{program.name}", "metrics", expected)
    def metrics(stack: Stack) -> str:
        stack.require_job(program.name)
        return _all_metrics(stack, program, catalogue)

    return metrics


def _all_metrics(stack: Stack, program: Program, catalogue: Catalogue) -> str:
    """Return how many metrics the program exposes. Raises CheckFailed with those that it lacks."""
    promised = {
        metric.name
        for domain in catalogue.domains
        if domain.program == program.name or domain.name in program.domains
        for metric in domain.metrics
        # A counter with an open label has no series before its first use.
        if metric.type != "counter" or all(label.values for label in metric.labels)
    } - set(program.optional_metrics)
    samples = stack.prometheus.query(f'count by (__name__) ({{job="{program.name}"}})')
    exposed = {labels["__name__"] for labels, _ in samples}
    exposed |= {name.removesuffix("_bucket").removesuffix("_count") for name in exposed}
    missing = promised - exposed
    if missing:
        raise CheckFailed(f"no series of {', '.join(sorted(missing))}")
    return f"{len(promised)} metrics"


@probe("metrics.lost", "metrics", "no observation lost")
def metrics_lost(stack: Stack) -> str:
    samples = stack.prometheus.query("monitoring_observations_lost_total > 0")
    if samples:
        lost = [f"{labels['program']} {labels['reason']} {value:g}" for labels, value in samples]
        raise CheckFailed(", ".join(lost))
    return "none lost"
