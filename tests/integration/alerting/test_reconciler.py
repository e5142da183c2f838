"""With a real Alertmanager: what it leaves open is ended, and the next trouble wakes somebody."""

from __future__ import annotations

import datetime
import http.server
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.http import get_text
from tests.support.ports import free_port
from tests.support.wait import stays_true, wait_until
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.configuration.alertmanager_config import call_reconciler
from whiteroom_monitoring.reconciler import notification_log
from whiteroom_monitoring.reconciler.incidents import AGAIN_S, INACTIVE_S
from whiteroom_monitoring.reconciler.notification_journal import NotifiedGroups, Told
from whiteroom_monitoring.reconciler.service import Reconciler, utc_now
from whiteroom_monitoring.reconciler.silence_snapshot import SilenceSnapshotError, restore_silences
from whiteroom_monitoring.reconciler.silences import Journal

ARRIVES_S = 20
ALERT = {
    "labels": {"alertname": "DiskSpaceLow", "service": "machine", "priority": "P0"},
    "annotations": {"summary": "/: 5 % free, under 10 %"},
}
# Keeps Alertmanager from seeming forgotten; P3, so that it opens no incident.
WATCHDOG = {"labels": {"alertname": "Watchdog", "service": "monitoring", "priority": "P3"}}


def _ended() -> dict[str, Any]:
    now = utc_now()
    start = now - datetime.timedelta(minutes=1)
    return {**ALERT, "startsAt": start.isoformat(), "endsAt": now.isoformat()}


def _silence() -> dict[str, Any]:
    now = utc_now()
    return {
        "matchers": [
            {"name": "alertname", "value": "DiskSpaceLow", "isRegex": False, "isEqual": True}
        ],
        "startsAt": now.isoformat(),
        "endsAt": (now + datetime.timedelta(hours=1)).isoformat(),
        "createdBy": "test",
        "comment": "a new disk",
    }


