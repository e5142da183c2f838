"""Secrets on their way through the shipped configuration: none is in the store, of no source."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.docker_engine import frame, running_docker_engine
from tests.support.log_store import RunningStore, running_store
from tests.support.ports import free_ports
from tests.support.projects import WHITE_ROOM
from tests.support.shipper import running_shipper
from tests.support.wait import wait_until

MARK = "hunter2"
# One of each shape; tests/unit/logs/shipper/test_masks.py has all.
SECRETS = (
    f"password={MARK}",
    f"Authorization: Bearer {MARK}{MARK}",
    f"postgres://user:{MARK}@db/x",
    f"mail of {MARK}@example.com",
    f"Cookie: session={MARK}",
    f"cloned with ghp_{MARK * 4}",
    f"ALTER ROLE x PASSWORD '{MARK}'",
)
END = "the end"
JOBS = (
    *("engine", "frontend", "backend", "musicians", "nginx", "nginx-access", "postgresql"),
    *("monitoring", "syslog", "journal", "containers"),
)
_CONFIG = WHITE_ROOM.files.folder / "promtail/promtail-config.yml"
WITHIN_S = 120


def _json(moment: datetime, text: str) -> str:
    return json.dumps({"time": moment.isoformat(), "level": "info", "message": text})


def _files(folder: Path, texts: list[str], moment: datetime) -> None:
    """Write each log of the configuration in the form of its program."""
    log = folder / "log"
    log.mkdir()
    for name in ("engine", "frontend", "backend", "musicians"):
        lines = [_json(moment, text) for text in texts]
        (log / f"{name}.log").write_text("\n".join([*lines, ""]))
    plain = {
        log / "nginx.log": f"{moment:%Y/%m/%d %H:%M:%S} [error] 1#1: *1 ",
        log / "postgresql.log": f"{moment:%Y-%m-%d %H:%M:%S}.123 UTC [1] LOG:  ",
        log / "prometheus.log": f"ts={moment.isoformat()} level=info msg=",
    }
    for path, begin in plain.items():
        path.write_text("".join(f"{begin}{text}\n" for text in texts))
    requests = [{"time": f"{moment.timestamp():.3f}", "path": text} for text in texts]
    (log / "nginx-access.log").write_text("".join(f"{json.dumps(r)}\n" for r in requests))


def _journalctl(folder: Path, texts: list[str]) -> None:
    """Make a journalctl that prints entries, and stays."""
    now_us = time.time_ns() // 1000
    entries = [
        {
            "__CURSOR": f"s=1;i={number:x};b=2",
            "__REALTIME_TIMESTAMP": str(now_us + number),
            "MESSAGE": text,
        }
        for number, text in enumerate(texts)
    ]
    (folder / "entries").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    program = folder / "journalctl"
    program.write_text(f"#!/bin/sh\ncat {folder}/entries; exec sleep 600\n")
    program.chmod(0o755)


def _send_syslog(port: int, texts: list[str], moment: datetime) -> None:
    def send() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as receiver:
            for text in texts:
                message = f"<14>1 {moment.isoformat()} host app - - - {text}".encode()
                receiver.sendall(b"%d %s" % (len(message), message))
        return True

    wait_until(send, WITHIN_S)


def _arrived(store: RunningStore) -> set[str]:
    """Return the jobs whose last line is stored."""
    jobs = set()
    for job in JOBS:
        if any(END in text for _, text in store.lines(f'{{job="{job}"}}')):
            jobs.add(job)
    return jobs


def test_no_secret_reaches_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is marked is written to every source, and found in no line and no field of the store."""
    texts = [*SECRETS, END]
    moment = datetime.now(UTC)
    _files(tmp_path, texts, moment)
    _journalctl(tmp_path, texts)
    (syslog,) = free_ports(1)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("WHITEROOM_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("WHITEROOM_DATA", str(tmp_path))
    with (
        running_docker_engine(tmp_path / "docker.sock") as engine,
        running_store(tmp_path / "logs") as store,
    ):
        begin = moment.isoformat().encode() + b" "
        engine.containers["stay"] = b"".join(frame(1, begin + t.encode() + b"\n") for t in texts)
        text = _CONFIG.read_text("utf-8")
        for found, own in (
            ("127.0.0.1:3100", f"127.0.0.1:{store.port}"),
            ("127.0.0.1:1514", f"127.0.0.1:{syslog}"),
            ("/run/podman/podman.sock", f"{tmp_path}/docker.sock"),
        ):
            assert found in text
            text = text.replace(found, own)
        config = tmp_path / "promtail-config.yml"
        config.write_text(text)
        with running_shipper(config):
            _send_syslog(syslog, texts, moment)
            wait_until(
                lambda: _arrived(store) == set(JOBS),
                WITHIN_S,
                lambda: sorted(set(JOBS) - _arrived(store)),
            )
        stored = store.lines('{job=~".+"}')
        assert len(stored) == len(JOBS) * len(texts)
        assert sum("***" in line for _, line in stored) == len(JOBS) * len(SECRETS)
        whole = store.ask(
            "GET", "/loki/api/v1/query_range?limit=5000&query=%7Bjob%3D~%22.%2B%22%7D"
        )
        assert whole[0] == 200
        assert MARK.encode() not in whole[2]
