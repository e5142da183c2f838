"""PostgreSQL for the reference app, and its exporter.

A cluster of its own in the data folder, on a Unix socket. Who may log in is decided by the
operating system's user (peer authentication), so that there is no password:
https://www.postgresql.org/docs/15/auth-peer.html
"""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    AccountRequired,
    CloneRequired,
    CommandProbe,
    Component,
    Container,
    Folder,
    HttpProbe,
    Package,
    Port,
    Variant,
    debian,
)
from whiteroom_monitoring.deploy.components.node_exporter import EXPORTER_ACCOUNT
from whiteroom_monitoring.deploy.components.prometheus import SMALL
from whiteroom_monitoring.deploy.postgresql import (
    ACCOUNT,
    CLUSTER,
    DATABASE,
    EXPORTER_ROLE,
    program,
)

# Clients take the folder of the server's socket for the host's name.
SOCKET_FOLDER = "{run}/postgresql"

# What a database of a few thousand accounts needs; the monitoring shares the machine with it.
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "50",
    # In the cluster's folder: what a killed server leaves in /dev/shm, nobody removes.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "32MB",
    "log_min_duration_statement": "1s",
    "unix_socket_directories": SOCKET_FOLDER,
}


def connection(role: str, database: str = DATABASE) -> str:
    """Return the connection string of a role, without a password because there is none."""
    return f"host={SOCKET_FOLDER} user={role} dbname={database}"


_SERVER = Component(
    "postgresql",
    stage=1,
    variants=(
        Variant(
            program("postgres"),
            (
                *("-D", CLUSTER),
                *(word for item in _SETTINGS.items() for word in ("-c", "=".join(item))),
            ),
            CommandProbe(program("pg_isready"), ("-q", "-h", SOCKET_FOLDER)),
            image="postgres",
        ),
    ),
    packages=(Package("postgresql", "the reference backend is left out"),),
    of_app=True,
    conditions=(
        AccountRequired(
            ACCOUNT, f"PostgreSQL refuses to run as root, and there is no user {ACCOUNT}"
        ),
        CloneRequired(),
    ),
    user=ACCOUNT,
    folders=(Folder(SOCKET_FOLDER, ACCOUNT, mode=0o755),),
    initializer="postgresql",
    # Fast: with TERM it would wait until its clients leave of themselves.
    stop_signal="INT",
)
_EXPORTER = Component(
    "postgres-exporter",
    stage=4,
    variants=(
        Variant(
            debian(
                "prometheus-postgres-exporter", "postgres_exporter", "prometheus-postgres-exporter"
            ),
            ("--web.listen-address", "{listen}:{port[postgres-exporter]}"),
            HttpProbe("/metrics"),
            # A role that may look and not touch.
            SMALL
            | {"DATA_SOURCE_NAME": f"{connection(EXPORTER_ROLE, 'postgres')} sslmode=disable"},
            image="prometheuscommunity/postgres-exporter",
            container=Container(
                environment=SMALL
                | {
                    "DATA_SOURCE_NAME": "${{WHITEROOM_POSTGRES:-host=/var/run/postgresql "
                    "user=prometheus dbname=postgres sslmode=disable}}"
                },
                mounts=("/var/run/postgresql:/var/run/postgresql",),
            ),
        ),
    ),
    ports=(Port("postgres-exporter", 9187),),
    provides="postgres",
    packages=(Package("prometheus-postgres-exporter", "nobody watches the database"),),
    needs=("postgresql",),
    user=EXPORTER_ACCOUNT,
)

COMPONENTS = (_SERVER, _EXPORTER)
