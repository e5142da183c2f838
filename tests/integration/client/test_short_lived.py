"""Processes that come and go by the thousand leave their counts, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whiteroom_monitoring.client import _native

PROGRAM = "business-metrics"
LOST = f'monitoring_processes_lost_total{{program="{PROGRAM}"}}'
AT_ONCE = 8

# Every tenth is killed by SIGKILL; the others end in order.
CODE = """
living = set()
for number in range({processes}):
    if len(living) == {at_once}:
        living.discard(os.wait()[0])
    child = os.fork()
    if child:
        living.add(child)
        continue
    business.songs_created_total.inc()
    business.instrument_assignments_total.inc(instrument=f"piano {{number % 7}}")
    business.session_duration_seconds.observe(0.5)
    business.active_users.set(number)
    if number % 10 == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    client.close()
    os._exit(0)  # a thousand interpreters would take minutes to end
while living:
    living.discard(os.wait()[0])
"""


@pytest.mark.parametrize("processes", [200, pytest.param(1000, marks=pytest.mark.long)])
def test_short_lived_processes_leave_their_counts_alone(
    segments: Path, record, processes: int
) -> None:
    """After them there are a base and a lock, no gauge, and the sums of all to the last count."""
    record(CODE.format(processes=processes, at_once=AT_ONCE))
    text = _native.expose(str(segments), PROGRAM).text().decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    samples = dict(line.rsplit(" ", 1) for line in lines)
    pianos = [value for name, value in samples.items() if name.startswith("instrument_assign")]
    assert samples["songs_created_total"] == str(processes)
    assert sum(map(int, pianos)) == processes
    assert samples["session_duration_seconds_sum"] == str(processes // 2)
    assert "active_users" not in samples
    assert samples[LOST] == str(processes // 10)
    assert sorted(os.listdir(segments)) == [f"{PROGRAM}.base.seg", f"{PROGRAM}.lock"]
