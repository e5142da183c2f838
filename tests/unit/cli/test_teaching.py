"""Commands that teach: explain, doctor, completion, the manual page, and usage at an error."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.cli import main
from whiteroom_monitoring.deploy.running.component_logs import since
from whiteroom_monitoring.diagnostics import Check, CheckSkipped, registry
from whiteroom_monitoring.lint.workspace import Workspace


def test_a_metric_is_explained(whiteroom: Callable[..., Any]) -> None:
    """What it is, who records it, where it is written, and which rules and panels read it."""
    metric = whiteroom("explain", "audio_dropouts_total", "--json").json
    assert metric["recorded by"] == "juce-backend"
    assert metric["written in"].startswith("catalogue/audio.yaml:")
    assert any(text.startswith("AudioXruns (") for text in metric["alerts"])
    assert metric["panels"]
    bucket = whiteroom("explain", "audio_engine_render_time_seconds_bucket", "--json").json
    assert bucket["name"] == "audio_engine_render_time_seconds"


def test_an_alert_is_explained(whiteroom: Callable[..., Any]) -> None:
    """Its condition, what it judges, its runbook and its test."""
    alert = whiteroom("explain", "AudioXruns", "--json").json
    assert "audio_dropouts_total" in alert["judges"]
    assert alert["runbook"] == "infrastructure/monitoring/runbooks/AudioXruns.md"
    assert alert["tested in"] == ["infrastructure/monitoring/prometheus/tests/audio.yml"]


def test_a_former_name_and_a_foreign_metric_are_explained(whiteroom: Callable[..., Any]) -> None:
    """An old name leads to the present one; an exporter's metric says whose it is."""
    old = whiteroom("explain", "audio_channel_cpu_usage", "--json").json
    assert old["former name"] == "audio_channel_cpu_usage"
    assert whiteroom("explain", "pg_up", "--json").json["exposed by"] == "postgres-exporter"


def test_what_nothing_is_called_has_a_suggestion(whiteroom: Callable[..., Any]) -> None:
    """A typing error is a usage error with the nearest name, below the command's usage."""
    ran = whiteroom("explain", "audio_dropout_totl")
    assert ran.status == 2
    assert ran.err.startswith("usage: whiteroom explain ")
    assert "did you mean audio_dropouts_total?" in ran.err


def test_doctor_says_what_to_do(whiteroom: Callable[..., Any], tmp_path: Path) -> None:
    """Findings have a remedy with the options in force; nothing is changed."""
    data = tmp_path / "data"
    ran = whiteroom("doctor", "--data", data)
    assert f"nothing runs in {data}; whiteroom up --data {data}" in ran.out
    assert not data.exists()


def test_doctor_fails_for_what_up_would_refuse(
    whiteroom: Callable[..., Any], tmp_path: Path
) -> None:
    """A typing error in .env is found, with the name that was meant."""
    path = tmp_path / "whiteroom.toml"
    path.write_text('name = "own"\n')
    (tmp_path / "monitoring").mkdir()
    env = tmp_path / "monitoring/.env"
    env.write_text("SMTP_PASWORD=secret\n")
    env.chmod(0o600)
    ran = whiteroom("doctor", "--project", path, "--data", tmp_path / "data")
    assert ran.status == 1
    assert "nothing reads SMTP_PASWORD (did you mean SMTP_PASSWORD?)" in ran.out
    assert "secret" not in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_every_command(whiteroom: Callable[..., Any], shell: str) -> None:
    """The script knows each command, and the shell can read it."""
    pytest.importorskip("shtab")
    ran = whiteroom("completion", shell)
    assert all(name in ran.out for name in main.COMMANDS)
    program = shutil.which(shell)
    if program:
        subprocess.run([program, "-n"], input=ran.out, text=True, check=True)


def test_the_manual_has_every_command_and_option(whiteroom: Callable[..., Any]) -> None:
    """The page follows from the parsers."""
    page = whiteroom("man").out
    assert page.startswith(".TH WHITEROOM 1 ")
    for name in main.COMMANDS:
        assert f".SS {name.replace('-', chr(92) + '-')}\n" in page
    assert r"\-\-port\-offset N" in page


