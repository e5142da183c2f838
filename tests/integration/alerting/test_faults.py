"""Prometheus, Alertmanager and what receives from them are killed while alerts come and go.

Each fault takes about 10 s of waiting, so all of these run with --long.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.fault_stack import FaultStack


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_kill_loses_doubles_resolves_or_leaves_open(tmp_path: Path) -> None:
    """Restarts and kills of any process leave each alert open exactly while it fires, once."""
    outcomes = faults.measure(FaultStack(tmp_path), faults.Plan(20, 60))
    assert all(outcome.is_good for outcome in outcomes), faults.table(outcomes)


@pytest.mark.long
@pytest.mark.timeout(12 * 3600)
def test_hundreds_of_kills_lose_double_resolve_and_leave_open_nothing(tmp_path: Path) -> None:
    """The same, 200 times with both servers and a thousand times with any process."""
    outcomes = faults.measure(FaultStack(tmp_path), faults.Plan(200, 1000))
    assert all(outcome.is_good for outcome in outcomes), faults.table(outcomes)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_without_its_options_a_restart_is_noticed(tmp_path: Path) -> None:
    """The measurement can fail: without the grace period of 0 s, what fires is resolved."""
    lacking = FaultStack(tmp_path, ("--rules.alert.for-grace-period",), resend_s=1)
    outcomes = faults.measure(lacking, faults.Plan(12, 0))
    assert not all(outcome.is_good for outcome in outcomes)
