"""What a configuration must be beyond its keys and types, told all at once."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import Config, ScrapeConfig, StaticConfig
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.errors import InvalidConfigError, StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.containers import socket_path
from whiteroom_monitoring.logs.shipper.sources.syslog import address_of
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics
from whiteroom_monitoring.logs.shipper.target import Target

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def require_makeable(config: Config) -> None:
    """Raise InvalidConfigError with all that can't be made of a configuration."""
    problems = [*_problems(config)]
    if problems:
        raise InvalidConfigError(problems)


def _problems(config: Config) -> Iterator[str]:
    watch = config.global_config.file_watch_config
    yield from _tried(durations.seconds, config.positions.sync_period)
    yield from _tried(durations.seconds, config.target_config.sync_period)
    yield from _tried(durations.seconds, watch.min_poll_frequency)
    yield from _tried(durations.seconds, watch.max_poll_frequency)
    names = Counter(client.name or client.url for client in config.clients)
    yield from (f"clients: {name} is there {n} times" for name, n in names.items() if n > 1)
    for client in config.clients:
        yield from _of_client(client)
    jobs = Counter(job.job_name for job in config.scrape_configs)
    yield from (f"scrape_configs: {name} is there {n} times" for name, n in jobs.items() if n > 1)
    # One registry: a metric may not be of two types.
    registry = CustomMetrics()
    for job in config.scrape_configs:
        yield from (f"{job.job_name}: {problem}" for problem in _of_job(job, registry))


def _of_client(client: Client) -> Iterator[str]:
    yield from _tried(Target, client)
    backoff = client.backoff_config
    for text in (client.batchwait, client.timeout, backoff.min_period, backoff.max_period):
        yield from _tried(durations.seconds, text)
    yield from _of_labels("external_labels", client.external_labels)


def _of_job(job: ScrapeConfig, registry: CustomMetrics) -> Iterator[str]:
    yield from _tried(Pipeline, job.pipeline_stages, registry)
    yield from _tried(Relabeling, job.relabel_configs)
    yield from _tried(durations.seconds, job.decompression.initial_delay)
    sources = (job.static_configs, job.syslog, job.journal, job.loki_push_api)
    if not any(sources) and not job.docker_sd_configs:
        yield "it has no source"
    for static in job.static_configs:
        if not _path(job, static):
            yield "static_configs: expected the label __path__"
        yield from _of_labels("static_configs", static.labels)
    for discovery in job.docker_sd_configs:
        yield from _tried(socket_path, discovery)
        yield from _tried(durations.seconds, discovery.refresh_interval)
    yield from _of_receivers(job)


def _path(job: ScrapeConfig, static: StaticConfig) -> str:
    """Return where the files are, as the labels or the rules about them say."""
    with contextlib.suppress(StageError):
        places = Relabeling(job.relabel_configs).apply_all(static.labels) or static.labels
        return places.get("__path__", "")
    return static.labels.get("__path__", "")


def _of_receivers(job: ScrapeConfig) -> Iterator[str]:
    if job.syslog:
        yield from _tried(address_of, job.syslog.listen_address)
        yield from _tried(durations.seconds, job.syslog.idle_timeout)
        yield from _of_labels("syslog", job.syslog.labels)
    if job.journal:
        yield from _tried(durations.seconds, job.journal.max_age)
        yield from _of_labels("journal", job.journal.labels)
    if job.loki_push_api:
        yield from _of_labels("loki_push_api", job.loki_push_api.labels)


def _of_labels(where: str, labels: dict[str, str]) -> Iterator[str]:
    for name in labels:
        if not _LABEL.fullmatch(name):
            yield f"{where}: found the label {name!r}, expected letters, digits and _"


def _tried(make: Callable[..., Any], *arguments: Any) -> Iterator[str]:
    try:
        make(*arguments)
    except StageError as error:
        yield str(error)
