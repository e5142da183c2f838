"""New lines by WebSocket, as they become durable."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.clients import parsed
from whiteroom_monitoring.logs.logql.golang import numbers
from whiteroom_monitoring.logs.logql.parser import parse_labels, parse_log_query
from whiteroom_monitoring.logs.logql.pipeline import Pipeline
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.service import BusyError, LogService
from whiteroom_monitoring.logs.store.store import Fresh

# So many lines wait for a reader; what comes while it is full is told as dropped.
BACKLOG = 10_000
# So many new lines of its streams wait to be looked at; of what comes beyond, a stream is told.
MOST_UNREAD = 10 * BACKLOG
MAX_DELAY_S = 5
# WebSocket's codes, RFC 6455 section 7.4.1.
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013
# A reason of at most so many bytes fits into a frame that closes.
REASON_BYTES = 120


@dataclass
class Tail:
    """One reader. ``dropped`` are the lines that it was too slow for."""

    pipeline: Pipeline
    start_ns: int
    fresh: asyncio.Queue[tuple[str, _native.Rows]] = field(default_factory=asyncio.Queue)
    unread: int = 0
    queue: asyncio.Queue[list[Entry]] = field(default_factory=asyncio.Queue)
    waiting: int = 0
    dropped: list[Entry] = field(default_factory=list)

    def offer(self, fresh: Fresh) -> None:
        """Take new lines of the streams that it asks for; called in the event loop."""
        for labels, rows in fresh:
            if not self.pipeline.selects(labels):
                continue
            if self.unread + len(rows) > MOST_UNREAD:
                self._drop([Entry(rows.time_range()[0], labels, b"", b"", 0)])
                continue
            self.unread += len(rows)
            self.fresh.put_nowait((labels, rows))

    async def match(self) -> None:
        """Find what it asks for in new lines, in a thread, for as long as it reads."""
        while True:
            labels, rows = await self.fresh.get()
            entries = await asyncio.to_thread(_matching, self.pipeline, labels, rows, self.start_ns)
            self.unread -= len(rows)
            if not entries:
                continue
            if self.waiting + len(entries) > BACKLOG:
                self._drop(entries)
                continue
            self.waiting += len(entries)
            self.queue.put_nowait(entries)

    def _drop(self, entries: list[Entry]) -> None:
        self.dropped = [*self.dropped, *entries][-100:]


def _matching(pipeline: Pipeline, labels: str, rows: _native.Rows, start_ns: int) -> list[Entry]:
    matching = []
    numbers = pipeline.candidates(labels, rows, (0, len(rows)), (start_ns, 2**63 - 1))
    if not pipeline.is_plain:
        return [
            Entry(item.time_ns, labels, item.line, b"", 0, (item.stream, item.meta, item.parsed))
            for item in pipeline.process(labels, rows, numbers)
        ]
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        matching.append(Entry(time_ns, labels, line, meta, level))
    return matching


class TailApi:
    """The readers of now."""

    def __init__(self, service: LogService) -> None:
        self._service = service
        self._tails: list[Tail] = []
        self._watching: Callable[[Fresh], None] | None = None

    async def tail(self, socket: WebSocket) -> None:
        """Send the last lines, then each new one."""
        await socket.accept()
        try:
            parameters = socket.query_params
            query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
            limit = params.limit(parameters, 100, self._service.limits.max_entries_limit_per_query)
            delay = _delay_s(parameters.get("delay_for") or "0")
            # A reader whose clock is fast begins later than now.
            start, end = params.bounds(parameters)
            times = (start, max(start, end))
            tail = Tail(Pipeline(query), times[0])
            if len(self._tails) >= self._service.limits.max_concurrent_tail_requests:
                raise BusyError("max concurrent tail requests limit exceeded")
        except (QueryError, ValueError) as error:
            await socket.close(POLICY_VIOLATION, _reason(error))
            return
        except BusyError as error:
            await socket.close(TRY_AGAIN_LATER, _reason(error))
            return
        self._watch()
        self._tails.append(tail)
        try:
            await self._send_all(socket, tail, query_of=(query, times, limit), delay=delay)
        except MonitoringError as error:
            await _close(socket, TRY_AGAIN_LATER, error)
        except Exception as error:
            print("".join(traceback.format_exception(error)), flush=True)
            await _close(socket, INTERNAL_ERROR, error)
        finally:
            self._tails.remove(tail)

    async def _send_all(self, socket: WebSocket, tail: Tail, query_of, delay: int) -> None:  # type: ignore[no-untyped-def]
        query, times, limit = query_of
        answer = await asyncio.get_running_loop().run_in_executor(
            self._service.threads,
            lambda: self._service.lines("tail", query, times, limit, True),
        )
        sent = {(e.time_ns, e.labels, e.line, e.meta) for e in answer.entries}
        reader = asyncio.create_task(_until_closed(socket))
        matcher = asyncio.create_task(tail.match())
        try:
            await send(socket, answer.entries[::-1], [])
            while True:
                next_ = asyncio.create_task(tail.queue.get())
                await asyncio.wait({next_, reader, matcher}, return_when=asyncio.FIRST_COMPLETED)
                if reader.done() or matcher.done():
                    next_.cancel()
                if reader.done():
                    return
                if matcher.done():
                    matcher.result()
                entries = next_.result()
                if delay:
                    await asyncio.sleep(delay)
                while not tail.queue.empty():
                    entries += tail.queue.get_nowait()
                tail.waiting -= len(entries)
                # What was written while the first lines were looked for comes once.
                entries = [e for e in entries if (e.time_ns, e.labels, e.line, e.meta) not in sent]
                dropped, tail.dropped = tail.dropped, []
                if entries or dropped:
                    await send(socket, sorted(entries, key=lambda e: e.time_ns), dropped)
        except WebSocketDisconnect:
            return
        finally:
            reader.cancel()
            matcher.cancel()

    def _watch(self) -> None:
        if self._watching is not None:
            return
        loop = asyncio.get_running_loop()

        def watch(fresh: Fresh) -> None:
            if self._tails:
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._offer, fresh)

        self._watching = self._service.store.watch = watch

    def _offer(self, fresh: Fresh) -> None:
        for tail in list(self._tails):
            tail.offer(fresh)


def _delay_s(text: str) -> int:
    """Return for how many seconds lines are held back. Raises QueryError."""
    try:
        delay = numbers.parse_int(text[: params.MOST_DIGITS])
    except ValueError as error:
        raise QueryError(f"delay_for: {error}") from None
    if not 0 <= delay <= params.MOST_UINT32:
        raise QueryError(f"delay_for value {delay} is out of range [0, {params.MOST_UINT32}]")
    if delay > MAX_DELAY_S:
        raise QueryError(f"delay_for can't be greater than {MAX_DELAY_S}")
    return delay


def _reason(error: Exception) -> str:
    """Return why a reader is sent away, no longer than a frame that closes holds."""
    return str(error).encode(errors="replace")[:REASON_BYTES].decode(errors="ignore")


async def _close(socket: WebSocket, code: int, error: Exception) -> None:
    # Who is gone need not be told.
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, _reason(error))


async def _until_closed(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_bytes()


async def send(socket: WebSocket, entries: list[Entry], dropped: list[Entry]) -> None:
    """Tell a reader lines, and which ones it was too slow for."""
    categorized = encoding.is_categorized(socket.headers)
    content: dict[str, object] = {"streams": encoding.streams(entries, categorized)}
    if dropped:
        content["dropped_entries"] = [
            {"timestamp": str(e.time_ns), "labels": parse_labels(e.labels)} for e in dropped
        ]
    if categorized:
        content["encodingFlags"] = [encoding.CATEGORIZE]
    try:
        await socket.send_text(encoding.dumps(content).decode())
    except RuntimeError as error:
        # Starlette's word for a reader that has gone.
        raise WebSocketDisconnect from error
