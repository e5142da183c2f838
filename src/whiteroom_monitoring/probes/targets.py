"""Probes of the targets: present, up, fresh, scraped at their intervals."""

from __future__ import annotations

import datetime
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, failure, probe
from whiteroom_monitoring.promql.durations import seconds

# Of Prometheus' configuration, where it says nothing.
DEFAULT_INTERVAL_S = 60


def _intervals(stack: Stack) -> dict[str, float]:
    """Return how often each job is to be scraped, as the project says."""
    content = plain_yaml.load(config.prometheus_yml(stack.project).read_text("utf-8")) or {}
    usual = (content.get("global") or {}).get("scrape_interval", f"{DEFAULT_INTERVAL_S}s")
    written = {job["job_name"]: job for job in content.get("scrape_configs") or []}
    return {
        job: interval or seconds(written.get(job, {}).get("scrape_interval", usual))
        for job, interval in stack.jobs.items()
    }


def _targets(stack: Stack) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = stack.prometheus.get("targets", state="active")["activeTargets"]
    return [target for target in targets if target["labels"]["job"] in stack.jobs]


@probe("targets.present", "targets", "a target for every job of the stack")
def targets_present(stack: Stack) -> str:
    expected = set(stack.jobs)
    missing = expected - {target["labels"]["job"] for target in _targets(stack)}
    if missing:
        raise CheckFailed(f"no target of {', '.join(sorted(missing))}")
    return f"{len(expected)} jobs"


@probe("targets.up", "targets", "every target up")
def targets_up(stack: Stack) -> str:
    down = [
        (target["labels"]["job"], f"is {target['health']}: {target['lastError']}")
        for target in _targets(stack)
        if target["health"] != "up"
    ]
    if down:
        raise failure("target", down, "whiteroom status, then whiteroom logs COMPONENT")
    return f"{len(_targets(stack))} targets up"


@probe("targets.fresh", "targets", "every target scraped within two of its intervals")
def targets_fresh(stack: Stack) -> str:
    now = datetime.datetime.now(datetime.UTC)
    intervals = _intervals(stack)
    ages = {}
    for target in _targets(stack):
        scraped = datetime.datetime.fromisoformat(target["lastScrape"])
        ages[target["labels"]["job"]] = (now - scraped).total_seconds()
    stale = [
        (job, f"was scraped {age:.0f} s ago")
        for job, age in ages.items()
        if age > 2 * intervals[job]
    ]
    if stale:
        raise failure("target", stale)
    return f"the oldest {max(ages.values()):.0f} s ago"


@probe("targets.intervals", "targets", "every target scraped as often as its job says")
def targets_intervals(stack: Stack) -> str:
    wrong: list[tuple[str, str]] = []
    intervals = _intervals(stack)
    for target in _targets(stack):
        job = target["labels"]["job"]
        if seconds(target["scrapeInterval"]) != intervals[job]:
            wrong.append((job, f"is scraped every {target['scrapeInterval']}"))
    if wrong:
        raise failure("target", wrong)
    return " and ".join(f"{interval:g} s" for interval in sorted(set(intervals.values())))
