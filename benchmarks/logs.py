"""The log store beside grep, ripgrep and `zstd -3 | rg` on the same lines, in the same run.

    python -m benchmarks.logs [--lines 1000000] [--stored-gb 10] [--json]

Lines are pushed over HTTP as snappy protobuf, 1,000 a push, each push durable before its 204; then
the store is asked over HTTP. What counts is processor time: of the store's process, and of the
peers' processes. It needs Debian's ripgrep and zstd. With `--stored-gb`, a store is started that
has so much on its disk, which takes that room for a while.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import cramjam
import orjson
import psutil

from benchmarks import log_queries, log_shipper
from benchmarks.report import Row, at_most, parser, show
from whiteroom_monitoring.logs.store import manifest
from whiteroom_monitoring.logs.store.segment import SUFFIX

A_PUSH = 1000
JOBS = ("web", "engine", "kernel", "database")
PROTOBUF = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"}
JSON = {"Content-Type": "application/json"}
RARE, ABSENT, FREQUENT = "needle-in-the-haystack-42", "nothing has this text", "whiteroom"
REGEX = "status=5[0-9]{2} .*rt=0\\.9"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass(frozen=True)
class Line:
    """A line of one job."""

    job: str
    time_ns: int
    text: bytes

    @property
    def labels(self) -> str:
        """The labels of its stream, as a client pushes them."""
        return f'{{job="{self.job}"}}'


def lines(count: int, end_ns: int) -> Iterator[Line]:
    """Yield lines of four kinds, 189 bytes on the average; one is rare, a quarter has a word."""
    rnd = random.Random(20261130)
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    for number in range(count):
        kind, some = number % 4, rnd.getrandbits(64)
        if kind == 0:
            text = (
                f"10.0.{some & 255}.{some >> 8 & 255} GET /api/songs/{some >> 16 & 0xFFFFF} "
                f"status={(200, 200, 200, 304, 404, 500)[some % 6]} bytes={some >> 40} "
                f"rt=0.{some % 997:03} agent={agent} host=studio.example"
            )
        elif kind == 1:
            text = (
                f'{{"level":"{("info", "debug", "warn", "error")[some % 4]}","msg":"callback done",'
                f'"trace_id":"{rnd.getrandbits(128):032x}","channel":"bass{some % 24}",'
                f'"load":{some % 1000 / 1000},"frames":{64 << some % 4},"device":"default out"}}'
            )
        elif kind == 2:
            text = (
                f"studio{some % 9} kernel: [{some % 10**9 / 1e3:.6f}] usb {some % 7}-{some % 5}: "
                f"new high-speed USB device number {some % 127} using xhci_hcd, "
                f"idVendor={some % 65536:04x} "
                f"idProduct={some >> 20 & 0xFFFF:04x}, bcdDevice= {some % 10}.{some % 100:02}"
            )
        else:
            text = (
                f"whiteroom@songs LOG: duration: {some % 100000 / 1e3} ms statement: SELECT id, "
                f"name, owner FROM songs WHERE owner = {some % 10**6} AND "
                f"changed > {some >> 20 & 0xFFFFFF} "
                f"ORDER BY changed DESC LIMIT 50 -- session {some >> 44:05x}"
            )
        if number == count // 3:
            text += f" {RARE} trace_id={TRACE}"
        yield Line(JOBS[kind], end_ns - (count - number) * 1000, text.encode())


def _field(number: int, data: bytes) -> bytes:
    size, length = len(data), bytearray()
    while size >= 128:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return bytes([number << 3 | 2]) + bytes(length) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def protobuf(batch: Sequence[Line | log_queries.Line]) -> bytes:
    """Return a push as Loki's clients send it."""
    streams: dict[str, list[bytes]] = {}
    for line in batch:
        seconds, rest = divmod(line.time_ns, 10**9)
        moment = b"\x08" + _varint(seconds) + b"\x10" + _varint(rest)
        entry = _field(1, moment) + _field(2, line.text)
        streams.setdefault(line.labels, []).append(_field(2, entry))
    parts = [
        _field(1, _field(1, labels.encode()) + b"".join(entries))
        for labels, entries in streams.items()
    ]
    return bytes(cramjam.snappy.compress_raw(b"".join(parts)))


def json_push(batch: Sequence[Line]) -> bytes:
    """Return the same as JSON."""
    streams: dict[str, list[list[str]]] = {}
    for line in batch:
        streams.setdefault(line.job, []).append([str(line.time_ns), line.text.decode()])
    content = [{"stream": {"job": job}, "values": values} for job, values in streams.items()]
    return orjson.dumps({"streams": content})


