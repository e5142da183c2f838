"""What a scrape costs once many short-lived processes have come and gone, ours against
prometheus_client's multiprocess mode, in one run.

Both record the same three metrics in each of the processes, on a memory file system; then one
process that goes on is scraped. Takes about half a minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from benchmarks import report
from benchmarks.report import Row

PROCESSES = 500
SCRAPES = 15

# How each begins, records, ends a process and scrapes; the rest is the same for both.
OURS = """
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business, http
client.prepare("business-metrics", folder)
def record():
    business.songs_created_total.inc()
    http.http_active_connections.inc()
    http.http_request_duration_seconds.observe(0.2)
end = client.close
scrape = client.exposition
def ended(pid):
    pass
"""
PEER = """
import os
os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
import prometheus_client
from prometheus_client import multiprocess
registry = prometheus_client.CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
songs = prometheus_client.Counter("songs_created", "Songs.")
connections = prometheus_client.Gauge("connections", "Open.", multiprocess_mode="livesum")
duration = prometheus_client.Histogram("duration_seconds", "Duration.", buckets=(
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0))
def record():
    songs.inc()
    connections.inc()
    duration.observe(0.2)
def end():
    pass
ended = multiprocess.mark_process_dead
def scrape():
    return prometheus_client.generate_latest(registry)
"""
COMMON = """
import json, os, statistics, time
def scrape_ms():
    def once():
        begin = time.perf_counter()
        scrape()
        return (time.perf_counter() - begin) * 1e3
    return statistics.median(once() for _ in range(scrapes))
record()
before = scrape_ms()
for _ in range(processes):
    if (child := os.fork()) == 0:
        record()
        end()
        os._exit(0)
    os.waitpid(child, 0)
    ended(child)
after = scrape_ms()
songs = next(line for line in scrape().decode().splitlines()
             if line.startswith("songs_created_total"))
print(json.dumps({"before_ms": before, "after_ms": after, "files": len(os.listdir(folder)),
                  "songs": float(songs.split()[1])}))
"""


@dataclass(frozen=True)
class Measured:
    """What one of the two has shown; ``songs`` is what the scrape has counted."""

    before_ms: float
    after_ms: float
    files: int
    songs: float


def measure(code: str) -> Measured:
    """Let the processes come and go."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-benchmark-", dir="/dev/shm") as folder:
        head = f"folder, processes, scrapes = {folder!r}, {PROCESSES}, {SCRAPES}\n"
        done = subprocess.run(
            [sys.executable, "-c", head + code + COMMON],
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            capture_output=True,
            text=True,
            check=True,
        )
    return Measured(**json.loads(done.stdout))


def rows() -> list[Row]:
    """Measure both and judge."""
    ours, peer = measure(OURS), measure(PEER)
    after = f"after {PROCESSES} processes"
    faster = peer.after_ms / ours.after_ms
    grown, peer_grown = ours.after_ms / ours.before_ms, peer.after_ms / peer.before_ms
    fewer = peer.files / ours.files
    counted = ours.songs == PROCESSES + 1
    return [
        Row(
            *(f"scrape {after}", "ms", ours.after_ms, ">= 100 times", faster >= 100),
            *(peer.after_ms, faster),
        ),
        Row(
            *(f"scrape {after} / before", "times", grown, "<= 1.5 times", grown <= 1.5),
            *(peer_grown, peer_grown / grown),
        ),
        Row(
            f"files {after}", "files", ours.files, "<= 3 files", ours.files <= 3, peer.files, fewer
        ),
        Row(f"counts {after}", "", ours.songs, f"= {PROCESSES + 1}", counted, peer.songs),
    ]


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    arguments = report.parser(__doc__).parse_args()
    return report.show(rows(), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
