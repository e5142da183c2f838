"""Writes the rules that watch service-level objectives: budgets that burn too fast.

Source: The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from whiteroom_monitoring.generated_files import head
from whiteroom_monitoring.project.model import Alerts, Project
from whiteroom_monitoring.slo.model import BurnRateWindow, Objective, Objectives, Range

# The range of `events` and `failures`, the shortest over which anything is judged.
BASE = Range("5m")
# How often the rules are evaluated. A count is the sum of rates, each of which stands for so long.
STEP_S = 20

_NOTE = f"""\
# Is what we promise in danger? The error budget of a period burns too fast when the share of
# failures is too high over a long range (it matters) and over a short one (it goes on).
#
# What happened before the first sample counts as good: a share is that of the whole range, not of
# the few minutes that are known after a start. Long ranges add up what the short one recorded, each
# moment by its traffic; a mean of shares would count a quiet hour like a busy one.
#
# A count is a sum of rates, each of which stands for the {STEP_S} s until the next evaluation.
"""


def generate(objectives: Objectives, project: Project) -> dict[str, str]:
    """Return the rule files by path below the project's root, one for each ``rules``."""
    folder = project.relative(project.files.rules)
    return {
        f"{folder}/objectives_{name}.yml": _file(objectives, name, project)
        for name in sorted({objective.rules for objective in objectives.objectives})
    }


def _file(objectives: Objectives, name: str, project: Project) -> str:
    rules = [
        rule
        for objective in objectives.objectives
        if objective.rules == name
        for rule in _rules(objectives, objective, project)
    ]
    return (
        head("#", project.relative(project.files.objectives))
        + _NOTE
        + f"groups:\n  - name: objectives_{name}\n    interval: {STEP_S}s\n    rules:\n"
        + textwrap.indent("\n".join(rules), " " * 6)
    )


def _rules(objectives: Objectives, objective: Objective, project: Project) -> Iterator[str]:
    yield _record("job_objective:slo_events:rate5m", objective.events, objective)
    yield _record("job_objective:slo_failures:rate5m", objective.failures, objective)
    for span in objectives.ranges:
        yield _record(f"job_objective:slo_failures:ratio{span}", _share(objective, span), objective)
    for span in dict.fromkeys(window.long for window in objectives.burn_rate_windows):
        expression = f"{STEP_S} * sum_over_time({_series('failures:rate5m', objective)}[{span}])"
        yield _record(f"job_objective:slo_failures:count{span}", expression, objective)
    for window in objectives.burn_rate_windows:
        yield _alert(objectives, objective, window, project)


def _share(objective: Objective, span: Range) -> str:
    """Return the share of failures in ``span``; of the base range, as it was seen."""
    failures = _series("failures:rate5m", objective)
    events = _series("events:rate5m", objective)
    if span.seconds <= BASE.seconds:
        return f"{failures}\n/ {events}"
    return (
        f"{STEP_S} * sum_over_time({failures}[{span}])\n"
        f"/ ({span.seconds} * avg_over_time({events}[{span}]))"
    )


def _series(metric: str, objective: Objective) -> str:
    return f'job_objective:slo_{metric}{{objective="{objective.name}"}}'


def _record(name: str, expression: str, objective: Objective) -> str:
    return (
        f"- record: {name}\n"
        f"  expr: |\n{textwrap.indent(expression, '    ')}\n"
        f"  labels:\n    objective: {objective.name}\n"
    )


def _alert(
    objectives: Objectives, objective: Objective, window: BurnRateWindow, project: Project
) -> str:
    limit = f"{window.rate:g} * {objective.budget:g}"
    long, short = (
        f"{_series(f'failures:ratio{span}', objective)} > {limit}"
        for span in (window.long, window.short)
    )
    enough = f"{_series(f'failures:count{window.long}', objective)} > {objective.min_failures}"
    expression = f"{long}\nand on (service) {short}\nand on (service) {enough}"
    annotations = _annotations(objectives, objective, window, project.runbooks.url)
    return (
        f"- alert: {objective.alert}\n"
        f"  expr: |\n{textwrap.indent(expression, '    ')}\n"
        f"  labels:\n{textwrap.indent(_labels(objective, window, project.alerts), '    ')}"
        f"  annotations:\n{textwrap.indent(annotations, '    ')}"
    )


def _labels(objective: Objective, window: BurnRateWindow, alerts: Alerts) -> str:
    labels = {
        alerts.priority_label: window.priority,
        "severity": alerts.severities.get(window.priority, window.priority),
        "team": objective.team,
        "symptom": objective.symptom,
        # Only what pages at once belongs to the incident of what musicians notice, which is over
        # when they notice nothing more; a budget of hours is news of its own.
        "incident": objective.incident if window.priority in alerts.paging else None,
        "window": window.long,
    }
    return "".join(f"{name}: {value}\n" for name, value in labels.items() if value is not None)


def _annotations(
    objectives: Objectives, objective: Objective, window: BurnRateWindow, runbooks: str
) -> str:
    allowed = f"{objective.budget * 100:g} %"
    share = "{{ $value | humanizePercentage }}"
    text = (
        f"Over {window.long}, {share} {objective.failure}; "
        f"{allowed} may, over {objectives.period}. "
        f"If it goes on, that budget is used up at least {window.rate:g} times too fast. "
        f"{objective.consequence}"
    )
    folded = textwrap.indent(textwrap.fill(text, 88, break_on_hyphens=False), "  ")
    return (
        f'summary: "{share} {objective.failure}, {allowed} may ({window.long})"\n'
        f"description: >-\n{folded}\n"
        f"runbook_url: {runbooks}{objective.alert}.md\n"
    ) + (f"dashboard: {objectives.dashboard}\n" if objectives.dashboard else "")
