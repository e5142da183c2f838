"""Probes of the metrics: every one that the catalogue promises is there, and none is lost."""

from __future__ import annotations

from collections.abc import Collection

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, probe
from whiteroom_monitoring.probes.targets import BACKEND_JOB, ENGINE_JOB, FRONTEND_JOB
from whiteroom_monitoring.project import share

AUDIT_TIME = "security_audit_report_timestamp_seconds"


@probe("metrics.engine", "metrics", "every metric that the catalogue gives to the engine")
def metrics_engine(stack: Stack) -> str:
    stack.require("engine")
    return _all_metrics(stack, ENGINE_JOB)


@probe("metrics.frontend", "metrics", "every metric that the catalogue gives to the front end")
def metrics_frontend(stack: Stack) -> str:
    stack.require("frontend")
    return _all_metrics(stack, FRONTEND_JOB)


@probe("metrics.backend", "metrics", "every metric that the catalogue gives to the backend")
def metrics_backend(stack: Stack) -> str:
    stack.require("backend")
    # There when there is an audit report (security.audit), or an account that is a day old.
    later = {"security_vulnerabilities", AUDIT_TIME, "user_retention_ratio"}
    return _all_metrics(stack, BACKEND_JOB, but=later)


def _all_metrics(stack: Stack, program: str, but: Collection[str] = ()) -> str:
    """Return how many metrics the program exposes. Raises CheckFailed with those that it lacks."""
    catalogue = load(share("catalogue"))
    # A counter with an open label has no series before its first use.
    promised = {
        metric.name
        for metric in catalogue
        if metric.program == program
        and (metric.type != "counter" or all(label.values for label in metric.labels))
    } - set(but)
    samples = stack.prometheus.query(f'count by (__name__) ({{job="{program}"}})')
    exposed = {labels["__name__"] for labels, _ in samples}
    exposed |= {name.removesuffix("_bucket") for name in exposed}
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
