"""Writes a canary at its source: to a file, or by letting a program of the machine log a line."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import time
import urllib.parse
from datetime import UTC, datetime
from pathlib import Path

import orjson

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.canaries import marker, postgresql
from whiteroom_monitoring.logs.canaries.config import Canary
from whiteroom_monitoring.logs.shipper.sources.docker_api import DockerApi

WAIT_S = 2.0
# The label of the container that prints canaries, whose other lines are nobody's.
CONTAINER_LABEL = "whiteroom.canary"
# A canary's own file is renamed when it is longer: rotation is part of the way.
FILE_BYTES = 256 * 1024


class SourceAbsentError(MonitoringError):
    """The source of a canary is not there, for this reason: it is no news, and no loss."""


def write(canary: Canary, written_ns: int) -> None:
    """Write a canary. Raises SourceAbsentError, and OSError where the source takes none."""
    source = canary.job_name
    if canary.file:
        _append(Path(canary.file), canary, written_ns)
    elif canary.http:
        _request(f"{canary.http}/{marker.WORD}/{source}/{written_ns}")
    elif canary.postgresql:
        _raise_log(canary, written_ns)
    elif canary.syslog:
        _send_syslog(canary.syslog, source, written_ns)
    elif canary.journal:
        _send_journal(canary.journal, marker.text(source, written_ns))
    else:
        _print(canary.containers, marker.text(source, written_ns))


def make_folders(canaries: list[Canary]) -> None:
    """Make what files of canaries stand in. Raises OSError."""
    for canary in canaries:
        if canary.file:
            Path(canary.file).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            os.close(os.open(canary.file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))


def rotate(canary: Canary) -> None:
    """Rename a canary's file that is long, and make a new one. Raises OSError."""
    path = Path(canary.file)
    if path.stat().st_size > FILE_BYTES:
        path.rename(path.with_name(f"{path.name}.1"))
        make_folders([canary])


def _append(path: Path, canary: Canary, written_ns: int) -> None:
    """Add a line to a file that is there: who else writes one does not make it their own."""
    text = marker.text(canary.job_name, written_ns)
    if canary.format == "json":
        line = orjson.dumps({"time": _time(written_ns), "level": "debug", "message": text})
    else:
        line = f'time={_time(written_ns)} level=debug msg="{text}"'.encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SourceAbsentError(f"there is no {path}") from error
    try:
        os.write(descriptor, line + b"\n")
    finally:
        os.close(descriptor)


def _time(written_ns: int) -> str:
    moment = datetime.fromtimestamp(written_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{written_ns % 10**9:09}Z"


def _syslog_time(written_ns: int) -> str:
    """Return a time as syslog(3) writes it, in the machine's zone."""
    return time.strftime("%b %e %H:%M:%S", time.localtime(written_ns // 10**9))


def _request(url: str) -> None:
    address = urllib.parse.urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=WAIT_S)
    with contextlib.closing(connection):
        try:
            connection.request("GET", address.path)
            connection.getresponse().read()
        except ConnectionRefusedError as error:
            raise SourceAbsentError(f"nothing answers at {address.netloc}") from error
        except http.client.HTTPException as error:
            raise OSError(f"{address.netloc}: {type(error).__name__} {error}") from error


def _raise_log(canary: Canary, written_ns: int) -> None:
    assert canary.postgresql is not None
    server = canary.postgresql
    path = f"{server.socket}/.s.PGSQL.{server.port}"
    words = (marker.WORD, canary.job_name, str(written_ns))
    try:
        postgresql.raise_log(path, server.role, server.database, words, WAIT_S)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise SourceAbsentError(f"nothing answers at {path}") from error
    except postgresql.PostgresError as error:
        raise SourceAbsentError(f"{path}: {error}") from error


def _send_syslog(url: str, source: str, written_ns: int) -> None:
    """Send a message of the facility local7 and the severity debug.

    To a network, it is one of RFC 5424; to a socket of this machine, what syslog(3) sends.
    """
    address = urllib.parse.urlsplit(url)
    if address.scheme == "unix":
        text = f"<191>{_syslog_time(written_ns)} {marker.WORD}: {marker.text(source, written_ns)}"
        _send_datagram(address.path, text.encode(), "syslog")
        return
    message = (
        f"<191>1 {_time(written_ns)[:26]}Z - {marker.WORD} - - - {marker.text(source, written_ns)}"
    ).encode()
    if address.scheme == "udp":
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as datagrams:
            datagrams.sendto(message, (address.hostname or "", address.port or 514))
        return
    to = (address.hostname or "", address.port or 514)
    with contextlib.closing(socket.create_connection(to, timeout=WAIT_S)) as connection:
        connection.sendall(b"%d %s" % (len(message), message))


def _send_journal(path: str, text: str) -> None:
    """Send an entry. Source: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/"""
    fields = f"MESSAGE={text}\nPRIORITY=7\nSYSLOG_IDENTIFIER={marker.WORD}\n".encode()
    _send_datagram(path, fields, "journal")


def _send_datagram(path: str, data: bytes, taker: str) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as datagrams:
        datagrams.settimeout(WAIT_S)
        try:
            datagrams.sendto(data, path)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise SourceAbsentError(f"there is no {taker} at {path}") from error


def _print(path: str, text: str) -> None:
    """Let the first process of the container of canaries print a line."""
    api = DockerApi(path)
    filters = {"label": [f"{CONTAINER_LABEL}=true"], "status": ["running"]}
    try:
        containers = api.containers(filters)
        if not containers:
            raise SourceAbsentError(f"no container runs with the label {CONTAINER_LABEL}=true")
        api.execute(containers[0]["Id"], ("/bin/sh", "-c", f"echo '{text}' > /proc/1/fd/1"))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise SourceAbsentError(f"there is no {path}") from error
    except (http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise OSError(f"{path}: {type(error).__name__}: {error}") from error
