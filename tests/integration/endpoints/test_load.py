"""Many connections, slow clients and large texts: bounded memory and threads, whole counts."""

from __future__ import annotations

import contextlib
import http.server
import resource
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.endpoints.conftest import (
    KINDS,
    PROGRAM,
    Endpoint,
    read_all,
    started,
    status_of,
)
from tests.support.wait import wait_until
from whiteroom_monitoring.client import _native

CONNECTIONS = 1000
MIB = 2**20
# Of a snapshot of the segments, and of the blocks and connections.
MOST_BYTES = 96 * MIB
MOST_THREADS = 16


@pytest.fixture(scope="module", autouse=True)
def many_files() -> Iterator[None]:
    """Let the clients of this module open enough connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = min(hard, 4096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, enough), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def _connections(endpoint: Endpoint, first: bytes) -> Iterator[list[int]]:
    """Open many connections and send the beginning of something on each."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(endpoint.connect()) for _ in range(CONNECTIONS)]
        for connection in opened:
            with contextlib.suppress(ConnectionError):
                connection.sendall(first)
        yield [connection.fileno() for connection in opened]


@pytest.mark.parametrize(
    "first",
    [b"", b"GET /met", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nA: "],
    ids=["idle", "half a line", "half a head"],
)
def test_a_scrape_passes_a_thousand_connections(endpoint: Endpoint, first: bytes) -> None:
    """A thousand connections that never finish their request keep no scraper out, and cost
    neither a thread each nor much memory."""
    before = endpoint.resident_bytes()
    with _connections(endpoint, first):
        assert endpoint.status(timeout_s=15) == 200
        assert endpoint.threads() <= MOST_THREADS
        assert endpoint.resident_bytes() - before < MOST_BYTES
    assert endpoint.status() == 200


def test_a_thread_for_each_connection_is_found() -> None:
    """The standard library's threading server breaks the law of threads, and is found to."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        opened = [
            Endpoint(None, server.server_port, Path(), "").connect()  # type: ignore[arg-type]
            for _ in range(2 * MOST_THREADS)
        ]
        wait_until(lambda: threading.active_count() > MOST_THREADS)
        for connection in opened:
            connection.close()
        server.shutdown()
        serving.join()


@pytest.fixture(scope="module")
def large() -> Iterator[Endpoint]:
    """The C++ endpoint with a text of many blocks."""
    if not PROGRAM.is_file():
        pytest.skip("the C++ endpoint is not built (Debian: libmicrohttpd-dev, doctest-dev)")
    with started("c++", 300_000) as running:
        yield running


SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_slow_readers_hold_no_more_than_they_may(large: Endpoint) -> None:
    """Of readers that don't read, some are served and the others told to come again: what the
    endpoint holds for all of them stays bounded, and it answers others."""
    before = large.resident_bytes()
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(large.connect()) for _ in range(50)]
        for reader in readers:
            reader.sendall(SCRAPE)
        statuses = [status_of(reader.recv(64)) for reader in readers]
        assert set(statuses) == {200, 503}
        assert large.resident_bytes() - before < 2 * MOST_BYTES
        assert large.status("/-/healthy") == 200
    wait_until(lambda: large.status() == 200)


def test_a_long_text_is_whole_however_slowly_it_is_read(large: Endpoint) -> None:
    """What a slow reader gets is the whole text, to its last line."""
    with large.connect() as reader:
        # By HTTP/1.0, in which no lengths of chunks stand in between.
        accept = b"GET /metrics HTTP/1.0\r\nAccept: application/openmetrics-text\r\n\r\n"
        reader.sendall(accept)
        answer = reader.recv(1000)
        for _ in range(20):
            time.sleep(0.02)
            answer += reader.recv(100_000)
        answer += read_all(reader)
    assert answer.count(b"test_many_total{") == 300_000
    assert answer.endswith(b"\n# EOF\n")


@pytest.mark.parametrize("kind", KINDS[:2])
def test_recording_loses_nothing(
    start: Callable[..., contextlib.AbstractContextManager[Endpoint]], kind: str
) -> None:
    """What a program has recorded while it was scraped and pestered is what is left of it."""
    if kind == "c++" and not PROGRAM.is_file():
        pytest.skip("the C++ endpoint is not built (Debian: libmicrohttpd-dev, doctest-dev)")
    with start(kind) as endpoint:
        with _connections(endpoint, b"GET"):
            for _ in range(20):
                endpoint.status()
        times = endpoint.end()
        assert times > 100
        assert _left(endpoint) == times


def _left(endpoint: Endpoint) -> int:
    program = {"c++": "test", "python": "business-metrics"}
    (name,) = [p for p in _native.programs(str(endpoint.folder)) if p in program.values()]
    text = _native.expose(str(endpoint.folder), name).text().decode()
    (line,) = [line for line in text.splitlines() if line.startswith(f"{endpoint.counter} ")]
    return int(line.split()[1])


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_scrape_of_a_million_series_holds_a_copy_of_the_segment() -> None:
    """The memory of a scrape of a million series is that of the series, not of their text."""
    with started("c++", 1_000_000) as endpoint:
        before = endpoint.resident_bytes()
        peak = [before]
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.002):
                peak[0] = max(peak[0], endpoint.resident_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        length = len(endpoint.get("/metrics", timeout_s=60))
        ended.set()
        watcher.join()
    assert length > 35 * MIB
    assert peak[0] - before < 120 * MIB, (peak[0] - before) / MIB
