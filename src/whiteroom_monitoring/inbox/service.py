"""Where notifications of all channels arrive: stored, then acknowledged, counted and shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from whiteroom_monitoring.client.generated import inbox as metrics
from whiteroom_monitoring.inbox.message import Action, InvalidMessageError, Message
from whiteroom_monitoring.inbox.receiver import Receiver
from whiteroom_monitoring.inbox.receivers import load_receivers
from whiteroom_monitoring.inbox.store import Store

# A reader who is so far behind is better served by loading the page anew.
BACKLOG = 100
Result = TypeVar("Result")


class InboxService:
    """Stores notifications and tells those who watch. Used from one event loop.

    Raises StoreError when ``folder`` has no usable database and none can be made.
    """

    def __init__(self, folder: Path, receivers: Mapping[str, Receiver] | None = None) -> None:
        self.receivers = load_receivers() if receivers is None else receivers
        # The database is used by one thread, which is not the one that answers requests.
        self._thread = ThreadPoolExecutor(1, "inbox-store")
        json_channels = [r.name for r in self.receivers.values() if r.has_json]
        self._store = self._thread.submit(Store, folder, json_channels=json_channels).result()
        self._watchers: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._closed = False

    def prepare_counters(self) -> None:
        """Begin every channel's counters at 0, so that their first event is seen as one."""
        for name in self.receivers:
            metrics.inbox_notifications_total.labels(channel=name)
            metrics.inbox_rejected_total.labels(channel=name)

    async def ingest(self, message: Message) -> None:
        """Store a notification, count and show it. Raises StoreError; then it is not taken."""
        stored = await self.query(lambda store: store.add(message))
        metrics.inbox_notifications_total.inc(channel=message.channel)
        self._show(stored)

    async def act(self, incident: int, action: Action) -> dict[str, Any] | None:
        """Acknowledge or resolve an open incident and show it; None when there is no such one."""
        stored = await self.query(lambda store: store.act(incident, action))
        if stored is not None:
            self._show(stored)
        return stored

    def reject(self, channel: str, error: InvalidMessageError) -> None:
        """Count what was no notification, and say why in the log."""
        metrics.inbox_rejected_total.inc(channel=channel)
        print(f"{channel}: rejected: {error}", flush=True)

    async def query(self, question: Callable[[Store], Result]) -> Result:
        """Run ``question`` with the store, one after the other."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, question, self._store)

    async def watch(self, heartbeat_s: float) -> AsyncIterator[dict[str, Any] | None]:
        """Yield each message that arrives from now on, and None after each silent interval."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            while not self._closed:
                try:
                    async with asyncio.timeout(heartbeat_s):
                        message = await queue.get()
                except TimeoutError:
                    message = None
                if not self._closed:
                    yield message
        finally:
            self._watchers.discard(queue)

    def close_watches(self) -> None:
        """End every `watch` now."""
        self._closed = True
        for watcher in self._watchers:
            watcher.put_nowait(None)

    def close(self) -> None:
        """Finish what is being stored, and close the store."""
        self._thread.submit(self._store.close)
        self._thread.shutdown(wait=True)

    def _show(self, stored: dict[str, Any]) -> None:
        for watcher in self._watchers:
            if watcher.qsize() < BACKLOG:
                watcher.put_nowait(stored)
