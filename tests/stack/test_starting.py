"""A start ends green or leaves nothing."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.wait import wait_until


@pytest.fixture
def new_stack(make_new_stack):
    """A stack that does not run yet."""
    return make_new_stack()


def test_port_in_use(new_stack) -> None:
    """A port in use is named with its holder, exit status 1, and nothing is started."""
    port = new_stack.paths.port("alertmanager")
    with socket.create_server(("127.0.0.1", port)):
        command = new_stack.start("up", "--without-app")
        said = command.communicate(timeout=60)[1]
    assert command.returncode == 1
    assert f"port {port} (alertmanager) is in use by process" in said
    assert "python" in said or "pytest" in said
    # The port itself was taken by this test, which has given it back.
    assert new_stack.leftovers() == []


@pytest.mark.parametrize("after_s", [0.4, 2.0, 5.0])
def test_interrupted(new_stack, after_s: float) -> None:
    """Ctrl-C at any moment of a start leaves nothing of it."""
    command = new_stack.start("up", "--without-app")
    time.sleep(after_s)
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=60)
    # An interpreter that has not begun yet is ended by the signal: to a shell, that is 130, too.
    assert command.returncode in (130, -signal.SIGINT), err
    assert "Traceback" not in out + err
    assert new_stack.leftovers() == []


def test_interrupted_within_an_exec(tmp_path: Path) -> None:
    """The exit status is 130, too, when Ctrl-C comes while Python executes a text, as in making a
    dataclass: Python would end itself by the signal instead."""
    (tmp_path / "interrupted.py").write_text("""
import sys
from whiteroom_monitoring.cli import main as cli
from whiteroom_monitoring.cli import status

def run(arguments):
    exec("raise KeyboardInterrupt")

status.run = run
sys.exit(cli.main(["status"]))
""")
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (130, b"whiteroom: interrupted\n")


def test_two_at_once(new_stack) -> None:
    """Of two starts at once, one does the work and the other says who is at work."""
    first = new_stack.start("up", "--without-app")
    held = new_stack.paths.run / "command.lock"
    wait_until(lambda: held.read_text() == str(first.pid), 30)
    second = new_stack.start("up", "--without-app")
    said = second.communicate(timeout=60)[1]
    assert second.returncode == 1
    assert f"process {first.pid} " in said
    assert "at work" in said
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_component_that_can_not_start(new_stack, tmp_path: Path, monkeypatch) -> None:
    """A component that ends three times right after its start fails `up`, with its output."""
    program = tmp_path / "whiteroom-engine"
    program.write_text("#!/bin/sh\necho no sound card today\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("WHITEROOM_ENGINE", str(program))
    command = new_stack.start("up")
    said = command.communicate(timeout=90)[1]
    assert command.returncode == 1
    assert "engine could not be started" in said
    assert said.count("no sound card today") >= 3
    assert new_stack.leftovers() == []


def test_absent_services_are_said(new_stack, monkeypatch) -> None:
    """What is missing or not wanted is left out with what needs it, and the rest is green."""
    monkeypatch.setenv("WHITEROOM_ENGINE", "/nowhere/whiteroom-engine")
    said = new_stack.run("up", "--without", "redis", "--without", "nginx", check=False)
    assert "left out: engine: /nowhere/whiteroom-engine was not found; build it" in said
    content = new_stack.status()
    assert content["ok"]
    assert content["left_out"].keys() == {
        *("jack", "engine", "frontend", "journald"),
        *("redis", "redis-exporter", "nginx", "nginx-exporter", "musicians"),
    }
    assert content["left_out"]["musicians"] == "it needs nginx"
    report = json.loads(new_stack.run("verify", "--json", "--wait", "0", check=False))
    skipped = {check["id"] for check in report["checks"] if check["state"] == "skipped"}
    assert {"services.cache", "services.web", "engine.callbacks"} <= skipped


def test_the_engine_runs_alone_without_the_front_end(new_stack) -> None:
    """Without the front end the C++ program runs and is scraped, and `verify` says that it does."""
    new_stack.run("up", "--without", "frontend", "--without", "postgresql", "--without", "redis")
    engine = new_stack.component("engine")
    assert Path(f"/proc/{engine['pid']}/exe").resolve().name == "whiteroom-engine"
    report = json.loads(new_stack.run("verify", "--json", "--wait", "0", check=False))
    seen = {check["id"]: (check["state"], check["seen"]) for check in report["checks"]}
    alone = "the C++ engine runs alone: not wanted (--without)"
    assert seen["frontend.host"] == ("skipped", alone)
    assert seen["targets.present"][0] == "ok"


def test_core_is_not_left_out(new_stack) -> None:
    """The monitoring's core can't be left out, and unknown names are answered with the known."""
    said = new_stack.run("up", "--without", "prometheus", check=False)
    assert "prometheus is required and cannot be left out" in said
    assert "--without mysql: expected " in new_stack.run("up", "--without", "mysql", check=False)


def test_stack_without_app(new_stack, make_new_stack) -> None:
    """Two stacks run beside each other, one of them without the application."""
    new_stack.run("up", "--without-app")
    assert [c for c in new_stack.status()["components"] if c["of_app"]] == []
    other = make_new_stack()
    other.run("up", "--without-app")
    assert new_stack.status()["ok"]
    assert other.status()["ok"]