class Store:
    """A store's process, and a connection to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments = Path(tempfile.mkdtemp(prefix="whiteroom-bench-", dir="/dev/shm"))
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "whiteroom_monitoring", "log-store", "--port", "0"),
                *("--data", str(folder), "--segments", str(self.segments)),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        address = self.process.stdout.readline()
        self.port = int(address.strip().rstrip("/").rpartition(":")[2])
        self.watched = psutil.Process(self.process.pid)
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> bytes:
        """Return the body of an answer, which has to be good."""
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
        except http.client.RemoteDisconnected:
            # While a peer ran, the connection was idle for too long.
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path[:100]}: {answer.status}: {content[:200]!r}")
        return content

    def cpu_s(self) -> float:
        """Return the processor time of the process so far."""
        times = self.watched.cpu_times()
        return float(times.user + times.system)

    def resident_mb(self) -> float:
        """Return its anonymous memory."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.partition("RssAnon:")[2].split()[0]) / 1000

    def close(self) -> None:
        """End it."""
        self._connection.close()
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.segments)


@dataclass
class Ingested:
    """What pushing has cost: processor seconds, the times of pushes, the most memory in MB."""

    cpu_s: float
    raw_bytes: int
    pushes_s: list[float]
    resident_mb: float


def ingest(store: Store, bodies: Sequence[bytes], headers: dict[str, str], raw: int) -> Ingested:
    """Push bodies, one after the other, and let the store write all to segments."""
    began, times, most = store.cpu_s(), [], 0.0
    for number, body in enumerate(bodies):
        at = time.perf_counter()
        store.ask("POST", "/loki/api/v1/push", body, headers)
        times.append(time.perf_counter() - at)
        if number % 20 == 0:
            most = max(most, store.resident_mb())
    store.ask("POST", "/flush")
    return Ingested(store.cpu_s() - began, raw, times, max(most, store.resident_mb()))


def query_cpu_ms(store: Store, query: str, times: tuple[int, int], limit: int = 5000) -> float:
    """Return the store's processor time for a query, on the average of a second of them."""
    words = urlencode({"query": query, "start": times[0], "end": times[1], "limit": limit})
    store.ask("GET", f"/loki/api/v1/query_range?{words}")
    began, until, count = store.cpu_s(), time.monotonic() + 1.5, 0
    while time.monotonic() < until or count < 3:
        store.ask("GET", f"/loki/api/v1/query_range?{words}")
        count += 1
    return (store.cpu_s() - began) / count * 1000


def peer_cpu_ms(*command: str) -> float:
    """Return the least processor time of a command and what it starts, of five runs."""
    durations_s = []
    for _ in range(5):
        before = os.times()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        after = os.times()
        durations_s.append(
            after.children_user + after.children_system
            - before.children_user - before.children_system
        )  # fmt: skip
    return min(durations_s) * 1000


def _searched(
    store: Store, raw: Path, packed: Path, times: tuple[int, int], scale: float
) -> Iterator[Row]:
    every = '{job=~".+"}'
    tests = (
        ("rare text", f'{every} |= "{RARE}"', "-F", RARE, 10.0),
        ("trace id", f'{every} |= "{TRACE}"', "-F", TRACE, 10.0),
        ("absent text", f'{every} |= "{ABSENT}"', "-F", ABSENT, 5.0),
        ("frequent text", f'{every} |= "{FREQUENT}"', "-F", FREQUENT, 200.0 * scale),
        ("regular expression", f"{every} |~ `{REGEX}`", "-e", REGEX, 400.0 * scale),
    )
    for name, query, option, pattern, goal in tests:
        ours = query_cpu_ms(store, query, times)
        peer = peer_cpu_ms("rg", "--no-config", "-j1", "-c", option, pattern, str(raw))
        row = at_most(f"{name}, CPU", "ms", ours, goal)
        yield Row(row.name, row.unit, ours, row.goal, row.met, peer, ours / peer if peer else None)
    rare = query_cpu_ms(store, f'{every} |= "{RARE}"', times)
    grep = peer_cpu_ms("grep", "-c", "-F", RARE, str(raw))
    yield Row("rare text beside grep, CPU", "ms", rare, "< peer", rare < grep, grep, rare / grep)
    words = f"zstd -dcq '{packed}' | rg --no-config -c -F '{RARE}'"
    zstd = peer_cpu_ms("sh", "-c", words)
    name = "rare text beside zstd | rg, CPU"
    yield Row(name, "ms", rare, "< peer", rare < zstd, zstd, rare / zstd)


