"""The bounds of a server whose requests are parsed in C, for one that takes many large bodies.

h11 needs about 2 ms of a processor for a body of 100 KB; httptools a tenth of that.
"""

from __future__ import annotations

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from whiteroom_monitoring.client.exposition.bounded_http import ConnectionBounds

# So many requests may wait on a connection for the answer to the one before them.
PIPELINED = 16


class PipelineError(Exception):
    """A client has sent too many requests without waiting for an answer."""


class HttpToolsBounds(ConnectionBounds, HttpToolsProtocol):
    """A bounded connection whose requests httptools parses.

    The parser bounds nothing: what it was given and has not passed on is counted here, be it a
    header without end or what follows the last chunk of a body.
    """

    _unread = 0
    _awaits_head = True

    def data_received(self, data: bytes) -> None:
        start = 0
        while start < len(data) and not self.transport.is_closing():
            size = self._limits.header_bytes if self._awaits_head else len(data)
            piece = data[start : start + size]
            start += len(piece)
            before = self.cycle
            self._unread += len(piece)
            super().data_received(piece)
            self._expect_answer(before)
            if self._unread > self._limits.header_bytes and not self.transport.is_closing():
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header is too large")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the header; those behind a body are left out."""
        if self._awaits_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin with a request; called by the parser. Raises PipelineError: then it is refused."""
        if len(self.pipeline) >= PIPELINED:
            raise PipelineError
        self._awaits_head, self._unread = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body; called by the parser."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; called by the parser."""
        self._awaits_head, self._unread = True, 0
        super().on_message_complete()
