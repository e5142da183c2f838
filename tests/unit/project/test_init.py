"""``whiteroom init`` writes a project in which every check holds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.project import find, load


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new project."""
    assert main(["init", "tape-looper", "--folder", str(tmp_path / "looper")]) == 0
    capsys.readouterr()
    return tmp_path / "looper"


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, str]]:
    """Return a function that checks the project and returns the state of each check."""

    def run() -> dict[str, str]:
        capsys.readouterr()
        main(["check", "--json", "--project", str(folder)])
        checks = json.loads(capsys.readouterr().out)["checks"]
        return {check["id"]: check["state"] for check in checks}

    return run


@pytest.mark.parametrize("language", ["--cpp", "--swift"])
def test_everything_holds_in_each_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """A project whose program is not in Python is in order, too; nothing of Python is generated."""
    assert main(["init", "tape-looper", language, "--folder", str(tmp_path / "looper")]) == 0
    assert "README.md" in capsys.readouterr().out
    assert main(["check", "--json", "--project", str(tmp_path / "looper")]) == 0
    assert not list((tmp_path / "looper").glob("tape_looper*/*.py"))


def test_everything_holds_at_once(check: Callable[[], dict[str, str]]) -> None:
    """A new project has a metric, alerts with tests and runbooks, and a dashboard, all in order."""
    states = check()
    assert set(states.values()) == {"ok"}, states
    assert {"alert-tests", "dashboard-files", "promtool-tests", "runbooks"} <= states.keys()


@pytest.mark.parametrize(
    ("file", "change", "failed"),
    [
        ("monitoring/prometheus/rules/work.yml", ("work_items", "work_itemz"), "rule-metrics"),
        ("catalogue/work.yaml", ("type: counter", "type: countr"), "catalogue"),
        ("tape_looper_metrics/work.py", ("Counter(", "Gauge("), "generated-files"),
        ("monitoring/runbooks/WorkFails.md", ("# WorkFails", "# Work"), "runbook-contents"),
    ],
)
def test_a_break_is_noticed(
    folder: Path,
    check: Callable[[], dict[str, str]],
    file: str,
    change: tuple[str, str],
    failed: str,
) -> None:
    """The checks hold a project's own metrics, rules and pages together."""
    path, (old, new) = folder / file, change
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert check()[failed] == "failed"


def test_the_program_records_without_being_registered(folder: Path, segments: Path) -> None:
    """The generated package needs nothing of ours but its import, in children, too."""
    script = (
        "import multiprocessing, sys, tape_looper_metrics\n"
        "from tape_looper_metrics import work\n"
        "from whiteroom_monitoring import client\n"
        "def record():\n    work.work_items_total.inc(outcome='done')\n"
        "if __name__ == '__main__':\n"
        "    client.prepare('tape-looper', sys.argv[1], metrics=tape_looper_metrics)\n"
        "    record()\n"
        "    child = multiprocessing.get_context('spawn').Process(target=record)\n"
        "    child.start(); child.join()\n"
        "    print(client.exposition().decode())\n"
    )
    (folder / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "script.py", str(segments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '\nwork_items_total{outcome="done"} 2\n' in done.stdout


def test_nothing_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with one of the files is refused, and stays as it is."""
    (folder / "whiteroom.toml").write_text("mine")
    assert main(["init", "tape-looper", "--folder", str(folder)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (folder / "whiteroom.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["Tape", "tape looper", "-tape", "../tape"])
def test_a_name_that_nothing_may_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The name becomes that of a job, a folder and a Python module."""
    assert main(["init", "--folder", str(tmp_path), "--", name]) == 2
    assert "expected lower-case letters" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_project_is_found_upwards(folder: Path) -> None:
    """From any folder below, the nearest whiteroom.toml above is the project."""
    below = folder / "monitoring/runbooks"
    assert find(below) == folder / "whiteroom.toml"
    assert load(folder).programs["tape-looper"].port == 8100