def _queried(count: int, folder: Path) -> Iterator[Row]:
    """Measure queries of LogQL, over an hour of other lines."""
    end_ns = time.time_ns()
    rows = list(log_queries.lines(count, end_ns))
    start_ns = end_ns - log_queries.HOUR_NS
    peer = log_queries.Peer(iter(rows), start_ns) if log_queries.duckdb else None
    with contextlib.closing(Store(folder / "queried")) as store:
        for first in range(0, count, A_PUSH):
            store.ask("POST", "/loki/api/v1/push", protobuf(rows[first : first + A_PUSH]), PROTOBUF)
        store.ask("POST", "/flush")
        scale = max(1.0, count / 1e6)
        client = log_queries.Asked(store.ask, store.cpu_s, (start_ns, end_ns))
        yield from log_queries.measured(client, peer, scale)


def run(count: int, folder: Path) -> list[Row]:
    """Measure everything, with files in ``folder``."""
    texts = (line.text for line in lines(min(count, 300_000), time.time_ns()))
    return [
        *_stored(count, folder),
        *_queried(count, folder),
        *log_shipper.measured(texts, folder),
    ]


def _stored(count: int, folder: Path) -> list[Row]:
    end_ns = time.time_ns()
    raw_file, packed = folder / "lines", folder / "lines.zst"
    bodies, json_bodies, batch, raw = list[bytes](), list[bytes](), list[Line](), 0
    with raw_file.open("wb") as file:
        for line in lines(count, end_ns):
            file.write(line.text + b"\n")
            raw += len(line.text) + 1
            batch.append(line)
            if len(batch) == A_PUSH:
                bodies.append(protobuf(batch))
                if len(json_bodies) < 200:
                    json_bodies.append(json_push(batch))
                batch = []
    subprocess.run(["zstd", "-3", "-q", str(raw_file), "-o", str(packed)], check=True)
    rows = []
    with contextlib.closing(Store(folder / "json")) as store:
        done = ingest(store, json_bodies, JSON, raw * len(json_bodies) // len(bodies))
        rate = done.raw_bytes / 1e6 / done.cpu_s
        rows.append(Row("JSON pushes", "MB per CPU second", rate, ">= 30", rate >= 30))
    with contextlib.closing(Store(folder / "logs")) as store:
        done = ingest(store, bodies, PROTOBUF, raw)
        rate = raw / 1e6 / done.cpu_s
        rows.append(Row("protobuf pushes", "MB per CPU second", rate, ">= 60", rate >= 60))
        p99 = statistics.quantiles(done.pushes_s, n=100)[98] * 1000
        rows.append(at_most("p99 of a push, wall", "ms", p99, 100))
        rows.append(at_most("resident (anonymous)", "MB", done.resident_mb, 150))
        size = sum(path.stat().st_size for path in store.folder.glob("*.logs"))
        rows.append(at_most("disk / raw", "", size / raw, 0.23))
        scale = max(1.0, count / 1e6)
        times = (end_ns - count * 2000, end_ns + 1)
        rows += _searched(store, raw_file, packed, times, scale)
    rows.append(at_most("ready after a restart, wall", "s", _starting_s(folder / "logs"), 3))
    return rows


def _starting_s(folder: Path) -> float:
    began = time.monotonic()
    with contextlib.closing(Store(folder)):
        return time.monotonic() - began


def _started(stored_gb: float, folder: Path) -> list[Row]:
    """Start a store of so many gigabytes: copies of the segments of the one that was filled."""
    whole = manifest.read(folder)
    assert whole is not None
    known, size = list(whole.segments), sum(info.size for info in whole.segments)
    for original in itertools.cycle(known):
        if size >= stored_gb * 1e9:
            break
        name = f"{whole.next_segment:08}"
        shutil.copy(folder / f"{original.name}{SUFFIX}", folder / f"{name}{SUFFIX}")
        whole.segments.append(replace(original, name=name))
        whole.next_segment += 1
        size += original.size
    whole.write(folder)
    row = f"ready with {size / 1e9:.1f} GB stored, wall"
    return [at_most(row, "s", min(_starting_s(folder) for _ in range(3)), 1)]


def main() -> int:
    """Run the benchmark."""
    made = parser(__doc__)
    made.add_argument("--lines", type=int, default=1_000_000, help="default %(default)s")
    made.add_argument("--stored-gb", type=float, help="start a store of so many gigabytes, too")
    arguments = made.parse_args()
    for name in ("rg", "zstd", "grep"):
        if shutil.which(name) is None:
            print(f"{name} is missing: install Debian's ripgrep, zstd and grep", file=sys.stderr)
            return 2
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-bench-logs-"))
    try:
        rows = run(arguments.lines, folder)
        if arguments.stored_gb:
            rows += _started(arguments.stored_gb, folder / "logs")
        return show(rows, arguments.json)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