@pytest.mark.parametrize(
    "words", [("status", "--port", "7"), ("up", "--with", "x"), ("generate", "--cat", "x")]
)
def test_options_have_no_abbreviations(words: tuple[str, ...], capsys: Any) -> None:
    """What is a part of an option today may be another option tomorrow."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "unrecognized arguments" in error
    assert f"usage: whiteroom {words[0]} [" in error


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("console", "--dashboards", "/nowhere"), "/nowhere: there is no such folder"),
        (("console", "--segments", "/nowhere"), "/nowhere: there is no such folder"),
        (("inbox", "--port", "70000"), "70000: expected a port, 0 to 65535"),
        (("check", "--infrastructure", "/nowhere"), "/nowhere: there is no such folder"),
        (("logs", "--since", "soon"), "soon: expected a duration"),
    ],
)
def test_what_can_not_be_is_named(words: tuple[str, ...], problem: str, capsys: Any) -> None:
    """A missing folder and a port out of range are usage errors, before anything begins."""
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err


def test_one_check_and_one_file(whiteroom: Callable[..., Any], tmp_path: Path) -> None:
    """`--only` makes one check, a file's name keeps what concerns it; what is unknown is named."""
    rules = "infrastructure/monitoring/prometheus/rules/audio.yml"
    ran = whiteroom("check", "--json", "--only", "rule-metrics", rules)
    assert [check["id"] for check in ran.json["checks"]] == ["rule-metrics"]
    assert "did you mean rule-metrics?" in whiteroom("check", "--only", "rule-metric").err
    assert "there is no such file" in whiteroom("check", "--only", "rule-metrics", "/none").err


def test_one_file_runs_the_unit_tests_that_concern_it(tmp_path: Path) -> None:
    """Those of its rules, or itself; with a file that none is about there is nothing to run."""
    rules, tests = ROOT / "infrastructure/monitoring/prometheus/rules", WHITE_ROOM.files.rule_tests
    none = Workspace(WHITE_ROOM, tmp_path, tmp_path)
    assert len(none.tests_to_run) == len(none.rule_tests) > 10
    about = replace(none, about=(rules / "database.yml", tests / "audio.yml"))
    names = {path.name for path in about.tests_to_run}
    assert {"audio.yml", "database.yml"} <= names
    assert "security.yml" not in names
    with pytest.raises(CheckSkipped, match="no unit test is about these files"):
        _ = replace(none, about=(tmp_path / "page.md",)).tests_to_run


def test_checks_say_which_one_is_waited_for() -> None:
    """Progress names each check once, those that run programs last; results keep their order."""
    told: list[str] = []
    one, two = (
        Check(name, "area", "it holds", lambda subject: "fine", programs=name == "one")
        for name in ("one", "two")
    )
    results = registry.results([one, two], None, told.append)
    assert ([result.id for result in results], told) == (["one", "two"], ["two", "one"])


def test_lines_since_a_moment() -> None:
    """Lines from a moment on; what tells no time belongs to the line before it."""
    lines = ["ts=1970-01-01T00:00:01Z a", "  b", "ts=1970-01-01T00:00:09Z c", "  d"]
    assert since(lines, 5) == lines[2:]
    assert since(lines, 10) == []
    assert since(["a", "b"], 10) == ["a", "b"]


def test_a_heading_is_printed_once(whiteroom: Callable[..., Any]) -> None:
    """What has several lines has its heading before the first, and room before the others."""
    content = whiteroom("explain", "AudioXruns", "--json").json
    lines = whiteroom("explain", "AudioXruns").lines
    number = 0
    for heading, value in content.items():
        for index, line in enumerate(value if isinstance(value, list) else [value]):
            assert lines[number] == f"{heading if index == 0 else '':12}{line}"
            number += 1
    assert number == len(lines)
