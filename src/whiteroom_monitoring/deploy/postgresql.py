"""A cluster of PostgreSQL in the data folder, for a component with the initializer ``postgresql``.

Its roles are one that owns the database, one that may look and not touch, and one that may log.
"""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import Program

ACCOUNT = "postgres"
DATABASE = "whiteroom"
BACKEND_ROLE = "whiteroom_backend"
EXPORTER_ROLE = "whiteroom_exporter"
CANARY_ROLE = "whiteroom_canary"
CLUSTER = "{data}/postgresql"


def program(name: str) -> Program:
    """Return a program of the version that has made the cluster, else of the newest."""
    return Program(
        (f"/usr/lib/postgresql/*/bin/{name}", name),
        "install Debian's package postgresql",
        version_file=f"{CLUSTER}/PG_VERSION",
    )
