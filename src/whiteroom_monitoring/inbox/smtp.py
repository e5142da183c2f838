"""The inbox' mail server: takes every mail, whoever it is for."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from whiteroom_monitoring.inbox.receiver import Delivery
from whiteroom_monitoring.inbox.receivers import email
from whiteroom_monitoring.inbox.service import InboxService
from whiteroom_monitoring.inbox.store import StoreError
from whiteroom_monitoring.web.server import LIMITS

NAME = "whiteroom-inbox"


class Handler:
    """What aiosmtpd asks for each mail; the names and answers are its own and RFC 5321's."""

    def __init__(self, service: InboxService) -> None:
        self._service = service

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store a mail before it is acknowledged; 451 makes the sender try again."""
        content = envelope.content or b""
        source = content.encode() if isinstance(content, str) else content
        try:
            mail = email.parse(Delivery(source, recipients=envelope.rcpt_tos))
            await self._service.ingest(mail)
        except StoreError as error:
            print(f"email: 451: {error}", flush=True)
            return "451 the mail could not be stored; try again"
        return "250 stored"


async def listen(service: InboxService, address: str, port: int) -> asyncio.Server:
    """Listen for mails. Raises OSError when the port can't be had."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            Handler(service),
            hostname=NAME,
            ident=NAME,
            data_size_limit=LIMITS.body_bytes,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    return await loop.create_server(session, address, port)
