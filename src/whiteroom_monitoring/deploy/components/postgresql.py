"""PostgreSQL for the reference app: a cluster of its own in the data folder, on a Unix socket.

Who may log in is decided by the operating system's user (peer authentication), so that there is no
password: https://www.postgresql.org/docs/15/auth-peer.html
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.accounts import EXPORTER, POSTGRES, account, make_folder, user_name
from whiteroom_monitoring.deploy.component import Component, Program
from whiteroom_monitoring.deploy.components import reference_app
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import MonitoringError

DATABASE = "whiteroom"
BACKEND_ROLE = "whiteroom_backend"
EXPORTER_ROLE = "whiteroom_exporter"

# What a database of a few thousand accounts needs; the monitoring shares the machine with it.
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "50",
    # In the cluster's folder: what a killed server leaves in /dev/shm, nobody removes.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "32MB",
    "log_min_duration_statement": "1s",
}
_ROLES = f"""\
CREATE ROLE {BACKEND_ROLE} LOGIN;
CREATE DATABASE {DATABASE} OWNER {BACKEND_ROLE};
CREATE ROLE {EXPORTER_ROLE} LOGIN IN ROLE pg_monitor;
"""


class DatabaseError(MonitoringError):
    """The database's files can't be made or used."""


def socket_folder(paths: StackPaths) -> Path:
    """Return the folder of the server's socket, which clients take for the host's name."""
    return paths.run / "postgresql"


def folder(paths: StackPaths) -> Path:
    """Return the folder of the cluster."""
    return paths.data / "postgresql"


def connection(paths: StackPaths, role: str, database: str = DATABASE) -> str:
    """Return the connection string of a role, without a password because there is none."""
    return f"host={socket_folder(paths)} user={role} dbname={database}"


def component(paths: StackPaths) -> Component:
    """Return the server."""
    settings = {**_SETTINGS, "unix_socket_directories": str(socket_folder(paths))}
    return Component(
        "postgresql",
        1,
        _program(paths, "postgres"),
        ("-D", str(folder(paths)), *(w for s in settings.items() for w in ("-c", "=".join(s)))),
        probe=(
            _program(paths, "pg_isready").find() or "pg_isready",
            *("-q", "-h", str(socket_folder(paths))),
        ),
        of_app=True,
        user=account(POSTGRES),
        prepare=lambda: prepare(paths),
        absent=_reason_against(),
        # Fast: with TERM it would wait until its clients leave of themselves.
        stop_signal="INT",
    )


def prepare(paths: StackPaths) -> None:
    """Make the cluster with its roles, unless it is there. Raises DatabaseError."""
    owner = account(POSTGRES)
    make_folder(socket_folder(paths), owner, mode=0o755)
    if not (folder(paths) / "PG_VERSION").is_file():
        unfinished = folder(paths).with_name("postgresql.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        make_folder(unfinished, owner)
        _make_cluster(paths, unfinished)
        shutil.rmtree(folder(paths), ignore_errors=True)
        unfinished.replace(folder(paths))
    _write_access(folder(paths))


def _make_cluster(paths: StackPaths, cluster: Path) -> None:
    initdb = _program(paths, "initdb").find() or "initdb"
    options = ("-U", POSTGRES, "--auth=peer", "-E", "UTF8", "--no-locale")
    _run([initdb, "-D", str(cluster), *options])
    # A server that serves nobody but its standard input: it needs no socket and no waiting.
    server = _program(paths, "postgres").find() or "postgres"
    _run([server, "--single", "-D", str(cluster), POSTGRES], _ROLES)


def _run(command: Sequence[str], said: str = "") -> None:
    done = subprocess.run(
        command,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        user=account(POSTGRES),
        group=account(POSTGRES),
        extra_groups=[] if account(POSTGRES) else None,
        cwd="/",
    )
    # In single-user mode a failed statement is an ERROR, but not an exit status.
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise DatabaseError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def _write_access(cluster: Path) -> None:
    """Say which user of the operating system may be which role."""
    roles = {
        POSTGRES: account(POSTGRES),
        BACKEND_ROLE: None,
        EXPORTER_ROLE: account(EXPORTER),
    }
    lines = [f"whiteroom {user_name(name)} {role}\n" for role, name in roles.items()]
    _write(cluster / "pg_hba.conf", "local all all peer map=whiteroom\n")
    _write(cluster / "pg_ident.conf", "".join(lines))


def _write(path: Path, text: str) -> None:
    path.write_text("# Written by `whiteroom up`.\n" + text, encoding="utf-8")
    path.chmod(0o600)
    if owner := account(POSTGRES):
        shutil.chown(path, owner, owner)


def _program(paths: StackPaths, name: str) -> Program:
    """Return a program of the version that has made the cluster, else of the newest."""
    try:
        versions = [(folder(paths) / "PG_VERSION").read_text().strip()]
        remedy = f"the database was made by version {versions[0]}: install postgresql-{versions[0]}"
    except OSError:
        found = Path("/usr/lib/postgresql").glob("[0-9]*")
        versions = sorted((path.name for path in found), key=float, reverse=True)
        remedy = "install Debian's package postgresql"
    candidates = [f"/usr/lib/postgresql/{version}/bin/{name}" for version in versions]
    return Program((*candidates, name), remedy)


def _reason_against() -> str:
    if os.getuid() == 0 and account(POSTGRES) is None:
        return f"PostgreSQL refuses to run as root, and there is no user {POSTGRES}"
    return reference_app.missing()
