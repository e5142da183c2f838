"""The command line: what a command was called before keeps working."""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
from typing import Any

import pytest

from whiteroom_monitoring.cli import down, main
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.errors import MonitoringError, UsageError
from whiteroom_monitoring.logs.shipper import line_counts


@pytest.mark.parametrize(("former", "present"), [("output", "logs"), ("agent", "segment-exporter")])
def test_a_former_name_works_and_names_the_present_one(
    capsys: pytest.CaptureFixture[str], former: str, present: str
) -> None:
    """A renamed command answers under both names; the former one adds one line on stderr."""
    helps = {}
    for name in (former, present):
        with pytest.raises(SystemExit) as caught:
            main.main([name, "--help"])
        assert caught.value.code == 0
        helps[name] = capsys.readouterr()
    assert helps[former].out == helps[present].out
    assert helps[former].err == f"whiteroom {former} is now whiteroom {present}\n"
    assert helps[present].err == ""


def test_former_names_are_no_commands() -> None:
    """A former name leads to a command that exists, and stands in no list of commands."""
    assert set(main.RENAMED.values()) <= main.COMMANDS.keys()
    assert not main.RENAMED.keys() & main.COMMANDS.keys()


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes `whiteroom down` end as it is told."""

    def end(outcome: BaseException | int) -> None:
        def run(arguments: argparse.Namespace) -> int:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(down, "run", run)

    return end


@pytest.mark.parametrize(
    ("outcome", "status", "said"),
    [
        (0, 0, ""),
        (1, 1, ""),
        (MonitoringError("the disk is full"), 1, "whiteroom: the disk is full\n"),
        (UsageError("--data x: expected y"), 2, "whiteroom: --data x: expected y\n"),
        (KeyboardInterrupt(), 130, "whiteroom: interrupted\n"),
    ],
)
def test_the_exit_status_tells_usage_from_failure(
    ending: Any, capsys: pytest.CaptureFixture[str], outcome: Any, status: int, said: str
) -> None:
    """0 is success, 1 failure, 2 usage, 130 an interrupt; nobody sees a traceback."""
    ending(outcome)
    assert main.main(["down"]) == status
    usage, _, message = capsys.readouterr().err.rpartition("whiteroom: ")
    assert f"whiteroom: {message}" == said if said else not message
    assert usage.startswith("usage: whiteroom ") == (status == main.USAGE)


def test_a_missing_package_is_named_with_its_extra(
    ending: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has installed the client alone is told what to install; our own faults are none."""
    ending(ModuleNotFoundError("no", name="starlette.applications"))
    assert main.main(["down"]) == 1
    said = capsys.readouterr().err
    expected = "whiteroom: down needs starlette.applications: pip install "
    assert said == f"{expected}'whiteroom-monitoring[stack]'\n"
    ending(ModuleNotFoundError("no", name="whiteroom_monitoring.cli.nothing"))
    with pytest.raises(ModuleNotFoundError):
        main.main(["down"])


def test_a_reader_who_is_gone_is_a_failure(ending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody reads what is printed any more, the command ends without another word."""
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    ending(BrokenPipeError())
    assert main.main(["down"]) == 1
    assert closed.closed


def test_words_come_from_the_command_line(
    ending: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without words of its own, the program takes those that it was started with."""
    ending(7)
    monkeypatch.setattr(sys, "argv", ["whiteroom", "down"])
    assert main.main() == 7
    for words in ([], ["--frobnicate"], ["frobnicate"]):
        with pytest.raises(SystemExit) as caught:
            main.main(words)
        assert caught.value.code == 2
    assert "usage: whiteroom" in capsys.readouterr().err


def test_help_names_every_command_and_loads_none() -> None:
    """The help has a line for each command; only the chosen command's module is imported."""
    program = (
        "import sys\n"
        "from whiteroom_monitoring.cli import main\n"
        "try:\n    main.main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "modules = [m for m in sys.modules if m.startswith('whiteroom_monitoring.cli.')]\n"
        "print(sorted({m.split('.')[2] for m in modules} - {'main'}))\n"
    )

    def printed(*words: str) -> list[str]:
        command = [sys.executable, "-c", program, *words]
        return subprocess.run(command, stdout=-1, text=True, check=True).stdout.splitlines()

    *text, rooms = printed("--help")
    assert rooms == "[]"
    for name, command in main.COMMANDS.items():
        assert f"{name} {command.summary}" in " ".join("\n".join(text).split())
    *text, rooms = printed("down", "--help")
    assert rooms == "['down', 'options']"
    assert "Stop everything that `up` started." in text


def test_a_component_logs_what_nobody_has_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line at the level critical, which counts as that of a crash, stands before the traceback;
    at a terminal there is the traceback alone."""
    program = (
        "from whiteroom_monitoring.cli import down, main\n"
        "def fail(arguments): raise ValueError('a \\n b')\n"
        "down.run = fail\n"
        "main.main(['down'])\n"
    )

    def printed() -> list[str]:
        done = subprocess.run([sys.executable, "-c", program], stderr=-1, text=True, check=False)
        assert done.returncode == 1
        return done.stderr.splitlines()

    monkeypatch.delenv(main.COMPONENT_VARIABLE, raising=False)
    plain = printed()
    assert plain[0] == "Traceback (most recent call last):"
    monkeypatch.setenv(main.COMPONENT_VARIABLE, "x")
    line, *rest = printed()
    assert rest == plain
    assert main.COMPONENT_VARIABLE == processes.COMPONENT_VARIABLE
    assert re.fullmatch(
        r'time=\S+Z level=critical msg="Traceback \(most recent call last\): ValueError: a .+ b"',
        line,
    )
    assert line_counts.matching("critical", [line])["crash"] == 1
