"""The inbox' mail server: takes every mail, whoever it is for, within the bounds of our servers."""

from __future__ import annotations

import asyncio
import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from whiteroom_monitoring.client.exposition.bounded_http import (
    ACCEPTED_AT_ONCE,
    WAITING_CONNECTIONS,
    ServerLimits,
)
from whiteroom_monitoring.inbox.receiver import Delivery
from whiteroom_monitoring.inbox.receivers.email import RECEIVER
from whiteroom_monitoring.inbox.service import InboxService
from whiteroom_monitoring.inbox.store import StoreError
from whiteroom_monitoring.pager_path import ADDRESS
from whiteroom_monitoring.web.server import LIMITS

NAME = "whiteroom-inbox"
# Of each command in one session: Alertmanager sends one mail in each.
COMMANDS = {"*": 50, "RCPT": 100}
# A session may last for so many times as long as one of its commands may take to arrive.
COMMANDS_OF_TIME = 6
# A session may send so many times what a mail may have.
MAILS = 4


class Handler:
    """What aiosmtpd asks for each mail; the names and answers are its own and RFC 5321's."""

    def __init__(self, service: InboxService) -> None:
        self._service = service

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store a mail before it is acknowledged; 451 makes the sender try again."""
        content = envelope.content or b""
        source = content.encode() if isinstance(content, str) else content
        try:
            delivery = Delivery(source, recipients=envelope.rcpt_tos)
            message = await self._service.parse(RECEIVER, delivery)
            if envelope.rcpt_tos == [ADDRESS]:
                self._service.keep_round(message)
            else:
                await self._service.ingest(message)
        except StoreError as error:
            print(f"email: 451: {error}", flush=True)
            return "451 the mail could not be stored; try again"
        return "250 stored"

    async def handle_exception(self, error: Exception) -> str:
        """Say what went wrong within: the sender is to try again, and the log has no traceback."""
        print(f"email: 451: {type(error).__name__}: {error}"[:500], flush=True)
        return "451 the mail server has failed; try again"


class BoundedSmtp(SMTP):
    """A session that has to make progress; ``sessions`` are those of the server, the oldest first.

    When there are too many, the oldest is closed, and not the newest: that may be Alertmanager.
    """

    # A line may be as long as a mail: RFC 5321 lets servers take longer ones than they must.
    line_length_limit = LIMITS.mail_bytes

    def __init__(
        self,
        service: InboxService,
        limits: ServerLimits,
        sessions: dict[BoundedSmtp, None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            Handler(service),
            hostname=NAME,
            ident=NAME,
            data_size_limit=limits.mail_bytes,
            enable_SMTPUTF8=True,
            timeout=limits.request_s,
            command_call_limit=COMMANDS,
            loop=loop,
        )
        self._limits, self._sessions = limits, sessions
        self._received_bytes = 0
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._sessions[self] = None
        self._end = self.loop.call_later(
            self._limits.request_s * COMMANDS_OF_TIME, self._timeout_cb
        )
        if len(self._sessions) > self._limits.idle_connections:
            next(iter(self._sessions)).evict()

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.pop(self, None)
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take what is sent; aiosmtpd would keep a line for as long as it does not end."""
        self._received_bytes += len(data)
        if self._received_bytes > self._limits.mail_bytes * MAILS:
            self._close("552 this session is larger than a mail may be")
        else:
            super().data_received(data)

    def evict(self) -> None:
        """Close this session: others need its place."""
        self._close("421 there are too many connections")

    def _close(self, reason: str) -> None:
        self._sessions.pop(self, None)
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.write(f"{reason}\r\n".encode())
            self.transport.close()


async def listen(
    service: InboxService, address: str, port: int, limits: ServerLimits = LIMITS
) -> asyncio.Server:
    """Listen for mails. Raises OSError when the port can't be had."""
    loop = asyncio.get_running_loop()
    sessions: dict[BoundedSmtp, None] = {}
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    server = await loop.create_server(
        lambda: BoundedSmtp(service, limits, sessions, loop),
        sock=listener,
        backlog=ACCEPTED_AT_ONCE,
    )
    listener.listen(WAITING_CONNECTIONS)
    return server
