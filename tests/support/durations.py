"""Records how long the tests of each folder take, and holds that against a budget.

`./test.sh` sets WHITEROOM_DURATIONS to the file in which the seconds are recorded; they are then
compared with tests/budgets.toml. Without it nothing is recorded: a part of the tests says nothing
about a folder.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

VARIABLE = "WHITEROOM_DURATIONS"
BUDGETS = Path(__file__).parents[1] / "budgets.toml"
TOLERANCE = 1.5
# The status of pytest when all tests passed, and a folder took too long.
OVERRUN_STATUS = 10
# Below it, a difference is chance.
SLACK_S = 30.0


def folder_of(test: str, budgets: dict[str, float]) -> str:
    """Return the folder with a budget that a test belongs to: the longest that begins its id.

    >>> folder_of("tests/unit/a/test_b.py::test_c", {"tests/unit": 1, "tests/unit/a": 1})
    'tests/unit/a'
    """
    folders = [name for name in budgets if test.startswith(f"{name}/")]
    return max(folders, key=len, default=test.partition("::")[0].rpartition("/")[0])


def pace(folder: str, spent_s: dict[str, float], budgets: dict[str, float]) -> float:
    """Return how many times slower than planned the other folders were; 1 if they were not.

    Machines differ and are shared. What slows every folder is the machine.

    >>> pace("a", {"a": 9.0, "b": 6.0, "c": 2.0}, {"a": 1.0, "b": 3.0, "c": 1.0})
    2.0
    """
    others = [name for name in spent_s if name in budgets and name != folder]
    planned_s = sum(budgets[name] for name in others)
    return max(1.0, sum(spent_s[name] for name in others) / planned_s) if planned_s else 1.0


def overruns(spent_s: dict[str, float], budgets: dict[str, float]) -> list[str]:
    """Return a sentence for each folder without a budget, or above its budget by half.

    A slow machine, as the other folders show it, stretches a budget.

    >>> overruns({"a": 80.0, "b": 1.0, "c": 90.0}, {"a": 30.0, "c": 90.0})
    ['a: 80 s, the budget is 30 s', 'b: 1 s, and no budget in tests/budgets.toml']
    """
    sentences = []
    for folder, seconds in sorted(spent_s.items()):
        budget = budgets.get(folder)
        if budget is None:
            sentences.append(f"{folder}: {seconds:.0f} s, and no budget in tests/budgets.toml")
        elif seconds > TOLERANCE * pace(folder, spent_s, budgets) * budget + SLACK_S:
            sentences.append(f"{folder}: {seconds:.0f} s, the budget is {budget:g} s")
    return sentences


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests by the budget of their folder, so that no long one begins when all others end."""
    budgets: dict[str, float] = tomllib.loads(BUDGETS.read_text(encoding="utf-8"))
    items.sort(key=lambda item: -budgets.get(folder_of(item.nodeid, budgets), 0.0))


class DurationBudget:
    """The pytest plug-in. It adds up set-up, call and tear-down; workers report to their parent."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._budgets: dict[str, float] = tomllib.loads(BUDGETS.read_text(encoding="utf-8"))
        self._spent_s: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the duration of one phase of a test to its folder."""
        self._spent_s[folder_of(report.nodeid, self._budgets)] += report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the durations, and let the run fail when a budget is passed."""
        if hasattr(session.config, "workerinput"):
            return
        earlier = json.loads(self._record.read_text()) if self._record.exists() else {}
        self._record.write_text(json.dumps(earlier | self._spent_s, indent=2, sort_keys=True))
        if overruns(self._spent_s, self._budgets) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = OVERRUN_STATUS

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which folders took too long."""
        for sentence in overruns(self._spent_s, self._budgets):
            terminalreporter.write_line(f"duration: {sentence}")


def register(config: pytest.Config) -> None:
    """Turn the plug-in on where `./test.sh` asks for it; `--long` has no budget."""
    record = os.environ.get(VARIABLE)
    if record and not config.getoption("--long"):
        config.pluginmanager.register(DurationBudget(Path(record)))
