"""Promtail's configuration as types: what is not here is not supported, and refused by name.

Source: https://grafana.com/docs/loki/latest/send-data/promtail/configuration/ (3.x)
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from whiteroom_monitoring.logs.shipper.endpoints import Client, HttpServer, Labels, Server

# One expression by the name that it fills; None means the same name.
Expressions = dict[str, str | None]
Texts = str | list[str]


class Part(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A mapping of the configuration."""


class Positions(Part, frozen=True):
    """The file that remembers what has been acknowledged, and how often it is written."""

    filename: str = "/var/lib/whiteroom/shipper/positions.json"
    sync_period: str = "10s"


class Relabel(Part, frozen=True):
    """A rule about labels, as in Prometheus."""

    source_labels: list[str] = []
    separator: str = ";"
    target_label: str = ""
    regex: str = "(.*)"
    modulus: int = 0
    replacement: str = "$1"
    action: Literal[
        "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop",
        "labelkeep", "lowercase", "uppercase",
    ] = "replace"  # fmt: skip


class JsonStage(Part, frozen=True):
    """``expressions`` are JMESPath's."""

    expressions: Expressions
    source: str = ""
    drop_malformed: bool = False


class LogfmtStage(Part, frozen=True):
    """``mapping`` names keys of the line by the names that they fill."""

    mapping: Expressions
    source: str = ""


class RegexStage(Part, frozen=True):
    """Named groups of an expression of RE2."""

    expression: str
    source: str = ""


class ReplaceStage(Part, frozen=True):
    """Replaces what the groups of an expression match, or the whole match where it has none."""

    expression: str
    source: str = ""
    replace: str = ""


class TemplateStage(Part, frozen=True):
    """A template of Go's, of which `go_template` says the part that is supported."""

    source: str
    template: str


class TimestampStage(Part, frozen=True):
    """When a line was written, by a layout of Go's."""

    source: str
    format: str
    fallback_formats: list[str] = []
    location: str = "UTC"
    action_on_failure: Literal["fudge", "skip"] = "fudge"


class OutputStage(Part, frozen=True):
    """What becomes the line."""

    source: str


class MatchStage(Part, frozen=True):
    """Stages for lines that a selector means."""

    selector: str
    stages: list[Stage] = []
    action: Literal["keep", "drop"] = "keep"
    pipeline_name: str = ""
    drop_counter_reason: str = "match_stage"


class DropStage(Part, frozen=True):
    """Conditions that all have to hold."""

    source: Texts = ""
    separator: str = ";"
    expression: str | None = None
    value: str | None = None
    older_than: str | None = None
    longer_than: str | int | None = None
    drop_counter_reason: str = "drop_stage"


class LimitStage(Part, frozen=True):
    """At most ``rate`` lines a second, ``burst`` at once: others wait, or are dropped."""

    rate: Annotated[float, Meta(gt=0)]
    burst: Annotated[int, Meta(gt=0)]
    drop: bool = False
    by_label_name: str = ""
    max_distinct_labels: int = 10_000


class MultilineStage(Part, frozen=True):
    """Lines that follow a first one belong to it."""

    firstline: str
    max_wait_time: str = "3s"
    max_lines: int = 128


class PackStage(Part, frozen=True):
    """Labels go into the line. Its time is its own: there is no ``ingest_timestamp: true``."""

    labels: list[str]
    ingest_timestamp: Literal[False] = False


class TenantStage(Part, frozen=True):
    """Whose line it is, from a label, a field or a word."""

    label: str = ""
    source: str = ""
    value: str = ""


class MetricConfig(Part, frozen=True):
    """What a metric does with a line."""

    action: Literal["inc", "dec", "set", "add", "sub"] | UnsetType = UNSET
    value: str | None = None
    match_all: bool = False
    count_entry_bytes: bool = False
    buckets: list[float] = []


class MetricDefinition(Part, frozen=True):
    """A metric that a pipeline keeps; a series that is idle for ``max_idle_duration`` ends."""

    type: Literal["Counter", "counter", "Gauge", "gauge", "Histogram", "histogram"]
    description: str = ""
    source: str = ""
    prefix: str = "promtail_custom_"
    max_idle_duration: str = ""
    config: MetricConfig = MetricConfig()


class DockerStage(Part, frozen=True):
    """A line of Docker's log files."""


class CriStage(Part, frozen=True):
    """A line of a container runtime's log files, of which several may be one that it has cut."""

    max_partial_lines: Annotated[int, Meta(gt=0)] = 100
    max_partial_line_size: Annotated[int, Meta(ge=0)] = 0
    max_partial_line_size_truncate: bool = False


