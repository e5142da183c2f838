"""Probes of the shipper's jobs: the lines of each arrive in the log store, or why they don't."""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.diagnostics import Check, CheckFailed, CheckSkipped
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.shipper.config import Config, Journal, ScrapeConfig, StaticConfig
from whiteroom_monitoring.logs.shipper.loading import load
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.containers import socket_path
from whiteroom_monitoring.logs.shipper.sources.files import alternatives, matching
from whiteroom_monitoring.logs.shipper.sources.journal import FOLDERS
from whiteroom_monitoring.probes.canaries import CANARY_JOB, CanaryRound, places
from whiteroom_monitoring.probes.logs import ask
from whiteroom_monitoring.probes.stack import Stack, probe
from whiteroom_monitoring.project.model import Project

# A source that has written nothing for so long says nothing of its way.
LOOK_BACK_S = 3600.0
# Lines that wait for longer are held up.
MAX_WAIT_S = 60.0
# What was written a moment ago may be under way, and Prometheus may not have seen the counts.
SETTLED_S = 30.0
_REMEDY = "whiteroom logs shipper"


def of_jobs(project: Project) -> list[Check[Stack]]:
    """Return a probe for each job of the shipper's configuration, none where it can't be read."""
    try:
        content = plain_yaml.load(config.promtail_yml(project).read_text("utf-8"))
        names = [str(job["job_name"]) for job in content["scrape_configs"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        # `whiteroom up` says what is wrong with it.
        return []
    canaries = CanaryRound()
    return [_of_job(name, canaries) for name in dict.fromkeys(names)]


def _of_job(name: str, canaries: CanaryRound) -> Check[Stack]:
    @probe(f"sources.{name}", "sources", f"lines of the log job {name} in the log store")
    def sources(stack: Stack) -> str:
        stack.require("shipper")
        stack.require("log-store")
        jobs = [job for job in _in_force(stack).scrape_configs if job.job_name == name]
        if not jobs:
            raise CheckFailed("the shipper runs without this job", remedy="whiteroom up")
        return _look(stack, jobs[0], canaries)

    return sources


def _in_force(stack: Stack) -> Config:
    """Return what the shipper reads. Raises CheckFailed."""
    try:
        return load(stack.paths.config / "promtail/promtail-config.yml", places(stack.paths))
    except MonitoringError as error:
        raise CheckFailed(f"the shipper's configuration can't be read: {error}") from error


def _look(stack: Stack, job: ScrapeConfig, canaries: CanaryRound) -> str:
    """Return how old the newest line is. Raises CheckFailed, CheckSkipped."""
    back = absent = ""
    try:
        back = canaries.look(stack, job.job_name)
    except CheckSkipped as skipped:
        absent = str(skipped)
    try:
        news = _newest(stack, job, bool(back))
    except CheckSkipped as skipped:
        if not back:
            raise CheckSkipped(absent or str(skipped)) from skipped
        # No news, and it would arrive.
        news = str(skipped)
    return f"{back}; {news}" if back else news + (f"; no canary: {absent}" if absent else "")


def _newest(stack: Stack, job: ScrapeConfig, is_live: bool) -> str:
    """Return how old the newest line is that is no canary. Raises CheckFailed, CheckSkipped."""
    waiting = _selector("log_shipper_waiting_seconds", job.job_name)
    waited_s = stack.prometheus.value(f"max({waiting})") or 0.0
    if waited_s > MAX_WAIT_S:
        raise CheckFailed(f"lines have waited for the store for {waited_s:.0f} s", remedy=_REMEDY)
    ages_s = [age for s in selectors(job) if (age := _newest_age_s(stack, s)) is not None]
    if ages_s:
        return f"the last line {min(ages_s):.0f} s ago"
    return _explain(stack, job, is_live)


def _explain(stack: Stack, job: ScrapeConfig, is_live: bool) -> str:
    """Return that lines arrive otherwise. Raises CheckFailed or CheckSkipped with why none does.

    Of one that is live, what is sent are its canaries.
    """
    name = job.job_name
    if refused := _grown(stack, "log_shipper_lines_refused_total", name):
        text = f"{refused:.0f} lines were refused; the file of dead letters holds them"
        raise CheckFailed(text, remedy=_REMEDY)
    sent = 0.0 if is_live else _grown(stack, "log_shipper_lines_sent_total", name)
    if sent:
        return f"{sent:.0f} lines acknowledged, by labels that stages set"
    if reason := _absence(job):
        raise CheckSkipped(reason)
    if _grown(stack, "log_shipper_read_errors_total", name):
        raise CheckFailed("it can't be read", remedy=_REMEDY)
    if not is_live and _grown(stack, "log_shipper_lines_read_total", name):
        raise CheckSkipped("stages leave out what was read")
    if unread := _unread(job):
        raise CheckFailed(f"{unread} was written to, and no line of it was read", remedy=_REMEDY)
    raise CheckSkipped(f"no {'other ' if is_live else ''}line within {LOOK_BACK_S / 60:.0f} min")


def _selector(metric: str, name: str) -> str:
    return f'{metric}{{job="whiteroom-shipper", source={json.dumps(name)}}}'


def _grown(stack: Stack, metric: str, name: str) -> float:
    """Return by how much a counter has grown since the look back; what is new began at 0."""
    selector = _selector(metric, name)
    before = f"(sum({selector} offset {LOOK_BACK_S:.0f}s) or vector(0))"
    return max(0.0, stack.prometheus.value(f"sum({selector}) - {before}") or 0.0)


def _newest_age_s(stack: Stack, selector: str) -> float | None:
    now = time.time()
    parameters = {
        "query": selector,
        "limit": 1,
        "start": round((now - LOOK_BACK_S) * 1e9),
        # A writer's clock may be ahead.
        "end": round((now + LOOK_BACK_S) * 1e9),
    }
    address = stack.paths.url("loki") + "/loki/api/v1/query_range?"
    streams = json.loads(ask(address + urllib.parse.urlencode(parameters)))["data"]["result"]
    times_ns = [int(value[0]) for stream in streams for value in stream["values"]]
    return max(0.0, now - max(times_ns) / 1e9) if times_ns else None


def selectors(job: ScrapeConfig) -> Iterator[str]:
    """Yield what finds the lines of a job: the labels that it gives, and that no stage changes."""
    relabeling = Relabeling(job.relabel_configs)
    for given in _given_labels(job):
        labels = relabeling.apply(given)
        if given.get("job") == CANARY_JOB:
            continue
        kept = {n: v for n, v in (labels or {}).items() if _is_kept(job, n)}
        if kept:
            yield "{" + ", ".join(f"{n}={json.dumps(v)}" for n, v in kept.items()) + "}"


def _given_labels(job: ScrapeConfig) -> Iterator[Mapping[str, str]]:
    yield from (static.labels for static in job.static_configs)
    yield from (part.labels for part in (job.syslog, job.journal, job.loki_push_api) if part)
    yield from ({} for _ in job.docker_sd_configs)


def _is_kept(job: ScrapeConfig, label: str) -> bool:
    for stage in job.pipeline_stages:
        if label in (stage.labeldrop or ()) or label in (stage.labels or ()):
            return False
        if label in (stage.static_labels or ()):
            return False
        if stage.labelallow is not None and label not in stage.labelallow:
            return False
    return True


def _absence(job: ScrapeConfig) -> str:
    """Return why nothing can come of a job's sources on this machine; empty where it can."""
    missing = [_missing_files(static) for static in _of_users(job)]
    if job.journal:
        missing.append(_missing_journal(job.journal))
    for discovery in job.docker_sd_configs:
        path = socket_path(discovery)
        missing.append("" if Path(path).exists() else f"there is no {path}")
    if job.syslog:
        missing.append(f"nothing has come to {job.syslog.listen_address} yet")
    if job.loki_push_api:
        missing.append("nothing has been pushed yet")
    return ", ".join(missing) if all(missing) else ""


def _of_users(job: ScrapeConfig) -> list[StaticConfig]:
    return [static for static in job.static_configs if static.labels.get("job") != CANARY_JOB]


def _missing_files(static: StaticConfig) -> str:
    paths = _paths(static)
    if not paths:
        return f"no file matches {static.labels.get('__path__', '')}"
    return "" if any(_size(path) for path in paths) else f"{paths[0]} is empty"


def _missing_journal(journal: Journal) -> str:
    if not shutil.which("journalctl"):
        return "there is no journalctl"
    folders = [journal.path] if journal.path else FOLDERS
    return "" if any(Path(folder).is_dir() for folder in folders) else f"there is no {folders[0]}"


def _paths(static: StaticConfig) -> Sequence[str]:
    patterns = alternatives(static.labels.get("__path__", ""))
    exclude = alternatives(static.labels.get("__path_exclude__", ""))
    return sorted(matching(patterns, exclude))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _unread(job: ScrapeConfig) -> str:
    """Return a file that was written to lately, and long enough ago to have been read."""
    now = time.time()
    for static in _of_users(job):
        for path in _paths(static):
            try:
                stat = os.stat(path)
            except OSError:
                continue
            if stat.st_size and SETTLED_S <= now - stat.st_mtime < LOOK_BACK_S:
                return path
    return ""
