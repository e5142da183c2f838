"""The budget of durations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.durations import OVERRUN_STATUS
from tests.support.paths import ROOT

pytest_plugins = ["pytester"]

CONFTEST = """
from pathlib import Path
from tests.support import durations

durations.BUDGETS = Path(__file__).with_name("budgets.toml")
durations.SLACK_S = 0.0

def pytest_addoption(parser):
    parser.addoption("--long", action="store_true")

def pytest_configure(config):
    durations.register(config)

def pytest_collection_modifyitems(items):
    durations.longest_first(items)
"""
SLOW = """
import time

def test_slow():
    time.sleep(0.2)
"""


@pytest.mark.parametrize(("budget_s", "status"), [(10, 0), (0.1, OVERRUN_STATUS)])
def test_a_folder_over_its_budget_fails_the_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, budget_s: float, status: int
) -> None:
    """A run whose tests all pass fails when they take half as long again as their budget."""
    folder = pytester.path
    folder.joinpath("conftest.py").write_text(CONFTEST)
    folder.joinpath("budgets.toml").write_text(f'"checks/slow" = {budget_s}\n')
    folder.joinpath("checks/slow").mkdir(parents=True)
    folder.joinpath("checks/slow/test_slow.py").write_text(SLOW)
    record = folder / "durations.json"
    monkeypatch.setenv("WHITEROOM_DURATIONS", str(record))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = pytester.runpytest_subprocess("checks/slow", "-p", "no:cacheprovider")
    assert done.ret == status
    assert json.loads(Path(record).read_text())["checks/slow"] > 0.2


def test_the_folder_that_takes_longest_begins(pytester: pytest.Pytester) -> None:
    """Tests run by the budgets of their folders, and in their order within one."""
    folder = pytester.path
    folder.joinpath("conftest.py").write_text(CONFTEST)
    folder.joinpath("budgets.toml").write_text('"checks/a" = 1\n"checks/b" = 2\n')
    for name in ("a", "b"):
        folder.joinpath(f"checks/{name}").mkdir(parents=True)
        text = "def test_z(): pass\ndef test_y(): pass\n"
        folder.joinpath(f"checks/{name}/test_{name}.py").write_text(text)
    pytester.makeini("[pytest]\npythonpath = " + str(ROOT))
    done = pytester.runpytest_subprocess("checks", "--collect-only", "-q", "-p", "no:cacheprovider")
    names = [line.partition("checks/")[2] for line in done.outlines if "::" in line]
    assert [name[0] + name[-1] for name in names] == ["bz", "by", "az", "ay"]
