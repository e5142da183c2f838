"""Checks of what is collected: targets, freshness, intervals, the catalogue's metrics."""

from __future__ import annotations

import datetime
import time
from collections.abc import Collection
from typing import Any

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.deploy.config import JOBS
from whiteroom_monitoring.probes.framework import Mismatch, Stack, check
from whiteroom_monitoring.project import share

ENGINE_JOB = "juce-backend"
BACKEND_JOB = "business-metrics"
FRONTEND_JOB = "swift-frontend"
AUDIT_TIME = "security_audit_report_timestamp_seconds"
# White Room's intervals: audio is scraped more often. A target may be late by one scrape.
AUDIO_INTERVAL_S = 10
INTERVAL_S = 15


def _jobs(stack: Stack) -> set[str]:
    return {job for job, component in JOBS.items() if component in stack.components}


def _targets(stack: Stack) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = stack.prometheus.get("targets", state="active")["activeTargets"]
    return [target for target in targets if target["labels"]["job"] in _jobs(stack)]


@check("targets.present", "targets", "a target for every job of the stack")
def _(stack: Stack) -> str:
    expected = _jobs(stack)
    missing = expected - {target["labels"]["job"] for target in _targets(stack)}
    if missing:
        raise Mismatch(f"no target of {', '.join(sorted(missing))}")
    return f"{len(expected)} jobs"


@check("targets.up", "targets", "every target up")
def _(stack: Stack) -> str:
    down = [
        f"{target['labels']['job']}: {target['lastError'] or target['health']}"
        for target in _targets(stack)
        if target["health"] != "up"
    ]
    if down:
        raise Mismatch("; ".join(down))
    return f"{len(_targets(stack))} targets up"


@check("targets.fresh", "targets", "every target scraped within two of its intervals")
def _(stack: Stack) -> str:
    now = datetime.datetime.now(datetime.UTC)
    ages = {}
    for target in _targets(stack):
        scraped = datetime.datetime.fromisoformat(target["lastScrape"])
        ages[target["labels"]["job"]] = (now - scraped).total_seconds()
    stale = {
        job: age
        for job, age in ages.items()
        if age > 2 * (AUDIO_INTERVAL_S if job == ENGINE_JOB else INTERVAL_S)
    }
    if stale:
        raise Mismatch(", ".join(f"{job} {age:.0f} s ago" for job, age in stale.items()))
    return f"the oldest {max(ages.values()):.0f} s ago"


@check(
    "targets.intervals",
    "targets",
    f"{AUDIO_INTERVAL_S} s for audio, {INTERVAL_S} s for all others",
)
def _(stack: Stack) -> str:
    wrong = []
    for target in _targets(stack):
        job = target["labels"]["job"]
        wanted = f"{AUDIO_INTERVAL_S if job == ENGINE_JOB else INTERVAL_S}s"
        if target["scrapeInterval"] != wanted:
            wrong.append(f"{job} {target['scrapeInterval']}")
    if wrong:
        raise Mismatch(", ".join(wrong))
    return f"{AUDIO_INTERVAL_S} s and {INTERVAL_S} s"


@check("metrics.engine", "metrics", "every metric that the catalogue gives to the engine")
def _(stack: Stack) -> str:
    stack.require("engine")
    return _all_metrics(stack, ENGINE_JOB)


@check("metrics.frontend", "metrics", "every metric that the catalogue gives to the front end")
def _(stack: Stack) -> str:
    stack.require("frontend")
    return _all_metrics(stack, FRONTEND_JOB)


@check("metrics.backend", "metrics", "every metric that the catalogue gives to the backend")
def _(stack: Stack) -> str:
    stack.require("backend")
    # There when there is an audit report (security.audit), or an account that is a day old.
    later = {"security_vulnerabilities", AUDIT_TIME, "user_retention_ratio"}
    return _all_metrics(stack, BACKEND_JOB, but=later)


def _all_metrics(stack: Stack, program: str, but: Collection[str] = ()) -> str:
    """Return how many metrics the program exposes. Raises Mismatch naming those that it lacks."""
    catalogue = load(share("catalogue"))
    # A counter with an open label has no series before its first use.
    wanted = {
        metric.name
        for metric in catalogue
        if metric.program == program
        and (metric.type != "counter" or all(label.values for label in metric.labels))
    } - set(but)
    samples = stack.prometheus.query(f'count by (__name__) ({{job="{program}"}})')
    found = {labels["__name__"] for labels, _ in samples}
    found |= {name.removesuffix("_bucket") for name in found}
    missing = wanted - found
    if missing:
        raise Mismatch(f"no series of {', '.join(sorted(missing))}")
    return f"{len(wanted)} metrics"


@check("metrics.lost", "metrics", "no observation lost")
def _(stack: Stack) -> str:
    samples = stack.prometheus.query("monitoring_observations_lost_total > 0")
    if samples:
        lost = [f"{labels['program']} {labels['reason']} {value:g}" for labels, value in samples]
        raise Mismatch(", ".join(lost))
    return "none lost"


@check("prometheus.retention", "storage", "15 days and at most 10 GB")
def _(stack: Stack) -> str:
    flags = stack.prometheus.get("status/flags")
    age = flags["storage.tsdb.retention.time"]
    size = flags["storage.tsdb.retention.size"]
    # Prometheus prints 15d as 15d, and 10GB as 10GB or 10GiB: it counts in powers of 1024.
    if age not in {"15d", "2w1d"} or size not in {"10GB", "10GiB"}:
        raise Mismatch(f"{age} and {size}")
    return f"{age} and {size}"


@check("prometheus.speed", "storage", "a query of every series answered within 5 s")
def _(stack: Stack) -> str:
    start = time.monotonic()
    stack.prometheus.query("count by (job) ({__name__=~'.+'})")
    elapsed = time.monotonic() - start
    if elapsed > 5:
        raise Mismatch(f"{elapsed:.1f} s")
    return f"{elapsed:.2f} s"
