"""Makes the cluster of PostgreSQL with its database and roles, as the stack's own user may."""

from __future__ import annotations

import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.component import APP_ACCOUNT
from whiteroom_monitoring.deploy.components.node_exporter import EXPORTER_ACCOUNT
from whiteroom_monitoring.deploy.components.shipper import ACCOUNT as SHIPPER_ACCOUNT
from whiteroom_monitoring.deploy.host import machine, owned_files
from whiteroom_monitoring.deploy.host.accounts import account, make_folder, user_name
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.postgresql import (
    ACCOUNT,
    BACKEND_ROLE,
    CANARY_ROLE,
    CLUSTER,
    DATABASE,
    EXPORTER_ROLE,
    program,
)
from whiteroom_monitoring.errors import MonitoringError

# What makes the roles, one step for each version of this program that has wanted another one.
_ROLES = (
    f"""\
CREATE ROLE {BACKEND_ROLE} LOGIN;
CREATE DATABASE {DATABASE} OWNER {BACKEND_ROLE};
CREATE ROLE {EXPORTER_ROLE} LOGIN IN ROLE pg_monitor;
""",
    # It logs a line of one line: neither the statement nor its context.
    f"""\
CREATE ROLE {CANARY_ROLE} LOGIN CONNECTION LIMIT 3;
ALTER ROLE {CANARY_ROLE} SET log_min_error_statement = panic;
ALTER ROLE {CANARY_ROLE} SET log_error_verbosity = terse;
""",
)
# How many of the steps a cluster has; without the file, the first.
_STEPS = "whiteroom-roles"


class DatabaseError(MonitoringError):
    """The database's files can't be made or used."""


def initialize(places: Placeholders) -> None:
    """Make the cluster with its roles, unless it is there. Raises DatabaseError."""
    owner = account(ACCOUNT)
    cluster = Path(places.fill(CLUSTER))
    if not (cluster / "PG_VERSION").is_file():
        unfinished = cluster.with_name(f"{cluster.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        make_folder(unfinished, owner)
        _make_cluster(places, unfinished)
        shutil.rmtree(cluster, ignore_errors=True)
        unfinished.replace(cluster)
    # One that runs gets its roles when it is started next.
    elif not (cluster / "postmaster.pid").exists():
        _add_roles(places, cluster)
    _write_access(cluster, places)


def _make_cluster(places: Placeholders, cluster: Path) -> None:
    initdb = machine.find(program("initdb"), places) or "initdb"
    options = ("-U", ACCOUNT, "--auth=peer", "-E", "UTF8", "--no-locale")
    _run([initdb, "-D", str(cluster), *options])
    _add_roles(places, cluster, 0)


def _add_roles(places: Placeholders, cluster: Path, steps: int = 1) -> None:
    """Make the roles that the cluster does not have yet, after those of so many ``steps``."""
    path = cluster / _STEPS
    if path.exists():
        steps = int(path.read_text("utf-8").split()[-1])
    if steps == len(_ROLES):
        return
    # A server that serves nobody but its standard input: it needs no socket and no waiting.
    server = machine.find(program("postgres"), places) or "postgres"
    _run([server, "--single", "-D", str(cluster), ACCOUNT], "".join(_ROLES[steps:]))
    _write(path, f"{len(_ROLES)}\n")


def _run(command: Sequence[str], statements: str = "") -> None:
    done = subprocess.run(
        command,
        input=statements,
        capture_output=True,
        text=True,
        check=False,
        user=account(ACCOUNT),
        group=account(ACCOUNT),
        extra_groups=[] if account(ACCOUNT) else None,
        cwd="/",
    )
    # In single-user mode a failed statement is an ERROR, but not an exit status.
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise DatabaseError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def _write_access(cluster: Path, places: Placeholders) -> None:
    """Say which user of the operating system may be which role."""
    roles = [
        (ACCOUNT, account(ACCOUNT)),
        (BACKEND_ROLE, account(APP_ACCOUNT, places.separate)),
        (EXPORTER_ROLE, account(EXPORTER_ACCOUNT)),
        (CANARY_ROLE, account(SHIPPER_ACCOUNT, places.separate)),
        # Who runs `whiteroom verify`.
        (CANARY_ROLE, None),
    ]
    lines = dict.fromkeys(f"whiteroom {user_name(name)} {role}\n" for role, name in roles)
    _write(cluster / "pg_hba.conf", "local all all peer map=whiteroom\n")
    _write(cluster / "pg_ident.conf", "".join(lines))


def _write(path: Path, text: str) -> None:
    name = account(ACCOUNT)
    owner = pwd.getpwnam(name) if name else None
    ids = (owner.pw_uid, owner.pw_gid) if owner else (-1, -1)
    owned_files.write(path, "# Written by `whiteroom up`.\n" + text, 0o600, *ids)
