"""The machine's own logs by the real programs: rsyslog and journald, run by hand."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.log_store import running_store
from tests.support.offsets import free_offset
from tests.support.projects import WHITE_ROOM
from tests.support.shipper import running_shipper, write_config
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.components import machine_logs
from whiteroom_monitoring.deploy.host import machine_syslog, preparation
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent, resolve
from whiteroom_monitoring.deploy.registry import load, port_numbers
from whiteroom_monitoring.logs.canaries import writing
from whiteroom_monitoring.logs.canaries.config import Canary

WITHIN_S = 120
COMPONENTS = {component.name: component for component in machine_logs.COMPONENTS}
SHIPPED = WHITE_ROOM.files.folder / "promtail/promtail-config.yml"


@pytest.fixture
def places() -> Iterator[Placeholders]:
    """The places of a stack, whose path is short enough for sockets below it."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        Path(folder, "data/run").mkdir(parents=True)
        ports = port_numbers(load(WHITE_ROOM))
        yield Placeholders(
            StackPaths(Path(folder) / "data", free_offset(), ports), None, WHITE_ROOM
        )


def _resolved(name: str, places: Placeholders) -> ResolvedComponent:
    component = COMPONENTS[name]
    resolved = resolve(component, component.variants[0], places)
    if not resolved.program_found:
        pytest.skip(f"{name} is not installed")
    return resolved


@contextlib.contextmanager
def _running(command: tuple[str, ...], ready: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command) as process:
        try:
            wait_until(ready.exists, WITHIN_S)
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _job(name: str, **source: object) -> dict[str, object]:
    """Return a job of the shipped configuration with another source, and none of its masks."""
    jobs = yaml.safe_load(SHIPPED.read_text("utf-8"))["scrape_configs"]
    [job] = [job for job in jobs if job["job_name"] == name]
    return {**job, name: {**job[name], **source}}


def _log(place: Path, *words: str) -> None:
    subprocess.run(["logger", "--socket", str(place), *words], check=True)


def test_what_programs_say_to_rsyslog_is_stored(tmp_path: Path, places: Placeholders) -> None:
    """With its priority, its program and the microsecond, also what came while the shipper was not
    there; a canary takes the same way."""
    rsyslog = _resolved("rsyslog", places)
    preparation.prepare(rsyslog, places)
    place = Path(places.fill(machine_logs.SYSLOG_SOCKET))
    port = places.paths.port("syslog")
    job = _job("syslog", listen_address=f"127.0.0.1:{port}")
    began_ns = time.time_ns()
    with running_store(tmp_path / "store") as store, _running(rsyslog.command, place):
        for number in range(100):
            _log(place, "--tag", "looper", "--priority", "user.err", f"waits {number}")
        with running_shipper(write_config(tmp_path, store.port, [job])) as shipper:
            wait_until(shipper.is_serving, WITHIN_S)
            _log(place, "--tag", "looper", "--priority", "daemon.warning", "a line: of two")
            writing.write(Canary("syslog", syslog=f"unix://{place}"), time.time_ns())
            wait_until(lambda: len(store.lines('{job="syslog"}')) >= 101, WITHIN_S)
            wait_until(lambda: len(store.lines('{job="canary"}')) == 1, WITHIN_S)
        lines = store.lines('{job="syslog", service="looper", level="error"}')
        assert {text for _, text in lines} == {f"waits {n}" for n in range(100)}
        # rsyslog 8.2302 sends the first message of an outage again.
        assert len(lines) <= 101
        [(_, text)] = store.lines('{job="syslog", service="looper", level="warning"}')
        assert text == "a line: of two"
        times = [int(time_ns) for time_ns, _ in lines]
        assert all(began_ns - 1e9 < t < time.time_ns() for t in times)
        # Below the microsecond is the place of a line; milliseconds would have nothing above it.
        assert len({t // 1000 % 1000 for t in times}) > 10


def test_dev_log_is_the_stacks_where_nobody_has_it(
    places: Placeholders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rsyslog takes the machine's socket where no other program does, and the stack may."""
    taken, free, link = tmp_path / "taken", tmp_path / "free", tmp_path / "link"
    link.symlink_to(taken)
    monkeypatch.setattr(machine_syslog.machine, "may_serve_machine", lambda paths: True)
    places.paths.run.joinpath("rsyslog").mkdir(parents=True)
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as server:
        server.bind(str(taken))
        answers = []
        for path in (taken, free, link):
            monkeypatch.setattr(machine_syslog, "SOCKET", path)
            machine_syslog.initialize(places)
            text = Path(places.fill(machine_logs.MACHINE_SYSLOG)).read_text()
            answers.append("imuxsock" in text)
    assert answers == [False, True, False]


@pytest.fixture
def journald() -> Iterator[tuple[Path, Path]]:
    """A journald of its own name space: its socket, and its folder of entries."""
    if os.getuid() != 0:
        pytest.skip("only root may run journald")
    program = _resolved("journald", Placeholders(StackPaths(Path("/"), 0, {}), None)).command[0]
    name = f"wrtest{os.getpid()}"
    number = Path("/etc/machine-id").read_text().strip()
    run, entries = Path(f"/run/systemd/journal.{name}"), Path(f"/run/log/journal/{number}.{name}")
    settings = Path(f"/run/systemd/journald@{name}.conf.d")
    settings.mkdir(parents=True)
    [file] = COMPONENTS["journald"].files
    (settings / "whiteroom.conf").write_text(file.text)
    try:
        with _running((program, name), run / "socket"):
            yield run / "socket", entries
    finally:
        for folder in (run, entries, settings):
            shutil.rmtree(folder, ignore_errors=True)


def test_what_programs_say_to_the_journal_is_stored(
    tmp_path: Path, journald: tuple[Path, Path]
) -> None:
    """Each entry once, with its priority and its program, also over the end of a shipper."""
    place, entries = journald
    job = _job("journal", path=str(entries))
    with running_store(tmp_path / "store") as store:
        config = write_config(tmp_path, store.port, [job])
        for life in range(2):
            for number in range(20):
                _send(place, f"life {life} entry {number}")
            with running_shipper(config):
                wait_until(
                    lambda life=life: len(store.lines('{service="looper"}')) == 20 * (life + 1),
                    WITHIN_S,
                )
        writing.write(Canary("journal", journal=str(place)), time.time_ns())
        with running_shipper(config):
            wait_until(lambda: len(store.lines('{job="canary"}')) == 1, WITHIN_S)
        lines = [text for _, text in store.lines('{service="looper", level="error"}')]
        assert len(lines) == len(set(lines)) == 40
        assert all(re.fullmatch(r"life \d entry \d+", text) for text in lines)


def _send(place: Path, text: str) -> None:
    entry = f"MESSAGE={text}\nPRIORITY=3\nSYSLOG_IDENTIFIER=looper\n".encode()
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as datagrams:
        datagrams.sendto(entry, str(place))
