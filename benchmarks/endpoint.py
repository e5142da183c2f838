"""What a scrape of 1,000,000 series costs, ours against prometheus-cpp's Exposer, in one run.

Needs Debian's prometheus-cpp-dev. The scrapes take turns; the memory is the highest that a process
was seen to use during them, beyond what it used before. Takes about a minute.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from urllib.request import Request, urlopen

from benchmarks import report
from benchmarks.native_build import program
from benchmarks.report import Row

SERIES = 1_000_000
SCRAPES = 5
MEGABYTE = 1e6
MOST_MEMORY_MB = 120
MOST_TAIL_RATIO = 1.5


@dataclass
class Serving:
    """A program of native/endpoint.cpp that runs."""

    process: subprocess.Popen[str]

    def __post_init__(self) -> None:
        """Wait until it serves."""
        self.url = f"http://127.0.0.1:{self._line()}/metrics"

    def __enter__(self) -> Serving:
        """Return the program."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def scrape(self) -> tuple[float, int]:
        """Return how long a scrape takes in seconds, and the length of its text."""
        begin = time.perf_counter()
        length = 0
        with urlopen(Request(self.url), timeout=120) as answer:
            while block := answer.read(2**20):
                length += len(block)
        return time.perf_counter() - begin, length

    def tail_cycles(self) -> float:
        """Return the 99.99th percentile of an observation in it."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self._line())

    def resident_mb(self) -> float:
        """Return the memory that it uses."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * 4096 / MEGABYTE

    @contextmanager
    def peak(self, into: list[float]) -> Iterator[None]:
        """Append the highest use of memory meanwhile, beyond that of before."""
        before, highest, ended = self.resident_mb(), [0.0], threading.Event()

        def watch() -> None:
            while not ended.wait(0.001):
                highest[0] = max(highest[0], self.resident_mb())

        watcher = threading.Thread(target=watch)
        watcher.start()
        yield
        ended.set()
        watcher.join()
        into.append(highest[0] - before)

    @contextmanager
    def scraped(self) -> Iterator[None]:
        """Scrape without pause meanwhile."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.is_set():
                self.scrape()

        scraper = threading.Thread(target=go_on)
        scraper.start()
        time.sleep(0.1)
        yield
        ended.set()
        scraper.join()


def _started(whose: str) -> Serving:
    command = [str(program("endpoint")), whose]
    return Serving(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    )


def _tail_ratio(serving: Serving) -> float:
    ratios = []
    for _ in range(SCRAPES):
        alone = serving.tail_cycles()
        with serving.scraped():
            ratios.append(serving.tail_cycles() / alone)
    return median(ratios)


def measure() -> list[Row]:
    """Measure both, in turn."""
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    memory: dict[str, list[float]] = {"ours": [], "peer": []}
    lengths = {}
    with _started("ours") as ours, _started("peer") as peer:
        for _ in range(SCRAPES):
            for name, serving in (("ours", ours), ("peer", peer)):
                with serving.peak(memory[name]):
                    taken, lengths[name] = serving.scrape()
                times[name].append(taken)
        tails = _tail_ratio(ours), _tail_ratio(peer)
    took = [median(times[name]) * 1000 for name in times]
    held = [max(memory[name]) for name in memory]
    text_mb = lengths["ours"] / MEGABYTE
    return [
        _compared("scrape of 1,000,000 series", "ms", took, "-", True),
        _compared(
            f"memory of it (its text: {text_mb:.0f} MB)",
            "MB",
            held,
            f"<= {MOST_MEMORY_MB} MB",
            held[0] <= MOST_MEMORY_MB,
        ),
        _compared(
            "p99.99 of observe, scraped / not",
            "times",
            list(tails),
            f"<= {MOST_TAIL_RATIO} times",
            tails[0] <= MOST_TAIL_RATIO,
        ),
    ]


def _compared(name: str, unit: str, figures: list[float], goal: str, met: bool) -> Row:
    ours, peer = figures
    return Row(name, unit, ours, goal, met, peer, peer / ours)


def main() -> int:
    """Measure and report."""
    arguments = report.parser(__doc__).parse_args()
    return report.show(measure(), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
