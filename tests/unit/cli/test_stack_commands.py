"""The commands about a running stack: what they print, and how they end."""

from __future__ import annotations

import argparse
import io
import json
import signal
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.cli import (
    argument_types,
    logs,
    option_values,
    options,
    restart,
    status,
    verify,
)
from whiteroom_monitoring.cli import open as open_command
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import shutdown
from whiteroom_monitoring.deploy.running import status as stack_status
from whiteroom_monitoring.deploy.running.status import ComponentStatus, StackStatus
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.diagnostics import Check, CheckFailed
from whiteroom_monitoring.errors import UsageError

MEGABYTE = 1_000_000
HIGHEST_OFFSET = StackPaths(Path("/")).highest_offset


def _component(name: str, **changes: Any) -> ComponentStatus:
    values: dict[str, Any] = {
        "state": "running", "health": "ok", "address": "http://127.0.0.1:9090", "pid": 7,
        "uptime_seconds": 59, "restarts": 2, "resident_bytes": 40 * MEGABYTE,
        "version": "2.42", "of_app": False,
    }  # fmt: skip
    return ComponentStatus(name, **{**values, **changes})


@pytest.fixture
def running(stack: StackPaths, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the stack run with these components, under a supervisor of 5 MB if any."""

    def make(*components: ComponentStatus, supervisor: int | None = 1) -> None:
        known = stack_status.state.read(stack)
        monkeypatch.setattr(
            stack_status, "read", lambda paths: StackStatus(paths, supervisor, known, components)
        )
        monkeypatch.setattr(processes, "resident_bytes", lambda pid: 5 * MEGABYTE)

    return make


def test_status_has_a_row_for_each_component(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None]
) -> None:
    """Each component has its state, address, uptime, restarts, memory, version; the app's memory
    is not that of the monitoring, and what is wrong or left out is said below."""
    running(
        _component("prometheus"),
        _component("studio", of_app=True, uptime_seconds=None, address=None, health="no answer"),
    )
    ran = whiteroom("status", "--data", stack.data)
    assert ran.status == 1
    assert [line.split() for line in ran.lines[:3]] == [
        ["component", "state", "address", "uptime", "restarts", "memory", "version"],
        ["prometheus", "running", "http://127.0.0.1:9090", "59", "s", "2", "40", "MB", "2.42"],
        ["studio", "running", "-", "-", "2", "40", "MB", "2.42"],
    ]
    assert ran.lines[3:] == [
        "studio: no answer", "left out: nginx: no nginx", "the monitoring uses 45 MB"
    ]  # fmt: skip


def test_status_of_a_stack_that_is_well(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None]
) -> None:
    """When every component is well the exit status is 0, and nothing is said of health."""
    running(_component("prometheus"))
    ran = whiteroom("status", "--data", stack.data)
    assert (ran.status, "prometheus: " in ran.out) == (0, False)
    assert whiteroom("status", "--json", "--data", stack.data).json["ok"] is True


def test_status_says_which_process_it_is(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None]
) -> None:
    """A component's process is its number alone; one that is down or unknown is a message."""
    running(_component("prometheus", pid=77), _component("studio", pid=None))
    ran = whiteroom("status", "--pid", "prometheus", "--data", stack.data)
    assert (ran.status, ran.out) == (0, "77\n")
    ran = whiteroom("status", "--pid", "studio", "--data", stack.data)
    assert (ran.status, ran.out) == (1, "")
    assert "studio does not run" in ran.err
    ran = whiteroom("status", "--pid", "stodio", "--data", stack.data)
    assert ran.status == 2
    assert "no component has this name; expected prometheus, studio" in ran.err
    ran = whiteroom("status", "--pid", "studio", "--json", "--data", stack.data)
    assert (ran.status, "--pid excludes --watch and --json" in ran.err) == (2, True)


def test_verify_takes_the_configuration_that_was_started(
    stack: StackPaths, running: Callable[..., None], tmp_path: Path
) -> None:
    """After `up --config`, what is verified is that folder, with the project's own probes."""
    running(_component("prometheus"))
    known = stack_status.state.read(stack)
    assert known is not None
    folder = str(tmp_path / "other")
    stack_status.state.write(
        stack,
        structs.replace(known, project=str(WHITE_ROOM.file), configuration=folder),
    )
    project = option_values.running_project(argparse.Namespace(project=None), stack)
    assert project.files.dashboards == tmp_path / "other/grafana/dashboards"
    assert project.files.probes == WHITE_ROOM.files.probes
    named = option_values.running_project(argparse.Namespace(project=WHITE_ROOM.file), stack)
    assert named.files.dashboards == WHITE_ROOM.files.dashboards


def test_a_supervisor_that_is_gone_is_said(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None]
) -> None:
    """Without their supervisor nobody would restart the components."""
    running(_component("prometheus", state="orphaned"), supervisor=None)
    ran = whiteroom("status", "--data", stack.data)
    assert ran.status == 1
    assert ran.lines[-2].startswith("the supervisor is gone")
    assert ran.lines[-1] == "the monitoring uses 40 MB"


