"""Which channels refuse: what Alertmanager's log says of the last minutes."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from whiteroom_monitoring.deploy.running import delivery

NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


def _line(ago_s: float, receiver: str = "slack-ops", field: str = "ts", **more: str) -> str:
    time = (NOW - datetime.timedelta(seconds=ago_s)).isoformat()
    fields = {"receiver": receiver, "integration": "slack[0]", "err": '"it said \\"no\\""', **more}
    words = " ".join(f"{name}={value}" for name, value in fields.items())
    return f'{field}={time} level=warn msg="Notify attempt failed, will retry later" {words}'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where Alertmanager writes."""
    return tmp_path / "alertmanager.log"


def test_refusals_are_counted_by_receiver(log: Path) -> None:
    """Each receiver and way has how often it refused, and the reason of the last time."""
    lines = [
        _line(100), _line(50, err='"gone"'), "level=info msg=ready", _line(40, "mail", "time"),
        _line(30, integration="webhook[1]"),
    ]  # fmt: skip
    log.write_text("\n".join(lines) + "\n")
    failures = delivery.recent_failures(log, NOW)
    assert [(f.receiver, f.integration, f.attempts, f.reason) for f in failures] == [
        ("mail", "slack", 1, 'it said "no"'),
        ("slack-ops", "slack", 2, "gone"),
        ("slack-ops", "webhook", 1, 'it said "no"'),
    ]
    assert str(failures[1]) == (
        "slack-ops by slack: refused 2 times within 6 min, and is tried again: gone"
    )


@pytest.mark.parametrize(("ago_s", "count"), [(359, 1), (360, 1), (361, 0)])
def test_what_is_long_ago_is_over(log: Path, ago_s: float, count: int) -> None:
    """Six minutes are longer than the longest group_interval."""
    log.write_text(_line(ago_s))
    assert len(delivery.recent_failures(log, NOW)) == count


@pytest.mark.parametrize("time", ["", "ts=never", "ts=2026-11-25T12:00:00"])
def test_a_line_without_a_time_is_not_counted(log: Path, time: str) -> None:
    """Nor is one whose time has no zone: nobody could tell when it was."""
    log.write_text(f"{time} Notify attempt failed receiver=a")
    assert delivery.recent_failures(log, NOW) == []


def test_a_reason_is_short_and_may_be_missing(log: Path) -> None:
    """Status shows a line for each; an answer of a whole page is cut off."""
    log.write_text(_line(1, err=f'"{"x" * 500}"'))
    [failure] = delivery.recent_failures(log, NOW)
    assert failure.reason == "x" * 160
    log.write_text(f"ts={NOW.isoformat()} Notify attempt failed")
    [failure] = delivery.recent_failures(log, NOW)
    assert (failure.reason, failure.receiver) == ("no reason given", "")


def test_only_the_end_of_a_log_is_read(log: Path) -> None:
    """A log of any size costs the same; where there is none, nobody has refused."""
    assert delivery.recent_failures(log, NOW) == []
    filler = "x" * 1023 + "\n"
    log.write_text(_line(1, "early") + "\n" + filler * 256 + _line(1, "late"))
    assert [f.receiver for f in delivery.recent_failures(log, NOW)] == ["late"]
    log.write_text(_line(1, "early") + "\n" + filler * 255 + _line(1, "late"))
    assert [f.receiver for f in delivery.recent_failures(log, NOW)] == ["early", "late"]
