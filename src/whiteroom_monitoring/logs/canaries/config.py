"""How a line is made to appear at each source, as `promtail/canaries.yml` says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from whiteroom_monitoring.logs.shipper.errors import InvalidConfigError
from whiteroom_monitoring.logs.shipper.loading import load_as


class Part(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A mapping of the configuration."""


class Postgresql(Part, frozen=True):
    """A server by the folder of its socket, and who asks it to log: a role without a password."""

    socket: str
    role: str
    database: str = "postgres"
    port: int = 5432


class Canary(Part, frozen=True):
    """One source, by its job of the shipper, and the one way in which a line comes to it.

    ``file`` is a file of the canary's own that the job reads, ``http`` an address that the server
    logs requests of, ``syslog`` ``tcp://HOST:PORT``, ``udp://HOST:PORT`` or ``unix:///PATH``,
    ``journal`` the journal's socket, ``containers`` that of a Docker API.
    """

    job_name: str
    file: str = ""
    format: Literal["json", "logfmt"] = "json"
    http: str = ""
    postgresql: Postgresql | None = None
    syslog: str = ""
    journal: str = ""
    containers: str = ""

    def ways(self) -> int:
        """Return how many ways it has."""
        sockets = (self.postgresql, self.syslog, self.journal, self.containers)
        return sum(1 for way in (self.file, self.http, *sockets) if way)


class Canaries(Part, frozen=True):
    """All sources that have one."""

    canaries: list[Canary] = []


def load(
    path: Path, jobs: Collection[str] | None, variables: Mapping[str, str] | None = None
) -> Canaries:
    """Return the canaries of a file, which are of ``jobs`` where these are known.

    Raises DiagnosticsError, InvalidConfigError.
    """
    config = load_as(path, Canaries, variables)
    problems = []
    for number, canary in enumerate(config.canaries):
        name = canary.job_name
        if jobs is not None and name not in jobs:
            problems.append(f"{path}: canary {name}: the shipper has no job of this name")
        if name in {other.job_name for other in config.canaries[:number]}:
            problems.append(f"{path}: canary {name}: there are two, expected one for each job")
        if canary.ways() != 1:
            problems.append(
                f"{path}: canary {name}: found {canary.ways()} of file, http, postgresql, syslog, "
                "journal and containers, expected one"
            )
    if problems:
        raise InvalidConfigError(problems)
    return config