def test_status_of_nothing(whiteroom: Any, tmp_path: Path) -> None:
    """Where nothing runs, that is said with the way to start, and the status is a failure."""
    ran = whiteroom("status", "--data", tmp_path)
    assert (ran.status, ran.out) == (
        1,
        f"nothing runs in {tmp_path}; start with `whiteroom up --data {tmp_path}`\n",
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
    ],
)  # fmt: skip
def test_uptimes_are_written_shortly(seconds: int, expected: str) -> None:
    """Seconds below a minute, minutes below an hour, then both."""
    assert status._duration(seconds) == expected


def _args(*words: str) -> Any:
    parser = argparse.ArgumentParser()
    options.add_stack_options(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(("offset", "valid"), [
    (-1, False), (0, True), (HIGHEST_OFFSET, True), (HIGHEST_OFFSET + 1, False),
])  # fmt: skip
def test_an_offset_keeps_every_port_a_port(offset: int, valid: bool, whiteroom: Any) -> None:
    """The largest offset is that at which the highest port is still one."""
    if valid:
        assert options.paths_from(_args("--port-offset", str(offset))).port_offset == offset
        return
    ran = whiteroom("status", "--port-offset", offset)
    assert ran.status == 2
    assert f"--port-offset {offset}: expected 0 to {HIGHEST_OFFSET}" in ran.err


def test_without_an_offset_it_is_the_first_stack() -> None:
    """The first stack has the ports that White Room fixed."""
    assert options.paths_from(_args()).port_offset == 0


def test_logs_prints_the_last_lines(whiteroom: Any, stack: StackPaths) -> None:
    """As many lines as are asked for, by default fifty; none prints nothing at all."""
    written = [f"line {number}" for number in range(60)]
    (stack.log / "studio.log").write_text("\n".join(written) + "\n")
    place = ("--data", stack.data)
    assert whiteroom("logs", "studio", *place).lines == written[10:]
    assert whiteroom("logs", "studio", "--lines", 2, *place).lines == written[-2:]
    assert whiteroom("logs", "studio", "--lines", 0, *place).out == ""
    content = whiteroom("logs", "studio", "--lines", 1, "--json", *place).json
    assert content == {"component": "studio", "lines": ["line 59"]}


def test_logs_are_of_what_runs_or_could_run(whiteroom: Any, stack: StackPaths) -> None:
    """The supervisor has a log, too; a name that nothing has is refused with those that exist."""
    (stack.log / "supervisord.log").write_text("started\n")
    (stack.log / "inbox.log").write_text("serving\n")
    place = ("--data", stack.data)
    assert whiteroom("logs", "supervisord", *place).out == "started\n"
    assert whiteroom("logs", "inbox", *place).out == "serving\n"
    ran = whiteroom("logs", "nobody", *place)
    assert ran.status == 2
    assert "\nwhiteroom: nobody: expected " in ran.err
    assert whiteroom("logs", "prometheus", *place).status == 1


def test_logs_follows_when_it_is_asked(
    whiteroom: Any, stack: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Following prints the last lines first; as JSON there is no end to follow to."""
    (stack.log / "studio.log").write_text("one\n")
    followed: list[Path] = []
    monkeypatch.setattr(logs, "follow", followed.append)
    place = ("--data", stack.data)
    assert whiteroom("logs", "studio", *place).status == 0
    assert followed == []
    assert whiteroom("logs", "studio", "--follow", *place).out == "one\n"
    assert followed == [stack.log / "studio.log"]
    assert whiteroom("logs", "studio", "--follow", "--json", *place).status == 2
    assert whiteroom("logs", "studio", "--lines", -1, *place).status == 2


@pytest.fixture
def restarted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The processes that a supervisor has restarted."""
    names: list[str] = []
    monkeypatch.setattr(Supervisor, "restart_component", lambda self, name: names.append(name))
    return names


def test_restart_ends_when_the_components_are_well(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None], restarted: list[str]
) -> None:
    """Each process of a component is restarted once, in the order of the words; others stay."""
    running(_component("prometheus"), _component("studio"))
    ran = whiteroom("restart", "studio", "prometheus", "--data", stack.data)
    assert (ran.status, ran.out) == (0, "restarted: studio, prometheus\n")
    assert restarted == ["studio", "prometheus"]
    ran = whiteroom("restart", "studio", "--json", "--data", stack.data)
    assert ran.json == {"ok": True, "restarted": ["studio"]}


def test_restart_refuses_what_does_not_run(
    whiteroom: Any, stack: StackPaths, running: Callable[..., None], restarted: list[str]
) -> None:
    """An unknown component is a usage error, an unhealthy one a failure, no stack a hint."""
    running(_component("prometheus"))
    ran = whiteroom("restart", "prometheus", "lamps", "--data", stack.data)
    assert (ran.status, "lamps: expected prometheus" in ran.err) == (2, True)
    assert restarted == []
    running(_component("prometheus", state="fatal", health="no answer"))
    restart.WELL_WITHIN_S, waited = 0.0, restart.WELL_WITHIN_S
    try:
        ran = whiteroom("restart", "prometheus", "--data", stack.data)
    finally:
        restart.WELL_WITHIN_S = waited
    assert (ran.status, ran.err) == (1, "whiteroom: prometheus is fatal: no answer\n")
    running()
    ran = whiteroom("restart", "prometheus", "--data", stack.data)
    assert ran.status == 1
    assert f"start with `whiteroom up --data {stack.data}`" in ran.err


def test_open_prints_the_address_of_what_there_is(
    whiteroom: Any, stack: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dashboard by uid or slug, or a page; without a console, how to start one."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    answer = json.dumps({"dashboards": [{"uid": "u1", "slug": "tape"}]}).encode()
    monkeypatch.setattr(open_command, "urlopen", lambda url, timeout: io.BytesIO(answer))
    console = stack.url("console")
    for words, path in {("tape",): "/d/u1/tape", ("u1",): "/d/u1/tape", (): "/"}.items():
        ran = whiteroom("open", *words, "--data", stack.data, "--port-offset", 7000)
        assert (ran.status, ran.out, opened.pop()) == (0, f"{console}{path}\n", f"{console}{path}")
    ran = whiteroom("open", "tapes", "--print", "--data", stack.data)
    assert (ran.status, "did you mean tape?" in ran.err, opened) == (2, True, [])
    monkeypatch.undo()
    ran = whiteroom("open", "--data", stack.data)
    assert (ran.status, "no console answers there" in ran.err) == (1, True)


def test_status_watch_shows_it_again_until_interrupted(
    whiteroom: Any,
    stack: StackPaths,
    running: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each picture is whole; an interrupt ends it with its own status."""
    running(_component("prometheus"))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(status.time, "sleep", wait)
    ran = whiteroom("status", "--watch", "--data", stack.data)
    assert (ran.status, ran.out.count("the monitoring uses 45 MB")) == (130, 2)
    assert waits == [status.WATCH_S] * 2
    assert whiteroom("status", "--watch", "--json", "--data", stack.data).status == 2


def test_down_names_what_it_has_stopped(
    whiteroom: Any, stack: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping is not interrupted half way; what does not run is no failure."""
    handlers: list[Any] = []

    def stop(paths: StackPaths) -> list[str]:
        handlers.append(signal.getsignal(signal.SIGINT))
        return ["inbox", "prometheus"]

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(shutdown, "stop", stop)
    place = ("--data", stack.data)
    ran = whiteroom("down", *place)
    assert (ran.status, ran.out) == (0, "stopped: inbox, prometheus\n")
    assert handlers == [signal.SIG_IGN]
    assert signal.getsignal(signal.SIGINT) is before
    assert whiteroom("down", "--json", *place).json == {
        "ok": True, "data": str(stack.data), "stopped": ["inbox", "prometheus"]
    }  # fmt: skip
    ran = whiteroom("down", "--data", stack.data / "none")
    assert (ran.status, ran.out) == (0, f"nothing runs in {stack.data / 'none'}\n")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Replaces the probes by those that fail so many times; gives the names of those that ran."""

    def make(**failures: int) -> list[str]:
        made: list[str] = []
        left = dict(failures)

        def check(name: str) -> Check[Any]:
            def run(stack: Any) -> str:
                made.append(name)
                left[name] -= 1
                if left[name] >= 0:
                    raise CheckFailed("broken")
                return "fine"

            return Check(name, "area", "it holds", run)

        monkeypatch.setattr(verify, "probes", lambda project: [check(name) for name in failures])
        monkeypatch.setattr(verify, "PAUSE_S", 0.0)
        return made

    return make


def _states(results: Sequence[Any]) -> list[str]:
    return [result.state for result in results]


def test_verify_repeats_what_fails(checks: Callable[..., list[str]]) -> None:
    """Only what has failed is asked again, until all holds."""
    made = checks(first=0, second=2)
    results = verify.verify(None, verify.probes(WHITE_ROOM), 60)  # type: ignore[arg-type]
    assert _states(results) == ["ok", "ok"]
    assert made == ["first", "second", "second", "second"]


def test_verify_ends_when_time_is_up(
    checks: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every check is made once, however short the time is; then what fails has failed."""
    made = checks(first=9, second=0)
    assert _states(verify.verify(None, verify.probes(WHITE_ROOM), 0)) == ["failed", "ok"]  # type: ignore[arg-type]
    assert made == ["first", "second"]
    assert capsys.readouterr().err == ""


def test_verify_says_what_it_waits_for(
    checks: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal the names of what fails are shown, and wiped away at the end."""
    checks(first=1, second=1, third=0)
    verify.verify(None, verify.probes(WHITE_ROOM), 60, show_progress=True)  # type: ignore[arg-type]
    assert capsys.readouterr().err == "\r\033[Kwaiting for first, second\r\033[K"


def test_verify_ends_with_what_it_found(
    whiteroom: Any, stack: StackPaths, running: Any, checks: Callable[..., list[str]]
) -> None:
    """The exit status is 1 when a check has failed; JSON has the results alone."""
    running(_component("prometheus"), _component("studio"))
    place = ("--data", stack.data, "--wait", 0)
    checks(first=0)
    assert whiteroom("verify", *place).status == 0
    checks(first=1)
    ran = whiteroom("verify", "--json", *place)
    assert (ran.status, ran.json["ok"], ran.err) == (1, False, "")


def test_verify_waits_as_long_as_verified_may_take() -> None:
    """90 s after the start everything is proven: two scrapes and a rate."""
    parser = argparse.ArgumentParser()
    verify.configure(parser)
    assert parser.parse_args([]).wait == 90


def test_verify_expects_what_was_started(stack: StackPaths, running: Any) -> None:
    """The components and scrape jobs are those of the stack that runs; a job without an interval of
    its own has that of Prometheus."""
    arguments = argparse.Namespace(project=None, data=stack.data, port_offset=None)
    running(_component("prometheus"), _component("studio"))
    verified = verify.running(arguments, stack)
    assert verified.components == {"prometheus", "studio"}
    assert verified.jobs == {"prometheus": None, "juce-backend": 10}


def test_verify_with_nothing_running_says_so_at_once(whiteroom: Any, tmp_path: Path) -> None:
    """No probe is made where there is no stack; the way to start one names the options."""
    ran = whiteroom("verify", "--data", tmp_path)
    start = f"start with `whiteroom up --data {tmp_path}`"
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"whiteroom: nothing runs in {tmp_path}; {start}\n"


def test_lines_of_several_components_name_them(whiteroom: Any, stack: StackPaths) -> None:
    """Lines of one component stand alone; of several, each begins with its component."""
    for name in ("inbox", "console"):
        (stack.log / f"{name}.log").write_text(f"a line of {name}\n")
    data = ("--data", str(stack.data))
    assert whiteroom("logs", "inbox", *data).out == "a line of inbox\n"
    several = whiteroom("logs", "inbox", "console", *data).out
    assert several == "inbox | a line of inbox\nconsole | a line of console\n"


def test_a_page_that_does_not_exist_is_answered_with_those_that_do() -> None:
    """A near miss is answered with the dashboard that was meant, any other with all of them."""
    dashboards = [{"uid": "u", "slug": "alerts"}, {"uid": "v", "slug": "health"}]
    with pytest.raises(UsageError, match=r"^alert: no page and no dashboard; did you mean"):
        open_command._path("alert", dashboards)
    with pytest.raises(UsageError, match=r"there are: alerts, health$"):
        open_command._path("zzzzzz", dashboards)


@pytest.mark.parametrize(("text", "valid"), [("0", True), ("65535", True), ("65536", False)])
def test_every_port_is_a_port(text: str, valid: bool) -> None:
    """The first and the last port of TCP are ports, and nothing beyond is."""
    if valid:
        assert argument_types.port_number(text) == int(text)
        return
    with pytest.raises(argparse.ArgumentTypeError, match="0 to 65535"):
        argument_types.port_number(text)
