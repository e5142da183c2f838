"""One target of lines: Loki's API, asked over a connection that is kept."""

from __future__ import annotations

import base64
import contextlib
import http.client
import ssl
import urllib.parse
from pathlib import Path
from typing import Any

import orjson

from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.endpoints import Client, Tls
from whiteroom_monitoring.logs.shipper.errors import StageError

# What is answered so is refused for good; anything else may pass, and is asked again.
REFUSALS = (400, 413)
NO_ANSWER = 0
# What no target could take.
UNENCODABLE = 400
ANSWER_BYTES = 64 * 1024


class Target:
    """Sends pushes. Used by one thread. Raises StageError for an address that is none."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._url = urllib.parse.urlsplit(client.url)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise StageError(f"clients: url: found {client.url!r}, expected http://HOST:PORT/PATH")
        # Without a name and a password that the address may hold.
        self.name = client.name or self._url.netloc.rpartition("@")[2]
        self._timeout_s = durations.seconds(client.timeout)
        self._tls = _context(client.tls_config) if self._url.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None

    def push(self, streams: list[dict[str, Any]], tenant: str) -> tuple[int, str]:
        """Return status and text of the answer; NO_ANSWER and why where there was none."""
        try:
            body = orjson.dumps({"streams": streams})
        except TypeError as error:
            return UNENCODABLE, f"it can't be encoded: {error}"
        path = self._url.path + (f"?{self._url.query}" if self._url.query else "")
        for is_again in (False, True):
            connection = self._connected()
            is_kept = connection.sock is not None
            try:
                connection.request("POST", path, body, self.headers(tenant))
                answer = connection.getresponse()
                return answer.status, answer.read(ANSWER_BYTES).decode(errors="replace")
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.close()
                # ValueError: the file of a token holds none.
                # A connection that was kept may have been closed meanwhile.
                if is_again or not is_kept or isinstance(error, TimeoutError):
                    return NO_ANSWER, str(error) or type(error).__name__
        raise AssertionError("not reached")

    def get(self, url: str) -> bytes:
        """Return what an address of the target answers. Raises OSError."""
        address = urllib.parse.urlsplit(url)
        with contextlib.closing(self._made()) as connection:
            try:
                connection.request(
                    "GET", f"{address.path}?{address.query}", headers=self.headers("")
                )
                answer = connection.getresponse()
                body = answer.read()
            except http.client.HTTPException as error:
                raise OSError(f"{self.name}: {type(error).__name__} {error}") from error
        if answer.status != 200:
            raise OSError(f"{self.name}: {answer.status}: {body[:200].decode(errors='replace')}")
        return body

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = self._made()
        return self._connection

    def _made(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname, self._url.port
        assert host is not None
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=self._tls)

    def headers(self, tenant: str) -> dict[str, str]:
        """Return what each request has to say. Raises OSError, ValueError for a token's file."""
        client = self.client
        headers = {"Content-Type": "application/json", **client.headers}
        if tenant or client.tenant_id:
            headers["X-Scope-OrgID"] = tenant or client.tenant_id
        token = client.bearer_token
        if client.bearer_token_file:
            token = Path(client.bearer_token_file).read_text("utf-8").strip()
        if client.basic_auth:
            basic = client.basic_auth
            password = basic.password
            if basic.password_file:
                password = Path(basic.password_file).read_text("utf-8").strip()
            word = base64.b64encode(f"{basic.username}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {word}"
        elif token:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
        self._connection = None


def _context(tls: Tls | None) -> ssl.SSLContext:
    """Return how a server is known. Raises StageError where a file can't be used."""
    tls = tls or Tls()
    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
        if tls.cert_file:
            context.load_cert_chain(tls.cert_file, tls.key_file or None)
    except OSError as error:
        files = ", ".join(filter(None, (tls.ca_file, tls.cert_file, tls.key_file)))
        raise StageError(f"clients: tls_config: {files}: {error.strerror or error}") from error
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
