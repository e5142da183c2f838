"""The same container gives the same figures, whichever way cgroups are mounted."""

from __future__ import annotations

import pytest

KEY = "ab" * 32
PATH = f"/docker/{KEY}"
IDENTITY = {"id": PATH, "image": "", "name": ""}

FIGURES = {
    "container_cpu_usage_seconds_total": 1.5,
    "container_cpu_cfs_periods_total": 40,
    "container_cpu_cfs_throttled_periods_total": 7,
    "container_cpu_cfs_throttled_seconds_total": 0.25,
    "container_memory_usage_bytes": 10485760,
    "container_memory_working_set_bytes": 10485760 - 3145728,
    "container_memory_rss": 6291456,
    "container_oom_events_total": 2,
    "container_processes": 1,
    "container_threads": 5,
    "container_spec_memory_limit_bytes": 67108864,
    "container_spec_cpu_period": 100000,
    "container_spec_cpu_quota": 50000,
    "container_last_seen": 1_760_000_000,
    "container_start_time_seconds": 1_750_000_000 + 5000 / 100,
}
# Shares are a weight in version 2; 20 of 10000 lies at cAdvisor's 500 of 262144.
SHARES = {"v1": 512, "hybrid": 512, "v2": 500}
NETWORK = {
    "container_network_receive_bytes_total": 1200345,
    "container_network_receive_packets_total": 1300,
    "container_network_receive_errors_total": 1,
    "container_network_receive_packets_dropped_total": 2,
    "container_network_transmit_bytes_total": 80012,
    "container_network_transmit_packets_total": 900,
    "container_network_transmit_errors_total": 3,
    "container_network_transmit_packets_dropped_total": 4,
}

layouts = pytest.mark.parametrize("layout", ["v1", "hybrid", "v2"])


@layouts
def test_figures(machine, layout: str) -> None:
    """Every layout yields the same values under the same labels, and no error."""
    host = machine(layout)
    host.container(PATH)
    samples = host.scrape()
    figures = FIGURES | {"container_spec_cpu_shares": SHARES[layout]}
    expected = {name: [(IDENTITY, value)] for name, value in figures.items()}
    expected["container_cpu_usage_seconds_total"] = [(IDENTITY | {"cpu": "total"}, 1.5)]
    expected |= {
        name: [(IDENTITY | {"interface": "eth0"}, value)] for name, value in NETWORK.items()
    }
    expected["container_scrape_error"] = [({}, 0)]
    assert samples == expected


@layouts
def test_no_containers(machine, layout: str) -> None:
    """A machine without containers is healthy and exposes nothing else."""
    assert machine(layout).scrape() == {"container_scrape_error": [({}, 0)]}


@layouts
def test_unlimited(machine, layout: str) -> None:
    """No memory limit reads as 0, no quota leaves out the quota and what it throttled."""
    host = machine(layout)
    host.container(PATH)
    unlimited = {
        "memory.limit_in_bytes": "9223372036854771712\n",
        "memory.max": "max\n",
        "cpu.cfs_quota_us": "-1\n",
        "cpu.max": "max 100000\n",
    }
    for folder, files in host.folders(PATH):
        for name in files.keys() & unlimited.keys():
            (folder / name).write_text(unlimited[name])
    samples = host.scrape()
    assert samples["container_spec_memory_limit_bytes"] == [(IDENTITY, 0)]
    assert samples["container_spec_cpu_period"] == [(IDENTITY, 100000)]
    assert {name for name in FIGURES if name not in samples} == {
        "container_spec_cpu_quota",
        "container_cpu_cfs_periods_total",
        "container_cpu_cfs_throttled_periods_total",
        "container_cpu_cfs_throttled_seconds_total",
    }


USAGE = {"container_memory_usage_bytes", "container_memory_working_set_bytes"}
ABSENCES = [
    ("v1", "cpuacct.usage", {"container_cpu_usage_seconds_total"}),
    ("hybrid", "memory.oom_control", {"container_oom_events_total"}),
    ("v1", "pids.current", {"container_threads"}),
    (
        "v2",
        "memory.current",
        {"container_memory_usage_bytes", "container_memory_working_set_bytes"},
    ),
    ("v2", "memory.stat", {"container_memory_rss", "container_memory_working_set_bytes"}),
    ("v2", "memory.max", {"container_spec_memory_limit_bytes"}),
    ("v2", "memory.events", {"container_oom_events_total"}),
    ("v2", "pids.current", {"container_threads"}),
]


@pytest.mark.parametrize(("layout", "name", "expected"), ABSENCES)
def test_missing_file(machine, layout: str, name: str, expected: set[str]) -> None:
    """A file that a controller does not have leaves out its own metrics, and is no error."""
    host = machine(layout)
    host.container(PATH)
    for folder, _ in host.folders(PATH):
        (folder / name).unlink(missing_ok=True)
    samples = host.scrape()
    assert FIGURES.keys() - samples.keys() == expected
    assert samples["container_scrape_error"] == [({}, 0)]


def test_odd_content(machine, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no number is an error that names the file, said once; the rest is exposed."""
    host = machine("v2")
    host.container(PATH)
    path = host.cgroups / PATH[1:] / "pids.current"
    path.write_text("many\n")
    samples = host.scrape()
    host.scrape()
    assert samples["container_scrape_error"] == [({}, 1)]
    assert FIGURES.keys() - samples.keys() == {"container_threads"}
    said = capsys.readouterr().err
    assert said.count(f"{path}: found 'many', expected a number") == 1


def test_working_set_is_not_negative(machine) -> None:
    """More inactive page cache than usage, read a moment later, is a working set of 0."""
    host = machine("v2")
    host.container(PATH)
    (host.cgroups / PATH[1:] / "memory.current").write_text("4096\n")
    assert host.scrape()["container_memory_working_set_bytes"] == [(IDENTITY, 0)]


def test_root_without_cgroups(machine, capsys: pytest.CaptureFixture[str]) -> None:
    """A root that holds no cgroups is an error that says what to give."""
    host = machine("v2")
    (host.cgroups / "cgroup.controllers").unlink()
    assert host.scrape() == {"container_scrape_error": [({}, 1)]}
    assert "--cgroup-root" in capsys.readouterr().err
