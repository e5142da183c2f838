"""New lines by WebSocket, as they become durable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.logql.parser import parse_log_query
from whiteroom_monitoring.logs.logql.pipeline import Pipeline
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.service import BusyError, LogService
from whiteroom_monitoring.logs.store.store import Fresh

# So many lines wait for a reader; what comes while it is full is told as dropped.
BACKLOG = 10_000
MAX_DELAY_S = 5
# WebSocket's codes, RFC 6455 section 7.4.1.
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


@dataclass
class Tail:
    """One reader. ``dropped`` are the lines that it was too slow for."""

    pipeline: Pipeline
    start_ns: int
    queue: asyncio.Queue[list[Entry]] = field(default_factory=asyncio.Queue)
    waiting: int = 0
    dropped: list[Entry] = field(default_factory=list)

    def offer(self, fresh: Fresh) -> None:
        """Take what it asks for of new lines; called in the event loop."""
        for labels, rows in fresh:
            entries = _matching(self.pipeline, labels, rows, self.start_ns)
            if not entries:
                continue
            if self.waiting + len(entries) > BACKLOG:
                self.dropped = [*self.dropped, *entries][-100:]
                continue
            self.waiting += len(entries)
            self.queue.put_nowait(entries)


def _matching(pipeline: Pipeline, labels: str, rows: _native.Rows, start_ns: int) -> list[Entry]:
    if not pipeline.selects(labels):
        return []
    found = []
    numbers = pipeline.candidates(labels, rows, (0, len(rows)), (start_ns, 2**63 - 1))
    if not pipeline.is_plain:
        return [
            Entry(one.time_ns, labels, one.line, b"", 0, (one.stream, one.meta, one.parsed))
            for one in pipeline.process(labels, rows, numbers)
        ]
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        found.append(Entry(time_ns, labels, line, meta, level))
    return found


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
            found = socket.query_params
            query = parse_log_query(found.get("query", ""))
            limit = params.limit(found, 100, self._service.limits.max_entries_limit_per_query)
            delay = int(found.get("delay_for") or 0)
            if not 0 <= delay <= MAX_DELAY_S:
                raise QueryError(f"delay_for can't be greater than {MAX_DELAY_S}")
            times = params.time_range(found)
            if len(self._tails) >= self._service.limits.max_concurrent_tail_requests:
                raise BusyError("max concurrent tail requests limit exceeded")
        except (QueryError, ValueError) as error:
            await socket.close(POLICY_VIOLATION, str(error)[:120])
            return
        except BusyError as error:
            await socket.close(TRY_AGAIN_LATER, str(error)[:120])
            return
        self._watch()
        tail = Tail(Pipeline(query), times[0])
        self._tails.append(tail)
        try:
            await self._send_all(socket, tail, query_of=(query, times, limit), delay=delay)
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
        try:
            await _send(socket, answer.entries[::-1], [])
            while True:
                next_ = asyncio.create_task(tail.queue.get())
                await asyncio.wait({next_, reader}, return_when=asyncio.FIRST_COMPLETED)
                if reader.done():
                    next_.cancel()
                    return
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
                    await _send(socket, sorted(entries, key=lambda e: e.time_ns), dropped)
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            reader.cancel()

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
        for tail in self._tails:
            tail.offer(fresh)


async def _until_closed(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_bytes()


async def _send(socket: WebSocket, entries: list[Entry], dropped: list[Entry]) -> None:
    content: dict[str, object] = {"streams": encoding.streams(entries, False)}
    if dropped:
        content["dropped_entries"] = [
            {"timestamp": str(e.time_ns), "labels": e.labels} for e in dropped
        ]
    await socket.send_text(orjson.dumps(content).decode())
