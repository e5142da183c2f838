"""A target behind TLS is known by its certificate, and the shipper by its own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from whiteroom_monitoring.logs.shipper.endpoints import Client, Tls
from whiteroom_monitoring.logs.shipper.target import NO_ANSWER, Target


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    options = ["-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", *options, *name, "-out", certificate, "-keyout", key]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def port(files: tuple[str, str]) -> Iterator[int]:
    """A server that asks for the certificate, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    context.load_verify_locations(files[0])
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taker)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("ways", "status"),
    [
        ({"trusts", "has_own"}, 204),
        ({"skips", "has_own"}, 204),
        ({"has_own"}, NO_ANSWER),
        ({"trusts"}, NO_ANSWER),
    ],
)
def test_both_are_known(files: tuple[str, str], port: int, ways: set[str], status: int) -> None:
    """Lines go to who is trusted, or to anybody where that is wanted, and with a certificate."""
    certificate, key = files
    tls = Tls(
        ca_file=certificate if "trusts" in ways else "",
        cert_file=certificate if "has_own" in ways else "",
        key_file=key if "has_own" in ways else "",
        insecure_skip_verify="skips" in ways,
    )
    target = Target(Client(url=f"https://127.0.0.1:{port}/push", tls_config=tls))
    assert target.push([], "")[0] == status
    target.close()
