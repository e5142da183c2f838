"""Breaks of what is scraped: a metric that is gone or mislabelled, an exporter that is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whiteroom_monitoring.drills.score.model import PROMETHEUS, Break, edited
from whiteroom_monitoring.pager_path import NAME as PAGER_PATH
from whiteroom_monitoring.promql.parse import Call, Expr, MatchOp, VectorSelector, descendants
from whiteroom_monitoring.promql.rule_files import Rule

_BROKEN = "broken"
# Nobody listens there.
_NOWHERE = "127.0.0.1:1"
_ABSENCES = ("absent", "absent_over_time")
# Series of the monitoring itself, which no exporter has.
_OWN_SERIES = ("ALERTS", "up")


def selectors(rule: Rule, recordings: Mapping[str, Rule]) -> list[VectorSelector]:
    """Return what a rule selects, itself and through recordings, but for what only is missed."""
    pending, selected, names = [rule.expression], list[VectorSelector](), set[str]()
    while pending:
        for part in _present(pending.pop()):
            name = part.name or ""
            if name in recordings and name not in names:
                names.add(name)
                pending.append(recordings[name].expression)
            selected.append(part)
    return selected


def _present(expression: Expr | None) -> list[VectorSelector]:
    """Return the selectors of an expression that are in no call of absence."""
    if expression is None:
        return []
    parts = list(descendants(expression))
    absences = [p for p in parts if isinstance(p, Call) and p.func.name in _ABSENCES]
    missed = {str(s) for absence in absences for s in descendants(absence)}
    return [p for p in parts if isinstance(p, VectorSelector) and str(p) not in missed]


def of_metrics(alerts: Sequence[Rule], recordings: Mapping[str, Rule]) -> Iterator[Break]:
    """Yield for each metric that alerts read that it is gone, and that its labels differ."""
    readers: dict[str, dict[str, None]] = {}
    labels: dict[str, set[str]] = {}
    for rule in alerts:
        for selector in selectors(rule, recordings):
            metric = selector.name or ""
            if metric and metric not in (*_OWN_SERIES, *recordings):
                readers.setdefault(metric, {})[rule.name] = None
                labels.setdefault(metric, set()).update(_matched(selector))
    for metric, names in sorted(readers.items()):
        of_metric: dict[str, Any] = {"source_labels": ["__name__"], "regex": metric}
        words = [("the metric", "", {**of_metric, "action": "drop"})]
        for label in sorted(labels[metric]):
            relabelled = {**of_metric, "target_label": label, "replacement": _BROKEN}
            words.append((f"label {label}", _BROKEN, relabelled))
        for old, new, relabelling in words:
            change = edited(_relabelled(relabelling))
            yield Break("metric", PROMETHEUS, metric, old, new, change, tuple(names))


def _matched(selector: VectorSelector) -> set[str]:
    """Return the labels that have to have one value."""
    equal = {m.name for m in selector.matchers.matchers if m.op == MatchOp.Equal}
    return equal - {"job", "__name__"}


def _relabelled(rule: dict[str, Any]) -> Callable[[Any], object]:
    def edit(content: Any) -> None:
        for job in content["scrape_configs"]:
            job["metric_relabel_configs"] = [*(job.get("metric_relabel_configs") or []), rule]

    return edit


def of_exporters(
    content: Mapping[str, Any], alerts: Sequence[Rule], recordings: Mapping[str, Rule]
) -> Iterator[Break]:
    """Yield for each job that alerts ask by name: it is gone, away, or has other labels."""
    readers: dict[str, dict[str, None]] = {}
    for rule in alerts:
        for job in _jobs(rule, recordings):
            readers.setdefault(job, {})[rule.name] = None
    for number, job in enumerate(content["scrape_configs"]):
        name = job["job_name"]
        is_read = name in readers and name != PAGER_PATH
        for old, new, edit in _of_job(number, job) if is_read else ():
            one = Break("exporter", PROMETHEUS, f"job {name}", old, new, edited(edit))
            yield replace(one, alerts=tuple(readers[name]), labels=_labels(job))


def _jobs(rule: Rule, recordings: Mapping[str, Rule]) -> set[str]:
    return {
        job
        for selector in selectors(rule, recordings)
        for matcher in selector.matchers.matchers
        if matcher.name == "job"
        for job in str(matcher.value).split("|")
    }


def _of_job(
    number: int, job: Mapping[str, Any]
) -> Iterator[tuple[str, str, Callable[[Any], object]]]:
    yield "the job", "", _at_job(number, None)
    name, path = f"{job['job_name']}-{_BROKEN}", f"/{_BROKEN}"
    yield "job_name", name, _at_job(number, {"job_name": name})
    yield "metrics_path", path, _at_job(number, {"metrics_path": path})
    if "static_configs" in job:
        yield "targets", _NOWHERE, _at_target(number, {"targets": [_NOWHERE]})
        yield "labels", _BROKEN, _at_target(number, {"labels": {"service": _BROKEN}})


def _labels(job: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that the targets of a job have in common."""
    groups = [group.get("labels") or {} for group in job.get("static_configs") or []]
    first = groups[0] if groups else {}
    return {k: v for k, v in first.items() if all(group.get(k) == v for group in groups)}


def _at_job(number: int, changed: Mapping[str, Any] | None) -> Callable[[Any], object]:
    def edit(content: Any) -> None:
        jobs = content["scrape_configs"]
        if changed is None:
            del jobs[number]
        else:
            jobs[number] = {**jobs[number], **changed}

    return edit


def _at_target(number: int, changed: Mapping[str, Any]) -> Callable[[Any], object]:
    def edit(content: Any) -> None:
        job = content["scrape_configs"][number]
        job["static_configs"] = [{**group, **changed} for group in job["static_configs"]]

    return edit
