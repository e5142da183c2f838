"""The shipper as a process, with a real store or with targets that refuse."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.log_store import RunningStore, running_store
from tests.support.ports import free_ports
from tests.support.shipper import running_shipper, write_config
from tests.support.wait import wait_until

WITHIN_S = 90


class Refusing:
    """A target that answers what a function says of the lines of a push, and keeps the others."""

    def __init__(self, status: Callable[[list[str]], int]) -> None:
        self.held: set[tuple[str, str]] = set()
        self.pushes = 0
        target = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                values = [tuple(v[:2]) for stream in body["streams"] for v in stream["values"]]
                answer = status([text for _, text in values])
                target.pushes += 1
                if answer == 204:
                    target.held.update(values)
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])

    def texts(self) -> list[str]:
        """Return the lines that were taken."""
        return sorted(text for _, text in list(self.held))


@contextlib.contextmanager
def _refusing(status: Callable[[list[str]], int]) -> Iterator[Refusing]:
    target = Refusing(status)
    thread = threading.Thread(target=target.server.serve_forever)
    thread.start()
    try:
        yield target
    finally:
        target.server.shutdown()
        thread.join()
        target.server.server_close()


def _files(folder: Path, name: str = "a") -> dict[str, Any]:
    labels = {"job": name, "__path__": f"{folder}/{name}.log"}
    return {"job_name": name, "static_configs": [{"labels": labels}]}


def test_refused_lines_go_to_the_dead_letters_and_the_others_on(tmp_path: Path) -> None:
    """What a target refuses for good is kept with its answer and counted; the rest is taken."""
    lines = [f"line {n}" for n in range(50)]
    (tmp_path / "a.log").write_text("\n".join([*lines[:20], "bad", *lines[20:], ""]), "utf-8")
    with _refusing(lambda texts: 400 if "bad" in texts else 204) as target:
        config = write_config(tmp_path, target.port, [_files(tmp_path)])
        with running_shipper(config) as shipper:
            wait_until(lambda: target.texts() == sorted(lines), within_s=WITHIN_S)
            refused = 'log_shipper_lines_refused_total{source="a",status="400"} 1\n'
            wait_until(lambda: refused in shipper.metrics(), within_s=WITHIN_S)
    letters = (tmp_path / "positions.dead-letters.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(letter)["value"][1] for letter in letters] == ["bad"]
    assert json.loads(letters[0])["status"] == 400


@pytest.mark.parametrize("status", [429, 503])
def test_what_may_pass_is_tried_again(tmp_path: Path, status: int) -> None:
    """After 429 and 5xx nothing is lost and nothing refused; other sources are not held up."""
    is_full = threading.Event()
    is_full.set()

    def answer(texts: list[str]) -> int:
        return status if is_full.is_set() and "held" in texts else 204

    (tmp_path / "a.log").write_text("held\n", "utf-8")
    (tmp_path / "b.log").write_text("free\n", "utf-8")
    with _refusing(answer) as target:
        jobs = [_files(tmp_path, "a"), _files(tmp_path, "b")]
        with running_shipper(write_config(tmp_path, target.port, jobs)) as shipper:
            wait_until(lambda: target.texts() == ["free"], within_s=WITHIN_S)
            retried = f'log_shipper_retries_total{{source="a",status="{status}"}}'
            wait_until(lambda: retried in shipper.metrics(), within_s=WITHIN_S)
            waited = f'log_shipper_waiting_seconds{{source="a",target="127.0.0.1:{target.port}"}}'
            wait_until(lambda: _value(shipper.metrics(), waited) > 1, within_s=WITHIN_S)
            is_full.clear()
            wait_until(lambda: target.texts() == ["free", "held"], within_s=WITHIN_S)
            wait_until(lambda: _value(shipper.metrics(), waited) == 0, within_s=WITHIN_S)
    assert not (tmp_path / "positions.dead-letters.jsonl").exists()


def _value(exposition: str, series: str) -> float:
    lines = exposition.splitlines()
    return next((float(n.split()[-1]) for n in lines if n.startswith(f"{series} ")), -1.0)


def _send(port: int, kind: int, *messages: bytes) -> None:
    with socket.socket(socket.AF_INET, kind) as client:
        client.connect(("127.0.0.1", port))
        for message in messages:
            client.sendall(message)


def _syslog_job(port: int, protocol: str, style: str) -> dict[str, Any]:
    rules = [
        {"source_labels": [f"__syslog_message_{name}"], "target_label": name}
        for name in ("app_name", "severity", "hostname")
    ]
    config = {"listen_address": f"127.0.0.1:{port}", "listen_protocol": protocol}
    labels = {"labels": {"job": "syslog"}, "syslog_format": style}
    return {"job_name": protocol, "syslog": {**config, **labels}, "relabel_configs": rules}


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[RunningStore]:
    with running_store(tmp_path / "store") as store:
        yield store


def _texts(store: RunningStore, query: str) -> list[str]:
    start = (int(time.time()) - 3600) * 10**9
    return sorted(text for _, text in store.lines(query, start=start))


def test_syslog_of_every_kind(tmp_path: Path, store: RunningStore) -> None:
    """RFC 5424 and 3164 arrive by UDP and by TCP, framed by lines and by counts."""
    tcp, udp = free_ports(2)
    jobs = [_syslog_job(tcp, "tcp", "rfc5424"), _syslog_job(udp, "udp", "rfc3164")]
    new = b'<165>1 2026-01-02T03:04:05.123456Z host app 42 ID [x@1 k="v"] new style'
    counted = b"<11>1 - host app - - - counted\nin two lines"
    with running_shipper(write_config(tmp_path, store.port, jobs)) as shipper:
        wait_until(shipper.is_serving, within_s=WITHIN_S)
        _send(tcp, socket.SOCK_STREAM, new + b"\n", b"%d %s" % (len(counted), counted))
        _send(udp, socket.SOCK_DGRAM, b"<34>Oct 11 22:14:15 box su[7]: old style")
        expected = ["counted\nin two lines", "new style", "old style"]
        wait_until(lambda: _texts(store, '{job="syslog"}') == expected, within_s=WITHIN_S)
    assert _texts(store, '{app_name="su", severity="critical", hostname="box"}') == ["old style"]


def test_a_push_is_acknowledged_when_the_store_has_it(tmp_path: Path, store: RunningStore) -> None:
    """A push gets 204 when its lines are in the store; pushed again, they are there once."""
    (port,) = free_ports(1)
    receiver = {"server": {"http_listen_port": port}, "use_incoming_timestamp": True}
    job = {"job_name": "pushes", "loki_push_api": {**receiver, "labels": {"via": "shipper"}}}
    values = [[str(time.time_ns()), "pushed", {"trace_id": "a1"}]]
    body = json.dumps({"streams": [{"stream": {"job": "p"}, "values": values}]}).encode()
    with running_shipper(write_config(tmp_path, store.port, [job])) as shipper:
        wait_until(shipper.is_serving, within_s=WITHIN_S)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/loki/api/v1/push", body, {"Content-Type": "application/json"}
        )
        for _ in range(2):
            with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
                assert answer.status == 204
            assert _texts(store, '{job="p", via="shipper"} | trace_id="a1"') == ["pushed"]
        request.data = b"{"
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request, timeout=WITHIN_S)


def test_who_floods_waits_alone(tmp_path: Path, store: RunningStore) -> None:
    """While sources bring more than can be stored, a line of another one is there at once."""
    names = ["a", "b", "calm"]
    for name in names:
        (tmp_path / f"{name}.log").touch()
    config = write_config(tmp_path, store.port, [_files(tmp_path, name) for name in names])
    is_over = threading.Event()

    def flood(name: str) -> None:
        block = "".join(f"{name} {number} {'x' * 100}\n" for number in range(2000))
        with (tmp_path / f"{name}.log").open("a") as file:
            for _ in range(300):
                if is_over.wait(0.02):
                    return
                file.write(block)

    with running_shipper(config) as shipper:
        wait_until(shipper.is_serving, within_s=WITHIN_S)
        threads = [threading.Thread(target=flood, args=(name,)) for name in names[:2]]
        for thread in threads:
            thread.start()
        waited_s = []
        try:
            for number in range(5):
                time.sleep(0.5)
                began = time.monotonic()
                with (tmp_path / "calm.log").open("a") as file:
                    file.write(f"line {number}\n")
                text = f"line {number}"
                wait_until(lambda t=text: t in _texts(store, '{job="calm"}'), within_s=WITHIN_S)
                waited_s.append(time.monotonic() - began)
            sent = 'log_shipper_lines_sent_total{source="a"}'
            written = (tmp_path / "a.log").read_bytes().count(b"\n")
            behind = written - _value(shipper.metrics(), sent)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    # 2 s are promised; the machine of a test is busy otherwise.
    assert sorted(waited_s)[len(waited_s) // 2] < 2
    assert behind > 0
