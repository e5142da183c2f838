"""Where notifications of all channels arrive: stored, then acknowledged, counted and shown."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from starlette.responses import Response

from whiteroom_monitoring.client.generated import inbox as metrics
from whiteroom_monitoring.inbox.message import (
    Action,
    InvalidMessageError,
    Message,
    storable,
    to_json,
)
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver
from whiteroom_monitoring.inbox.receivers import load_receivers
from whiteroom_monitoring.inbox.store import Store

# So many of the watcher's messages of a channel are remembered.
ROUNDS = 5
# As much of a refused body is kept.
KEPT_CHARACTERS = 4096
# A reader who is so far behind is better served by loading the page anew.
BACKLOG = 100
# Of the text and the source that one who watches is told.
SHOWN_CHARACTERS = 16 * 1024
Result = TypeVar("Result")


class InboxService:
    """Stores notifications and tells those who watch. Used from one event loop.

    Raises StoreError when ``folder`` has no usable database and none can be made.
    """

    def __init__(self, folder: Path, receivers: Mapping[str, Receiver] | None = None) -> None:
        self.receivers = load_receivers() if receivers is None else receivers
        # The database is used by one thread, which is not the one that answers requests.
        self._thread = ThreadPoolExecutor(1, "inbox-store")
        # What strangers send is parsed by another one, so that it holds up neither of them.
        self._parser = ThreadPoolExecutor(1, "inbox-parser")
        json_channels = [r.name for r in self.receivers.values() if r.has_json]
        self._store = self._thread.submit(Store, folder, json_channels=json_channels).result()
        self._watchers: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._closed = False
        self._rounds: dict[str, deque[str]] = {}

    def prepare_counters(self) -> None:
        """Begin every channel's counters at 0, so that their first event is seen as one."""
        for name in self.receivers:
            metrics.inbox_notifications_total.labels(channel=name)
            metrics.inbox_rejected_total.labels(channel=name)

    async def parse(self, receiver: Receiver, delivery: Delivery) -> Message:
        """Return what a sender has delivered. Raises InvalidMessageError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._parser, receiver.parse, delivery)

    async def ingest(self, message: Message) -> None:
        """Store a notification, count and show it. Raises StoreError; then it is not taken."""
        stored = await self.query(lambda store: store.add(message))
        metrics.inbox_notifications_total.inc(channel=message.channel)
        self._show(stored)

    def keep_round(self, message: Message) -> None:
        """Remember the title of one of the watcher's messages. It is no notification."""
        self._rounds.setdefault(message.channel, deque(maxlen=ROUNDS)).append(message.title)

    def rounds(self) -> dict[str, list[str]]:
        """Return the titles of the watcher's latest messages by channel, the newest last."""
        return {channel: list(titles) for channel, titles in self._rounds.items()}

    async def act(self, incident: int, action: Action, text: str = "") -> dict[str, Any] | None:
        """Do what a person does with an open incident, and show it; None without such a one."""
        stored = await self.query(lambda store: store.act(incident, action, text))
        if stored is not None:
            self._show(stored)
        return stored

    async def reject(
        self, receiver: Receiver, delivery: Delivery, error: InvalidMessageError
    ) -> Response:
        """Return the refusal of what was no notification; count, keep and show it.

        Whoever was to be paged has not been: nobody repeats what is refused. It is kept with what
        the original would have answered.
        """
        metrics.inbox_rejected_total.inc(channel=receiver.name)
        print(f"{receiver.name}: rejected: {error}", flush=True)
        answer = receiver.refuse(error)
        self._show(await self.query(lambda store: store.add(_refused(receiver, delivery, answer))))
        return answer

    async def query(self, question: Callable[[Store], Result]) -> Result:
        """Run ``question`` with the store, one after the other. Raises StoreError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, question)

    def _run(self, question: Callable[[Store], Result]) -> Result:
        with self._store.readable():
            return question(self._store)

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
        self._parser.shutdown(wait=False, cancel_futures=True)

    def _show(self, stored: dict[str, Any]) -> None:
        """Tell who watches. What is as long as mails are can be asked for by its id."""
        stored = {**stored, "text": stored["text"][:SHOWN_CHARACTERS]}
        if len(str(stored["raw"])) > SHOWN_CHARACTERS:
            stored["raw"] = None
        for watcher in self._watchers:
            if watcher.qsize() < BACKLOG:
                watcher.put_nowait(stored)


def _refused(receiver: Receiver, delivery: Delivery, answer: Response) -> Message:
    """Return the message that says what was refused and what its original would have answered."""
    text = storable(delivery.body.decode("utf-8", "replace"))
    body = receiver.masked(text)[:KEPT_CHARACTERS]
    reason = storable(bytes(answer.body).decode("utf-8", "replace"))
    status = answer.status_code
    raw = {"refused": body, "bytes": len(delivery.body), "status": status, "answer": reason}
    return Message(
        channel=receiver.name,
        title=f"Refused: {receiver.title} would have answered {status}, and paged nobody",
        text=f"{reason}\n\nWhat was sent begins with:\n{body}",
        raw=to_json(raw) if receiver.has_json else body,
        colour="danger",
    )
