"""Probes of the targets: present, up, fresh, scraped at their intervals."""

from __future__ import annotations

import datetime
from typing import Any

from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, failure, probe

ENGINE_JOB = "juce-backend"
BACKEND_JOB = "business-metrics"
FRONTEND_JOB = "swift-frontend"
# White Room's intervals: audio is scraped more often. A target may be late by one scrape.
AUDIO_INTERVAL_S = 10
INTERVAL_S = 15


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
    ages = {}
    for target in _targets(stack):
        scraped = datetime.datetime.fromisoformat(target["lastScrape"])
        ages[target["labels"]["job"]] = (now - scraped).total_seconds()
    stale = [
        (job, f"was scraped {age:.0f} s ago")
        for job, age in ages.items()
        if age > 2 * stack.jobs[job]
    ]
    if stale:
        raise failure("target", stale)
    return f"the oldest {max(ages.values()):.0f} s ago"


@probe(
    "targets.intervals",
    "targets",
    f"every target scraped as its job says: {AUDIO_INTERVAL_S} s for audio, else {INTERVAL_S} s",
)
def targets_intervals(stack: Stack) -> str:
    wrong: list[tuple[str, str]] = []
    for target in _targets(stack):
        job = target["labels"]["job"]
        interval = f"{stack.jobs[job]}s"
        if target["scrapeInterval"] != interval:
            wrong.append((job, f"is scraped every {target['scrapeInterval']}"))
    if wrong:
        raise failure("target", wrong)
    return " and ".join(f"{interval} s" for interval in sorted(set(stack.jobs.values())))
