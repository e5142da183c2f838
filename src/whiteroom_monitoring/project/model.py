"""A project as types: what is read from `whiteroom.toml`, with every path made absolute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from whiteroom_monitoring.pager_path import ALERT

# What holds where a project says nothing.
METRICS_PATH = "/metrics"
NAMESPACE = "whiteroom::monitoring"
RUNBOOKS_URL = "/runbooks/"


class Tls(msgspec.Struct, frozen=True):
    """How an endpoint is met by HTTPS; the paths are files that Prometheus reads."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str = ""


class Credentials(msgspec.Struct, frozen=True):
    """What an endpoint asks for: a bearer token, or a user with a password, each in a file."""

    bearer_token_file: Path | None = None
    username: str = ""
    password_file: Path | None = None


class Dns(msgspec.Struct, frozen=True):
    """Addresses that come from DNS: records of ``type`` under ``name``; SRV brings the port."""

    name: str
    type: str = "SRV"
    port: int | None = None


class Program(msgspec.Struct, frozen=True):
    """A program that is monitored: the job that scrapes it, and where.

    Without ``addresses``, ``files`` and ``dns`` it is scraped where a component runs it, and not
    at all where none does. With a ``command`` the stack starts it, at ``port``.

    ``domains`` are domains of the catalogue that it records beside its own, ``optional_metrics``
    those metrics that it may lack while all is well, and ``rules`` the files of rules about it,
    which leave with it.
    """

    name: str
    service: str
    addresses: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    dns: tuple[Dns, ...] = ()
    command: tuple[str, ...] = ()
    port: int | None = None
    path: str = METRICS_PATH
    interval_s: int | None = None
    tls: Tls | None = None
    credentials: Credentials = Credentials()
    domains: tuple[str, ...] = ()
    optional_metrics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is found at an address, and thus started by somebody else."""
        return bool(self.addresses or self.files or self.dns)

    @property
    def place(self) -> str:
        """Where it is found, for people."""
        names = [record.name for record in self.dns]
        return ", ".join([*self.addresses, *self.files, *names])


class Files(msgspec.Struct, frozen=True):
    """Where the parts of the configuration are. What does not exist is not there.

    ``added_components`` are those of a configuration that a command names beside the project.
    """

    folder: Path
    prometheus: Path
    rules: Path
    rule_tests: Path
    objectives: Path
    covering: Path
    alertmanager: Path
    templates: Path
    grafana: Path
    boards: Path
    runbooks: Path
    components: Path
    probes: Path
    drills: Path
    env_file: Path
    added_components: Path | None = None

    @property
    def dashboards(self) -> Path:
        """The dashboards as Grafana's JSON."""
        return self.grafana / "dashboards"


class Outputs(msgspec.Struct, frozen=True):
    """Where `whiteroom generate` writes, below the project's root; empty is nowhere.

    ``namespace`` is the C++ namespace around the domains. ``cpp_sources`` and ``swift_interfaces``
    are the folders for the classes of catalogue/interfaces: of sources, and of Swift modules.
    """

    cpp: str = ""
    cpp_sources: str = ""
    namespace: str = NAMESPACE
    swift: str = ""
    swift_interfaces: str = ""
    python: str = ""
    reference: str = ""


class Priority(msgspec.Struct, frozen=True):
    """A priority of alerts; ``severity`` is its other label, ``answer`` says how soon and how.

    ``answer_within`` is a duration of Prometheus, or empty; ``needs_action`` is false for news,
    such as a deployment.
    """

    name: str
    severity: str
    answer: str = ""
    pages: bool = False
    needs_action: bool = True
    answer_within: str = ""


