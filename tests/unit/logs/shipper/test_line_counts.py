"""Which lines count as crashes and as kills for want of memory, and which as what level."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.shipper_simulation import Simulation
from whiteroom_monitoring.logs.shipper import line_counts

CRASHES = [
    # The kernel.
    "whiteroom-engin[812]: segfault at 7f3a10 ip 00007f3a1c2b sp 00007ffd error 4 in libc.so.6",
    "traps: whiteroom-engin[812] general protection fault ip:7f3a1c sp:7ffd12 error:0 in libc.so.6",
    "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
    # systemd and its coredump, shells.
    "whiteroom-engine.service: Main process exited, code=dumped, status=11/SEGV",
    "Process 812 (whiteroom-engin) of user 1000 dumped core.",
    "./run.sh: line 3:   812 Segmentation fault      ./engine",
    "Segmentation fault (core dumped)",
    "Segmentation fault",
    "Aborted (core dumped)",
    # glibc and libstdc++, libc++.
    "engine: mixer.c:12: mix: Assertion `frames > 0' failed.",
    "double free or corruption (out)",
    "free(): invalid pointer",
    "malloc(): corrupted top size",
    "malloc(): memory corruption",
    "corrupted size vs. prev_size",
    "corrupted double-linked list",
    "*** stack smashing detected ***: terminated",
    "*** buffer overflow detected ***: terminated",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "terminate called without an active exception",
    "terminate called recursively",
    "libc++abi: terminating due to uncaught exception of type x",
    "libc++abi: terminating with uncaught exception of type std::runtime_error",
    "==812==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020",
    # Swift.
    "Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range",
    "FrontEnd/Song.swift:41: Fatal error: Unexpectedly found nil while unwrapping",
    "Fatal error: Index out of range: file Song.swift, line 41",
    "*** Program crashed: Bad pointer dereference at 0x0000000000000000 ***",
    # Python, Rust, Go.
    "Fatal Python error: Segmentation fault",
    "thread 'main' panicked at src/main.rs:2:5:",
    "thread 'worker' (812) panicked at src/main.rs:2:5:",
    "panic: runtime error: invalid memory address or nil pointer dereference",
    # PostgreSQL and nginx.
    "LOG:  server process (PID 812) was terminated by signal 11: Segmentation fault",
    "[alert] 1#1: worker process 812 exited on signal 6",
    # A text in JSON.
    json.dumps({"level": "error", "message": "Fatal error: Index out of range"}),
    json.dumps({"level": "error", "message": "panic: runtime error"}),
]
OUT_OF_MEMORY = [
    "Out of memory: Killed process 812 (whiteroom-engin) total-vm:9146384kB, anon-rss:6146384kB",
    "Out of memory: Kill process 812 (whiteroom-engin) score 905 or sacrifice child",
    "Memory cgroup out of memory: Killed process 812 (postgres) total-vm:9146384kB, anon-rss:614kB",
    "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=postgres,pid=812",
    "whiteroom-engine.service: A process of this unit has been killed by the OOM killer.",
    "whiteroom-engine.service: Failed with result 'oom-kill'.",
    "Killed /user.slice due to memory pressure for /user.slice being 61.13% > 50.00%",
    "Killed /system.slice/x.service due to memory used being more than 90.00%",
]
NEAR_MISSES = [
    "no crash occurred",
    "no segmentation fault, no core was dumped",
    "handler for Segmentation fault is installed",
    "segmentation of the image at 12 ip 3",
    "GET /api/v1/rooms/oom-kill:1/out-of-memory?panic=1 HTTP/1.1",
    "GET /oom?q=Out%20of%20memory:%20Killed%20process%201 HTTP/1.1",
    "Out of memory: the cache is emptied",
    "bloom: the zoom of room 12",
    "systemd-oomd: Started Userspace Out-Of-Memory (OOM) Killer.",
    "the plug-in is terminated by signal 15",
    "worker process 812 exited on signal 9",
    "nonfatal error: retried",
    "assertion of rights failed",
    "don't panic: all is well",
    "thread 'main' started",
    "free(): 12 blocks",
    "general protection against faults",
    "Main process exited, code=exited, status=1/FAILURE",
    "terminate called by the user",
]
TRACEBACK = "Traceback (most recent call last):"


class _Counter:
    """Counts as the client's counter does."""

    def __init__(self) -> None:
        self.values: Counter[tuple[str, ...]] = Counter()

    def inc(self, amount: int, **labels: str) -> None:
        self.values[tuple(labels.values())] += amount


@pytest.fixture(name="counters")
def _counters(monkeypatch: pytest.MonkeyPatch) -> Any:
    names = ("log_lines_total", "log_pattern_matches_total")
    counters = SimpleNamespace(**{name: _Counter() for name in names})
    monkeypatch.setattr(line_counts, "metrics", counters)
    return counters


def _stream(labels: dict[str, str], *lines: str, age_s: float = 0) -> dict[str, Any]:
    stamp = str(time.time_ns() - round(age_s * 1e9))
    return {"stream": labels, "values": [[stamp, line] for line in lines]}


