"""A receiver of syslog: RFC 5424 and RFC 3164, by UDP or TCP, framed by lines or by counts.

Source: RFC 5424 section 6, RFC 3164 section 4, RFC 6587 section 3.4.
"""

from __future__ import annotations

import itertools
import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from typing import Any

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.shipper import durations, go_time
from whiteroom_monitoring.logs.shipper.config import ScrapeConfig, Syslog
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.stream_source import Line, StreamSource

_FACILITIES = (
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console "
    "solaris-cron local0 local1 local2 local3 local4 local5 local6 local7"
).split()
_SEVERITIES = ("emergency alert critical error warning notice informational debug").split()
_RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>\d{1,2} (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<proc>\S+) "
    r"(?P<msgid>\S+) (?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<message>.*))?",
    re.DOTALL,
)
# What a program sends on its own machine has no host.
_RFC3164 = re.compile(
    r"<(?P<pri>\d{1,3})>(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|[^\sT]+T\S+) "
    r"(?:(?P<host>[^\s\[]*[^\s:\[\]]) )?(?P<app>[^\s:\[]+)"
    r"(?:\[(?P<proc>[^\]]*)\])?: ?(?P<message>.*)",
    re.DOTALL,
)
# RFC 3164 section 4.3.3: what is neither is a message all the same; without a priority, a notice.
_OTHER = re.compile(r"(?:<(?P<pri>\d{1,3})>)?(?P<message>.*)", re.DOTALL)
_NO_PRIORITY = "13"
_DATA = re.compile(r'\[(?P<id>[^\s\]\[="]+)((?: [^=\s]+="(?:[^"\\]|\\.)*")*)\]')
_PARAMETER = re.compile(r' ([^=\s]+)="((?:[^"\\]|\\.)*)"')
_TIMES = (go_time.parser("RFC3339Nano"), go_time.parser("Jan _2 15:04:05"))
MAX_CONNECTIONS = 256
_BLOCK = 16 * 1024
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