@pytest.fixture(params=["installed", pytest.param("newer", marks=pytest.mark.long)])
def way(send_through: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    """An Alertmanager of each generation that repeats nothing while a test lasts."""

    def seldom(content: dict[str, Any]) -> None:
        for route in (content["route"], *content["route"]["routes"]):
            route["repeat_interval"] = "1h"

    return send_through(request.getfixturevalue(request.param), seldom)


class _Ready(http.server.BaseHTTPRequestHandler):
    """A Prometheus that is ready, and whose newest sample is a second old."""

    def do_GET(self) -> None:
        result = [{"metric": {}, "value": [0, "1"]}]
        data = {"resultType": "vector", "result": result}
        body = json.dumps({"status": "success", "data": data}).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def ready() -> Iterator[str]:
    """The address of a Prometheus that is well."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def reconciler(way: Any, ready: str, tmp_path: Path) -> Reconciler:
    """A reconciler whose clock is the test's. Prometheus' place is taken by one that is well."""
    return Reconciler(
        HttpClient("Prometheus", ready),
        AlertmanagerClient.at(way.alertmanager),
        way.data / notification_log.FILE_NAME,
        way.config,
        tmp_path / "reconciler",
    )


def _pass(way: Any, reconciler: Reconciler, start_s: float) -> None:
    """Let 3 min pass for the reconciler, with both servers well."""
    way.send(WATCHDOG)
    for moment in (start_s, start_s + INACTIVE_S / 2, start_s + INACTIVE_S):
        reconciler.step(moment, utc_now())


def _states(way: Any) -> list[str]:
    return sorted(incident["state"] for incident in way.incidents())


def _paged(way: Any, *states: str) -> None:
    wait_until(lambda: _states(way) == sorted(states), ARRIVES_S, lambda: _states(way))


def _written(way: Any) -> None:
    """Wait until Alertmanager's log on the disk has the page."""
    path = way.data / notification_log.FILE_NAME
    wait_until(
        lambda: [n for n in notification_log.read(path) if n.firing and "pager" in n.receiver],
        ARRIVES_S,
        path,
    )


def test_what_ends_while_it_is_silenced_is_ended(way: Any, reconciler: Reconciler) -> None:
    """Alertmanager never says that it is over; the reconciler does, and the next one is new."""
    way.send(ALERT)
    _paged(way, "triggered")
    _written(way)
    silence = reconciler.alertmanager.create_silence(_silence())
    way.send(_ended())
    # As long as it is silenced, nobody hears that it has ended.
    stays_true(lambda: _states(way) == ["triggered"], 3)
    _pass(way, reconciler, 0)
    _paged(way, "resolved")
    # When the silence is over, Alertmanager's own log is put right as well, or it would take the
    # next alert for the one that it has told of.
    reconciler.alertmanager.expire_silence(silence)
    _pass(way, reconciler, AGAIN_S + INACTIVE_S)
    path = way.data / notification_log.FILE_NAME
    wait_until(
        lambda: not any(n.firing for n in notification_log.read(path) if "pager" in n.receiver),
        ARRIVES_S,
        path,
    )
    way.send(ALERT)
    _paged(way, "resolved", "triggered")


def test_what_ends_while_alertmanager_is_dead_is_ended(way: Any, reconciler: Reconciler) -> None:
    """A killed Alertmanager knows of no alert; without one for 3 min, the incident is over."""
    way.send(ALERT)
    _paged(way, "triggered")
    _written(way)
    way.kill()
    way.restart()
    stays_true(lambda: _states(way) == ["triggered"], 2)
    _pass(way, reconciler, 0)
    _paged(way, "resolved")
    way.send(ALERT)
    _paged(way, "resolved", "triggered")


def test_what_goes_on_stays_open(way: Any, reconciler: Reconciler) -> None:
    """Firing, silenced or not, is not over, however long it takes."""
    way.send(ALERT)
    _paged(way, "triggered")
    _written(way)
    for start_s in (0, 1000):
        _pass(way, reconciler, start_s)
        reconciler.alertmanager.create_silence(_silence())
    _pass(way, reconciler, 2000)
    assert _states(way) == ["triggered"]


@pytest.fixture
def address(way: Any, tmp_path: Path) -> Iterator[str]:
    """Where a reconciler of its own process serves Alertmanager's API for silences."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "whiteroom_monitoring", "reconciler", "--port", str(port)),
            *("--prometheus", way.alertmanager, "--alertmanager", way.alertmanager),
            *("--alertmanager-data", way.data, "--alertmanager-config", way.config),
            *("--data", tmp_path / "served"),
            # Not that of a stack which may run here.
            *("--alertmanager-password-file", tmp_path / "none"),
            *("--prometheus-password-file", tmp_path / "none"),
        ]
    )
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: get_text(f"{url}/-/healthy"), ARRIVES_S, "the reconciler")
    yield url
    process.terminate()
    assert process.wait(ARRIVES_S) == 0


@pytest.fixture
def forgetful(
    way: Any, address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[bool], None]]:
    """Kills Alertmanager and starts it again; it writes nothing down, and calls the reconciler.

    Whether what it has told is restored is up to the caller.
    """
    way.kill()
    programs = request.getfixturevalue(request.node.callspec.params["way"])
    content = yaml.safe_load(way.config.read_text())
    call_reconciler(content, address, {})
    way.config.write_text(yaml.safe_dump(content))
    command = [
        *(programs.alertmanager, "--cluster.listen-address="),
        *(f"--config.file={way.config}", f"--storage.path={way.data}"),
        *("--data.maintenance-interval=1h", f"--web.listen-address={way.alertmanager[7:]}"),
    ]
    restoring = [
        *(sys.executable, "-m", "whiteroom_monitoring", "restore-notifications"),
        *("--alertmanager-data", way.data, "--alertmanager-config", way.config),
        *("--data", tmp_path / "served", "--"),
    ]
    running: list[subprocess.Popen[bytes]] = []

    def again(restored: bool) -> None:
        for process in running:
            process.kill()
            process.wait(ARRIVES_S)
        running[:] = [subprocess.Popen([*restoring, *command] if restored else command)]
        wait_until(lambda: get_text(f"{way.alertmanager}/-/ready"), ARRIVES_S, "Alertmanager")

    yield again
    for process in running:
        process.kill()
        process.wait(ARRIVES_S)


def _told(tmp_path: Path) -> list[Told]:
    entries = NotifiedGroups(tmp_path / "served").entries()
    return [told for (receiver, _), told in entries.items() if "pager" in receiver]


@pytest.mark.parametrize("restored", [True, False])
def test_what_ends_after_a_kill_that_forgot_it_is_over(
    way: Any, forgetful: Callable[[bool], None], tmp_path: Path, restored: bool
) -> None:
    """Told, killed before it was written down, over when Alertmanager is back: resolved at once.

    Without the journal, the incident would stay open for ever.
    """
    forgetful(restored)
    way.send(ALERT)
    _paged(way, "triggered")
    wait_until(lambda: [told.firing for told in _told(tmp_path)] == [True], ARRIVES_S)
    forgetful(restored)
    way.send(_ended())
    if restored:
        _paged(way, "resolved")
    else:
        stays_true(lambda: _states(way) == ["triggered"], 3)


def test_what_fires_again_after_a_kill_that_forgot_its_end_pages(
    way: Any, forgetful: Callable[[bool], None], tmp_path: Path
) -> None:
    """Resolved, killed before that was written down, firing anew: somebody is woken at once.

    Without the journal, Alertmanager would take it for what it has told, and wait for 5 to 30 min.
    """
    way.restart()
    way.send(ALERT)
    _paged(way, "triggered")
    _written(way)
    forgetful(True)
    way.send(ALERT)
    wait_until(lambda: [told.firing for told in _told(tmp_path)] == [True], ARRIVES_S)
    assert _states(way) == ["triggered"]
    way.send(_ended())
    _paged(way, "resolved")
    wait_until(lambda: [told.firing for told in _told(tmp_path)] == [False], ARRIVES_S)
    forgetful(True)
    way.send(ALERT)
    _paged(way, "resolved", "triggered")


def test_a_silence_survives_every_kill(way: Any, address: str) -> None:
    """Killed the moment that a silence was answered, Alertmanager has it again; an end, too."""
    reconciler = AlertmanagerClient.at(address)
    manager = AlertmanagerClient.at(way.alertmanager)

    def active() -> list[Any]:
        return [s for s in manager.silences() if s["status"]["state"] == "active"]

    made = reconciler.create_silence(_silence())
    way.kill()
    way.restart()
    (kept,) = wait_until(active, ARRIVES_S)
    assert kept["comment"] == "a new disk"
    # By the id that was answered, whatever Alertmanager calls it now.
    reconciler.expire_silence(made)
    way.kill()
    way.restart()
    wait_until(lambda: not active(), ARRIVES_S)
    stays_true(lambda: not active(), 2)
    assert "reconciler_silences_total" in get_text(f"{address}/metrics")


def test_a_silence_is_there_when_alertmanager_starts(way: Any, tmp_path: Path) -> None:
    """What a killed Alertmanager had not written down, it has from its first moment on, under the
    same id; what was ended meanwhile is over."""
    manager, journal = AlertmanagerClient.at(way.alertmanager), Journal(tmp_path / "silences")
    identifier = "8d1cd5ca-0a91-4d6c-9d9c-3f2e39a60a1f"
    matchers = [
        {"name": "disk", "value": f"sd{index}.*", "isRegex": is_regex, "isEqual": is_equal}
        for index, (is_regex, is_equal) in enumerate(itertools.product((False, True), repeat=2))
    ]
    written = {**_silence(), "matchers": matchers}
    journal.keep(identifier, written)
    way.kill()
    assert restore_silences(way.data / "silences", journal, utc_now()) == 1
    way.restart()
    (silence,) = manager.silences()
    assert (silence["id"], silence["status"]["state"]) == (identifier, "active")
    assert {key: silence[key] for key in ("matchers", "comment", "createdBy")} == {
        key: written[key] for key in ("matchers", "comment", "createdBy")
    }
    wait_until((way.data / "silences").stat, ARRIVES_S)
    way.kill()
    journal.end(identifier, utc_now())
    assert restore_silences(way.data / "silences", journal, utc_now()) == 1
    assert restore_silences(way.data / "silences", journal, utc_now()) == 0
    way.restart()
    assert [s["status"]["state"] for s in manager.silences()] == ["expired"]


def test_a_snapshot_that_can_not_be_read_stays(tmp_path: Path) -> None:
    """What is none is named and left to Alertmanager, which is started all the same."""
    journal, snapshot = Journal(tmp_path / "journal"), tmp_path / "silences"
    journal.keep("a", _silence())
    snapshot.write_bytes(b"\xff\xff")
    with pytest.raises(SilenceSnapshotError):
        restore_silences(snapshot, journal, utc_now())
    assert snapshot.read_bytes() == b"\xff\xff"