class Stage(Part, frozen=True):
    """One stage: exactly one of these."""

    cri: CriStage | None = None
    docker: DockerStage | None = None
    drop: DropStage | None = None
    json: JsonStage | None = None
    labelallow: list[str] | None = None
    labeldrop: list[str] | None = None
    labels: Expressions | None = None
    limit: LimitStage | None = None
    logfmt: LogfmtStage | None = None
    match: MatchStage | None = None
    metrics: dict[str, MetricDefinition] | None = None
    multiline: MultilineStage | None = None
    output: OutputStage | None = None
    pack: PackStage | None = None
    regex: RegexStage | None = None
    replace: ReplaceStage | None = None
    static_labels: Labels | None = None
    structured_metadata: Expressions | None = None
    template: TemplateStage | None = None
    tenant: TenantStage | None = None
    timestamp: TimestampStage | None = None

    def one(self) -> tuple[str, Any]:
        """Return name and content of the stage that is given. Raises ValueError."""
        names = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        if len(names) != 1:
            raise ValueError(f"found {' and '.join(names) or 'none'}, expected one stage")
        return names[0], getattr(self, names[0])


class StaticConfig(Part, frozen=True):
    """Labels; ``__path__`` and ``__path_exclude__`` among them are patterns of files."""

    labels: Labels = {}
    targets: list[str] = []


class Decompression(Part, frozen=True):
    """Whether files of a pattern are compressed, and how.

    A file is read when it was not written to for ``initial_delay``.
    """

    enabled: bool = False
    initial_delay: str = "0s"
    format: Literal["", "gz", "z", "bz2", "xz", "zst"] = ""


class FileWatch(Part, frozen=True):
    """How often files are looked at: the more seldom, the longer there is nothing new."""

    min_poll_frequency: str = "250ms"
    max_poll_frequency: str = "250ms"


class Syslog(Part, frozen=True):
    """A receiver of syslog."""

    listen_address: str
    listen_protocol: Literal["tcp", "udp"] = "tcp"
    idle_timeout: str = "120s"
    label_structured_data: bool = False
    labels: Labels = {}
    use_incoming_timestamp: bool = False
    use_rfc5424_message: bool = False
    syslog_format: Literal["rfc5424", "rfc3164"] = "rfc5424"
    max_message_length: int = 8192


class Journal(Part, frozen=True):
    """The systemd journal, as journalctl tells it."""

    json: bool = False
    max_age: str = "7h"
    labels: Labels = {}
    path: str = ""
    matches: str = ""


class PushServer(HttpServer, frozen=True, kw_only=True):
    """Where a push receiver listens."""

    http_listen_port: int
    http_listen_address: str = "127.0.0.1"


class PushReceiver(Part, frozen=True):
    """Takes pushes of Loki's API."""

    server: PushServer
    labels: Labels = {}
    use_incoming_timestamp: bool = False


class DockerFilter(Part, frozen=True):
    """A filter of the Docker API."""

    name: str
    values: list[str]


class DockerDiscovery(Part, frozen=True):
    """The containers of a Docker API at a socket."""

    host: str
    refresh_interval: str = "5s"
    filters: list[DockerFilter] = []
    # What addresses of containers are made of, which logs have none of.
    port: int = 80
    host_networking_host: str = "localhost"


class ScrapeConfig(Part, frozen=True):
    """A job: where its lines come from, and what is done with them."""

    job_name: str
    pipeline_stages: list[Stage] = []
    relabel_configs: list[Relabel] = []
    static_configs: list[StaticConfig] = []
    decompression: Decompression = Decompression()
    syslog: Syslog | None = None
    journal: Journal | None = None
    loki_push_api: PushReceiver | None = None
    docker_sd_configs: list[DockerDiscovery] = []
    tail_from_end: bool = False


class TargetConfig(Part, frozen=True):
    """How often patterns are looked at for new files."""

    sync_period: str = "1s"


class GlobalConfig(Part, frozen=True):
    """What holds for all jobs."""

    file_watch_config: FileWatch = FileWatch()


class Tracing(Part, frozen=True):
    """Traces of Promtail itself, of which there are none."""

    enabled: Literal[False] = False


class Config(Part, frozen=True):
    """A file of Promtail's configuration."""

    clients: Annotated[list[Client], Meta(min_length=1)]
    scrape_configs: list[ScrapeConfig] = []
    positions: Positions = Positions()
    server: Server = Server()
    target_config: TargetConfig = TargetConfig()
    tracing: Tracing = Tracing()
    global_config: GlobalConfig = field(default=GlobalConfig(), name="global")