class Alerts(msgspec.Struct, frozen=True):
    """What alerts carry, and the alert that always fires.

    With ``declared``, the priorities are the project's own, and an alert may have no other.
    """

    priority_label: str
    labels: tuple[str, ...]
    annotations: tuple[str, ...]
    priorities: Mapping[str, Priority]
    watchdog: str
    declared: bool = False

    @property
    def severities(self) -> dict[str, str]:
        """The severity of each priority."""
        return {name: priority.severity for name, priority in self.priorities.items()}

    @property
    def paging(self) -> frozenset[str]:
        """The priorities that page somebody."""
        return frozenset(n for n, priority in self.priorities.items() if priority.pages)

    @property
    def needing_action(self) -> frozenset[str]:
        """The priorities of what somebody has to mend."""
        return frozenset(n for n, priority in self.priorities.items() if priority.needs_action)

    def priority(self, labels: Mapping[str, str]) -> str:
        """Return the priority of an alert with these labels, or nothing."""
        return labels.get(self.priority_label, "")

    def level(self, labels: Mapping[str, str]) -> str:
        """Return what an alert with these labels asks for: ``page``, ``act`` or ``news``.

        One without a priority, or with an unknown one, is for acting, unless it is the Watchdog or
        that of the pager path.
        """
        priority = self.priorities.get(self.priority(labels))
        if priority is None:
            return "news" if labels.get("alertname") in (self.watchdog, ALERT) else "act"
        if priority.pages:
            return "page"
        return "act" if priority.needs_action else "news"

    def urgency(self, labels: Mapping[str, str]) -> int:
        """Return what sorts alerts: the place of the priority among all, the unknown last."""
        names = list(self.priorities)
        name = self.priority(labels)
        return names.index(name) if name in names else len(names)

    @property
    def news(self) -> frozenset[str]:
        """The priorities of what is only to be read."""
        return frozenset(self.priorities) - self.needing_action


# What holds in a project that says nothing of its alerts.
DEFAULT_ALERTS = Alerts(
    priority_label="severity",
    labels=("severity",),
    annotations=("summary", "description"),
    priorities={
        priority.name: priority
        for priority in (
            Priority("critical", "critical", "Answer at once.", pages=True),
            Priority("warning", "warning", "Answer on the same day."),
            Priority("info", "info", "Nothing to do.", needs_action=False),
        )
    },
    watchdog="Watchdog",
)


class Runbooks(msgspec.Struct, frozen=True):
    """Where links to runbooks lead, and the parts that `check` wants of each."""

    url: str = RUNBOOKS_URL
    parts: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()


class Stack(msgspec.Struct, frozen=True):
    """What `whiteroom up` runs, and where. ``ports`` are numbers by name, without the offset."""

    data: Path | None = None
    port_offset: int = 0
    ports: Mapping[str, int] = {}
    without: tuple[str, ...] = ()
    reference_app: bool = True
    retention_time: str = "15d"
    retention_size: str = "10GB"


class Checks(msgspec.Struct, frozen=True):
    """Which checks are left out, and the metrics that may lack what a check asks for, with why."""

    without: tuple[str, ...] = ()
    missing_data: Mapping[str, str] = {}
    orphan_metrics: Mapping[str, str] = {}


class Project(msgspec.Struct, frozen=True):
    """A project. ``file`` is its `whiteroom.toml`, ``root`` the folder of that.

    ``catalogues`` are its own folders; ``bundled`` are the domains that it takes from those that
    come with the package. ``dashboards`` are slugs in the order in which people look.
    """

    file: Path
    root: Path
    name: str
    title: str
    catalogues: tuple[Path, ...]
    bundled: tuple[str, ...]
    outputs: Outputs
    files: Files
    programs: Mapping[str, Program]
    alerts: Alerts
    runbooks: Runbooks
    stack: Stack
    checks: Checks
    dashboards: tuple[str, ...] = ()

    def relative(self, path: Path) -> str:
        """Return a path as the project's files name it."""
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )

    def rank(self, slug: str) -> tuple[int, str]:
        """Return what sorts dashboards: those that are listed in their order, then by name."""
        listed = self.dashboards
        return (listed.index(slug) if slug in listed else len(listed), slug)