class SyslogReceiver:
    """Listens, and puts what comes to every source. Raises MonitoringError if it can't listen."""

    def __init__(
        self,
        job: ScrapeConfig,
        syslog: Syslog,
        relabeling: Relabeling,
        sources: Sequence[StreamSource],
    ) -> None:
        self._job, self._syslog, self._relabeling = job.job_name, syslog, relabeling
        self._sources = sources
        self._idle_s = durations.seconds(syslog.idle_timeout)
        # Nothing is read again: what counts is that lines of one run differ.
        self._places = itertools.count(time.time_ns() % 10**6)
        address = address_of(syslog.listen_address)
        try:
            self._server = self._listening(address)
        except OSError as error:
            problem = f"{syslog.listen_address}: can't be listened on: {error.strerror}"
            raise MonitoringError(problem) from error
        threading.Thread(target=self._server.serve_forever, name="syslog", daemon=True).start()

    def _listening(self, address: tuple[str, int]) -> socketserver.BaseServer:
        receiver = self
        if self._syslog.listen_protocol == "udp":

            class Datagrams(socketserver.DatagramRequestHandler):
                def handle(self) -> None:
                    if len(self.packet) > receiver.max_bytes:
                        receiver.drop_long()
                    else:
                        receiver.take(self.packet, str(self.client_address[0]), may_wait=False)

            class Server(socketserver.UDPServer):
                max_packet_size = 65536

            server = Server(address, Datagrams)
            # What comes while lines are put waits in the kernel.
            server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
            return server

        slots = threading.BoundedSemaphore(MAX_CONNECTIONS)

        class Connection(socketserver.StreamRequestHandler):
            timeout = self._idle_s

            def handle(self) -> None:
                try:
                    for message in frames(self.rfile, receiver.max_bytes, receiver.drop_long):
                        receiver.take(message, self.client_address[0], may_wait=True)
                except (OSError, ValueError) as error:
                    receiver.fail(error)

        class Connections(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

            def verify_request(self, request: object, client_address: object) -> bool:
                del request, client_address
                return slots.acquire(blocking=False)

            def process_request_thread(self, request: Any, client_address: Any) -> None:
                try:
                    super().process_request_thread(request, client_address)
                finally:
                    slots.release()

        return Connections(address, Connection)

    @property
    def max_bytes(self) -> int:
        """How long a message may be."""
        return self._syslog.max_message_length

    def drop(self, reason: str) -> None:
        """Count a message that goes no further."""
        metrics.log_shipper_lines_dropped_total.inc(1, source=self._job, reason=reason)

    def drop_long(self) -> None:
        """Count a message that is too long."""
        self.drop("too_long")

    def fail(self, error: Exception) -> None:
        """Note a connection that has ended badly."""
        if not isinstance(error, TimeoutError):
            metrics.log_shipper_read_errors_total.inc(1, source=self._job)

    def take(self, message: bytes, sender: str, *, may_wait: bool) -> None:
        """Put a message to every source; where there is no room and it can't wait, count it."""
        text = message.decode(errors="replace").rstrip("\r\n\0")
        if not text:
            return
        line = self._line(text, sender)
        for source in self._sources if line else ():
            assert line is not None
            if not source.put(line, may_wait=may_wait):
                self.drop("receiver_full")

    def _line(self, text: str, sender: str) -> Line | None:
        config = self._syslog
        first, second = _RFC5424, _RFC3164
        if config.syslog_format == "rfc3164":
            first, second = second, first
        match = first.fullmatch(text) or second.fullmatch(text) or _OTHER.fullmatch(text)
        assert match is not None
        parts = {name: value or "" for name, value in match.groupdict().items()}
        labels = self._relabeling.apply(
            {**_labels(parts, sender, config.label_structured_data), **config.labels}
        )
        if labels is None:
            return None
        now_ns = time.time_ns()
        timestamp = None
        if config.use_incoming_timestamp:
            timestamp = next((t for parse in _TIMES if (t := parse(parts.get("time", "")))), None)
        message = text if config.use_rfc5424_message else parts["message"].removeprefix("\ufeff")
        time_ns, unit_ns = timestamp or (now_ns // 10**6 * 10**6, 10**6)
        place = next(self._places)
        return Line(message, labels, place, "", time_ns, max(unit_ns, 1000), origin_ns=now_ns)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def frames(
    stream: BufferedIOBase, max_bytes: int, drop: Callable[[], None] = lambda: None
) -> Iterator[bytes]:
    """Yield messages: after a number and a space as many bytes, else until the end of a line.

    ``drop`` is called for one that is too long, which is left out. Raises ValueError for a counted
    one that is cut.

    >>> import io
    >>> list(frames(io.BytesIO(b"5 <1>ab<2>c\\n\\n2024-01-02 d"), 100))
    [b'<1>ab', b'<2>c', b'2024-01-02 d']
    """
    while first := stream.read(1):
        count = first
        while count.isdigit() and len(count) < 8 and (byte := stream.read(1)):
            count += byte
        if count[:-1].isdigit() and count.endswith(b" "):
            size = int(count)
            message = _counted(stream, size, max_bytes)
        else:
            message = _line_of(stream, count, max_bytes)
        if message is None:
            drop()
        elif message:
            yield message


def _counted(stream: BufferedIOBase, size: int, max_bytes: int) -> bytes | None:
    """Return a message of a size; None for one that is too long. Raises ValueError if it is cut."""
    left, message = size, b""
    while left:
        data = stream.read(min(left, _BLOCK))
        if not data:
            raise ValueError(f"a message that ends after {size - left} of {size} bytes")
        left -= len(data)
        message = message + data if size <= max_bytes else b""
    return message if size <= max_bytes else None


def _line_of(stream: BufferedIOBase, begun: bytes, max_bytes: int) -> bytes | None:
    """Return a line that has begun; None for one that is too long."""
    line = begun
    if not begun.endswith(b"\n"):
        line += stream.readline(max_bytes + 1)
    if len(line) <= max_bytes + 1:
        return line.strip(b"\r\n")
    while not line.endswith(b"\n") and (line := stream.readline(_BLOCK)):
        pass
    return None


def _labels(parts: dict[str, str], sender: str, with_data: bool) -> dict[str, str]:
    priority = int(parts["pri"] or _NO_PRIORITY)
    facility = priority >> 3
    labels = {
        "__syslog_connection_ip_address": sender,
        "__syslog_message_severity": _SEVERITIES[priority & 7],
        "__syslog_message_facility": _FACILITIES[facility] if facility < 24 else "",
        "__syslog_message_hostname": parts.get("host", ""),
        "__syslog_message_app_name": parts.get("app", ""),
        "__syslog_message_proc_id": parts.get("proc", ""),
        "__syslog_message_msg_id": parts.get("msgid", ""),
    }
    labels = {name: "" if value == "-" else value for name, value in labels.items()}
    if with_data:
        for group, parameters in _DATA.findall(parts.get("data", "")):
            for name, value in _PARAMETER.findall(parameters):
                key = _NO_NAME.sub("_", f"{group}_{name}")
                labels[f"__syslog_message_sd_{key}"] = re.sub(r"\\(.)", r"\1", value)
    return labels


def address_of(text: str) -> tuple[str, int]:
    """Return host and port. Raises StageError."""
    host, _, port = text.rpartition(":")
    if not port.isdigit():
        raise StageError(f"syslog: listen_address: found {text!r}, expected ADDRESS:PORT")
    return host.strip("[]") or "0.0.0.0", int(port)