@pytest.mark.parametrize("line", CRASHES)
def test_a_crash_counts(counters: Any, line: str) -> None:
    """A line as a process or its supervisor writes it, alone or among others, at any level."""
    streams = [_stream({"service": "x", "level": "info"}, "before", line, "after")]
    line_counts.count("journal", streams)
    assert counters.log_pattern_matches_total.values == {("journal", "x", "crash"): 1}


@pytest.mark.parametrize("line", OUT_OF_MEMORY)
def test_a_kill_for_want_of_memory_counts(counters: Any, line: str) -> None:
    """The kernel's lines, with and without a cgroup, systemd's and those of systemd-oomd."""
    line_counts.count("journal", [_stream({"service": "kernel"}, "before", line)])
    assert counters.log_pattern_matches_total.values == {("journal", "kernel", "out_of_memory"): 1}


@pytest.mark.parametrize("line", NEAR_MISSES)
def test_what_only_sounds_like_it_does_not_count(counters: Any, line: str) -> None:
    """Sentences about crashes and addresses with their words are none, nor are they in JSON."""
    lines = (line, json.dumps({"message": line}))
    line_counts.count("backend", [_stream({"service": "x", "level": "critical"}, *lines)])
    assert not counters.log_pattern_matches_total.values


@pytest.mark.parametrize(
    ("level", "count"), [("critical", 1), ("crit", 1), ("error", 0), ("", 0), ("info", 0)]
)
def test_a_traceback_is_a_crash_where_nobody_caught_it(
    counters: Any, level: str, count: int
) -> None:
    """At the level critical; one that is an error, or that a server prints, was caught."""
    labels = {"service": "x", **({"level": level} if level else {})}
    line_counts.count("backend", [_stream(labels, TRACEBACK, '  File "x.py", line 1')])
    assert sum(counters.log_pattern_matches_total.values.values()) == count


def test_lines_count_by_level(counters: Any) -> None:
    """Each by what its label means."""
    labels = {"service": "web", "job": "nginx"}
    levels = ["emerg", "crit", "err", "ERROR", "warning", "notice", "trace", "x", ""]
    streams = [_stream({**labels, "level": level}, "one", "two") for level in levels]
    line_counts.count("nginx", streams)
    line_counts.count("engine", [_stream({"job": "engine"}, "no service")])
    assert counters.log_lines_total.values == {
        ("nginx", "web", "critical"): 4,
        ("nginx", "web", "error"): 4,
        ("nginx", "web", "warn"): 2,
        ("nginx", "web", "info"): 2,
        ("nginx", "web", "debug"): 2,
        ("nginx", "web", "unknown"): 4,
        ("engine", "", "unknown"): 1,
    }


def test_canaries_and_history_do_not_count(counters: Any) -> None:
    """A canary is no line of its service, and what is over an hour old is no news."""
    line_counts.count("engine", [_stream({"job": "canary", "service": "engine"}, CRASHES[0])])
    line_counts.count("engine", [_stream({"service": "x"}, CRASHES[0], age_s=3601)])
    assert not counters.log_lines_total.values
    line_counts.count("engine", [_stream({"service": "x"}, CRASHES[0], age_s=3590)])
    assert counters.log_pattern_matches_total.values == {("engine", "x", "crash"): 1}


@pytest.mark.parametrize("target", [0, 1])
def test_the_first_target_counts(counters: Any, tmp_path: Path, target: int) -> None:
    """What is sent to two targets counts once."""
    simulation = Simulation(tmp_path, 1, ["rename"])
    first = simulation.config.clients[0]
    other = type(first)("http://other:1/", batchwait=first.batchwait)
    simulation.config.clients.insert(target, other)
    with simulation.clock():
        shipping = simulation.start(first)
        simulation.turn(0.05)
        simulation.log.write(20)
        for _ in range(20):
            simulation.turn(0.25)
        assert not shipping.has_failed
        simulation.kill()
    lines = counters.log_lines_total.values[("count", "", "unknown")]
    assert lines == (0 if target == 0 else 20)


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "Exception in thread Thread-1 (run):",
        'Exception in thread "main" java.lang.IllegalStateException: x',
        "Uncaught TypeError: x is undefined",
    ],
)
def test_what_an_exception_printed_is_an_error(line: str) -> None:
    """A text without a level that begins as an exception's counts as one error, not as unknown."""
    assert line_counts.levels("unknown", [line, "  more"], 2) == {"unknown": 1, "error": 1}
    assert line_counts.levels("info", [line], 1) == {"info": 1}
    assert line_counts._SUSPECT.search(f"before\n{line}\nafter")


def test_what_was_there_before_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that is read for the first time has crashes of the last hour, which wake nobody."""
    counted: list[int] = []
    monkeypatch.setattr(
        line_counts, "_count", lambda s, p, level, lines: counted.append(len(lines))
    )
    now_ns = time.time_ns()
    monkeypatch.setitem(line_counts._HISTORY_NS, "journal", now_ns - 60 * 10**9)
    values = [[str(now_ns - age_s * 10**9), CRASHES[0]] for age_s in (90, 61, 59, 1)]
    for source in ("journal", "other"):
        line_counts.count(source, [{"stream": {"job": source}, "values": values}])
    assert counted == [2, 4]
