"""New lines as they come: what the log store tells by WebSocket, as server-sent events.

Nothing piles up here: who reads slowly makes the store wait, which drops lines and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from whiteroom_monitoring.console.logs.explorer import encoded
from whiteroom_monitoring.datasources.loki import lines_of

OPEN_S = 5.0
# So often a browser that has nothing to read hears that the console is still there.
HEARTBEAT_S = 15.0
RETRY_MS = 2000
_LARGEST_BYTES = 32 * 1024 * 1024
_WAITING_MESSAGES = 4
# WebSocket's code for a query that is refused, RFC 6455 section 7.4.1.
_POLICY_VIOLATION = 1008


async def events(address: str, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
    """Yield an event for each message of the store, and one that says why there are no more.

    A ``problem`` that is ``final`` is the query's; after any other one, asking again may help.
    """
    yield b"retry: %d\n\n" % RETRY_MS
    connection = connect(
        address,
        additional_headers=dict(headers),
        open_timeout=OPEN_S,
        max_size=_LARGEST_BYTES,
        max_queue=_WAITING_MESSAGES,
        proxy=None,
    )
    try:
        async with connection as socket:
            while True:
                message: str | bytes | None = None
                with contextlib.suppress(TimeoutError):
                    message = await asyncio.wait_for(socket.recv(), HEARTBEAT_S)
                yield b": still here\n\n" if message is None else _lines(orjson.loads(message))
    except ConnectionClosed as error:
        code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (0, "")
        yield _problem(reason or "The log store has ended the tail.", code == _POLICY_VIOLATION)
    except InvalidStatus as error:
        status = error.response.status_code
        text = (error.response.body or b"").decode(errors="replace").strip()
        yield _problem(
            text or f"The log store answered with status {status}.",
            status == HTTPStatus.BAD_REQUEST,
        )
    except (OSError, InvalidHandshake, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        yield _problem(f"The log store can't be reached: {reason}.", False)


def _lines(content: Any) -> bytes:
    lines = sorted(lines_of(content.get("streams") or ()), key=lambda line: line.time_ns)
    dropped = len(content.get("dropped_entries") or ())
    data = {"lines": [encoded(line) for line in lines], "dropped": dropped}
    name = b"id: %d\n" % (lines[-1].time_ns + 1) if lines else b""
    return name + b"data: " + orjson.dumps(data) + b"\n\n"


def _problem(text: str, final: bool) -> bytes:
    data = orjson.dumps({"problem": text, "final": final})
    return b"event: problem\ndata: " + data + b"\n\n"
