"""Renders the shipper's configuration as one of Alloy, which ships where containers run.

Source: https://grafana.com/docs/alloy/latest/reference/components/loki/, and what `alloy convert`
makes of Promtail's configurations. None that was rendered was ever loaded by an Alloy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import NODEFAULT, UNSET
from msgspec.structs import fields

from whiteroom_monitoring.generated_files import head
from whiteroom_monitoring.logs.shipper.config import (
    Config,
    MetricDefinition,
    Relabel,
    ScrapeConfig,
    Stage,
)
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.loading import load

_NAMES = {"labeldrop": "label_drop", "labelallow": "label_keep"}
# Their content is what Alloy has in `values`.
_VALUES = ("labels", "structured_metadata", "static_labels", "labeldrop", "labelallow")
_SOURCES = ("syslog", "journal", "loki_push_api")
Block = list[str]


_SOURCE = "promtail/promtail-config.yml"
_NOTE = "// It was never loaded by an Alloy where it was made.\n\n"


def render(config: Config) -> str:
    """Return the text. Raises StageError for a secret, which would stand in it."""
    blocks = [block for job in config.scrape_configs for block in _of_job(job, config)]
    blocks += [_client(number, client) for number, client in enumerate(config.clients)]
    return head("//", _SOURCE) + _NOTE + "\n".join("\n".join(block) + "\n" for block in blocks)


def render_file(path: Path) -> str:
    """Return the text for a file of Promtail's, whose variables have their defaults.

    Raises DiagnosticsError, StageError.
    """
    return render(load(path, {}))


def _of_job(job: ScrapeConfig, config: Config) -> Iterator[Block]:
    name = _identifier(job.job_name)
    writers = [f"loki.write.{_client_name(n)}.receiver" for n in range(len(config.clients))]
    to = f"[{', '.join(writers)}]"
    if job.pipeline_stages:
        stages = [line for stage in job.pipeline_stages for line in _stage(stage)]
        yield _block(f'loki.process "{name}"', [f"forward_to = {to}", *stages])
        to = f"[loki.process.{name}.receiver]"
    if job.relabel_configs:
        rules = [line for rule in job.relabel_configs for line in _rule(rule)]
        targets = _targets(job) if job.static_configs else ["targets = []"]
        yield _block(f'discovery.relabel "{name}"', [*targets, *rules])
    yield from _files(job, name, to)
    rules_of = [f"relabel_rules = discovery.relabel.{name}.rules"] if job.relabel_configs else []
    for number, discovery in enumerate(job.docker_sd_configs):
        label = f"{name}_{number}" if number else name
        host = [
            f"host = {_text(discovery.host)}",
            f"refresh_interval = {_text(discovery.refresh_interval)}",
        ]
        yield _block(f'discovery.docker "{label}"', [*host, *_filters(discovery.filters)])
        targets = [f"targets = discovery.docker.{label}.targets", f"forward_to = {to}"]
        yield _block(f'loki.source.docker "{label}"', [*host, *targets, *rules_of])
    if job.syslog:
        listener = _block(
            "listener",
            _attributes(job.syslog, {"listen_address": "address", "listen_protocol": "protocol"}),
        )
        yield _block(f'loki.source.syslog "{name}"', [*listener, f"forward_to = {to}", *rules_of])
    if job.journal:
        attributes = _attributes(job.journal, {"json": "format_as_json"})
        yield _block(
            f'loki.source.journal "{name}"', [*attributes, f"forward_to = {to}", *rules_of]
        )
    if job.loki_push_api:
        server = job.loki_push_api.server
        address = [
            f"listen_address = {_text(server.http_listen_address)}",
            f"listen_port = {server.http_listen_port}",
        ]
        attributes = [a for a in _attributes(job.loki_push_api) if not a.startswith("server ")]
        http = _block("http", address)
        yield _block(
            f'loki.source.api "{name}"', [*http, *attributes, f"forward_to = {to}", *rules_of]
        )


def _files(job: ScrapeConfig, name: str, to: str) -> Iterator[Block]:
    if not job.static_configs:
        return
    paths = _targets(job, "path_targets")
    if job.relabel_configs:
        paths = [f"path_targets = discovery.relabel.{name}.output"]
    yield _block(f'local.file_match "{name}"', paths)
    lines = [f"targets = local.file_match.{name}.targets", f"forward_to = {to}"]
    if job.tail_from_end:
        lines.append("tail_from_end = true")
    if job.decompression.enabled:
        lines += _block("decompression", _attributes(job.decompression))
    yield _block(f'loki.source.file "{name}"', lines)


def _targets(job: ScrapeConfig, name: str = "targets") -> Block:
    return [f"{name} = [", *(f"  {_map(static.labels)}," for static in job.static_configs), "]"]


def _filters(filters: Sequence[Any]) -> Block:
    return [line for f in filters for line in _block("filter", _attributes(f))]


def _rule(rule: Relabel) -> Block:
    return _block("rule", _attributes(rule))


def _stage(stage: Stage) -> Block:
    name, content = stage.one()
    word = f"stage.{_NAMES.get(name, name)}"
    if name in _VALUES:
        return _block(word, [f"values = {_value(content)}"])
    if name == "metrics":
        return _block(word, [line for n, m in content.items() for line in _metric(n, m)])
    if name == "match":
        inner = [line for one in content.stages for line in _stage(one)]
        return _block(word, [*_attributes(content, leave_out=("stages",)), *inner])
    lines = _attributes(content)
    if name == "pack":
        lines.append("ingest_timestamp = false")
    return _block(word, lines)


def _metric(name: str, definition: MetricDefinition) -> Block:
    lines = [f"name = {_text(name)}", *_attributes(definition, leave_out=("type", "config"))]
    # A histogram's does the only thing that it can.
    is_histogram = definition.type.lower() == "histogram"
    lines += _attributes(definition.config, leave_out=("action",) if is_histogram else ())
    return _block(f"metric.{definition.type.lower()}", lines)


def _client(number: int, client: Client) -> Block:
    """Return what writes to a client; nothing is given up after any number of refusals."""
    secrets = [client.bearer_token, client.basic_auth.password if client.basic_auth else ""]
    if any(secrets):
        raise StageError(
            f"clients: {client.url}: a secret is to be in a file, for Alloy to read it"
        )
    backoff = client.backoff_config
    endpoint = [
        *_attributes(
            client,
            leave_out=(
                "name",
                "batchwait",
                "batchsize",
                "timeout",
                "external_labels",
                "backoff_config",
                "basic_auth",
                "tls_config",
            ),
        ),
        f"batch_wait = {_text(client.batchwait)}",
        f'batch_size = "{client.batchsize}B"',
        f"remote_timeout = {_text(client.timeout)}",
        f"min_backoff_period = {_text(backoff.min_period)}",
        f"max_backoff_period = {_text(backoff.max_period)}",
        "max_backoff_retries = 0",
    ]
    for name in ("basic_auth", "tls_config"):
        if (part := getattr(client, name)) is not None:
            endpoint += _block(name, _attributes(part))
    labels = [f"external_labels = {_map(client.external_labels)}"] if client.external_labels else []
    name = _client_name(number)
    return _block(f'loki.write "{name}"', [*_block("endpoint", endpoint), *labels])


def _client_name(number: int) -> str:
    return f"client_{number}" if number else "default"


def _attributes(
    part: Any, names: Mapping[str, str] | None = None, leave_out: Sequence[str] = ()
) -> Block:
    """Return what is not left as it is by default."""
    lines = []
    for field in fields(part):
        value = getattr(part, field.name)
        default = field.default if field.default is not NODEFAULT else field.default_factory
        default = default() if callable(default) else default
        if field.name not in leave_out and value is not UNSET and value != default:
            lines.append(f"{(names or {}).get(field.name, field.name)} = {_value(value)}")
    return lines


def _block(head: str, lines: Sequence[str]) -> Block:
    """Return a block, one within another farther to the right.

    >>> _block("stage.docker", []), _block("a", ["b = 1"])
    (['stage.docker { }'], ['a {', '  b = 1', '}'])
    """
    return [f"{head} {{", *(f"  {line}" for line in lines), "}"] if lines else [f"{head} {{ }}"]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _map(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, int | float) else _text(value or "")


def _map(values: Mapping[str, str | None]) -> str:
    """Return a map; a key that is no identifier stands in quotes."""
    pairs = (
        f"{key if key.isidentifier() else _text(key)} = {_text(value or '')}"
        for key, value in values.items()
    )
    return "{" + ", ".join(pairs) + "}"


def _text(text: str) -> str:
    return json.dumps(str(text), ensure_ascii=False)


def _identifier(name: str) -> str:
    """Return a job's name as the label of a component.

    >>> _identifier("nginx-access")
    'nginx_access'
    """
    return re.sub(r"[^A-Za-z0-9_]", "_", name)
