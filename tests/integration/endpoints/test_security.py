"""HTTPS, credentials, and that all endpoints say the same."""

from __future__ import annotations

import http.client
import io
import shutil
import ssl
import subprocess
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from tests.integration.endpoints.conftest import KINDS, PROGRAM, Endpoint, started
from whiteroom_monitoring.client import _native
from whiteroom_monitoring.pager_path import SAMPLE

OPEN_METRICS = "Accept: application/openmetrics-text"


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    """The kind of an endpoint that can be started here."""
    if request.param == "c++" and not PROGRAM.is_file():
        pytest.skip("the C++ endpoint is not built (Debian: libmicrohttpd-dev, doctest-dev)")
    return str(request.param)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "certificate.pem", folder / "key.pem"
    options = ["-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(["openssl", "req", *options, *name, *files], check=True, capture_output=True)
    return paths


def test_https(kind: str, certificate: tuple[Path, Path]) -> None:
    """With a certificate the metrics come encrypted, and not otherwise."""
    with started(kind, 10, *certificate) as endpoint:
        trust = ssl.create_default_context(cafile=str(certificate[0]))
        url = f"https://127.0.0.1:{endpoint.port}/metrics"
        answer = httpx.get(url, verify=trust)
        assert (answer.status_code, b"# TYPE" in answer.content) == (200, True)
        assert b"# TYPE" not in endpoint.get("/metrics")


def test_a_token_is_asked_for(kind: str, tmp_path: Path) -> None:
    """Without the token of the file there are no metrics, and health is told to everybody."""
    path = tmp_path / "token"
    path.write_text("s3cret\n")
    with started(kind, 10, path) as endpoint:
        refused = endpoint.get("/metrics")
        assert refused.startswith(b"HTTP/1.1 401")
        assert b'Bearer realm="metrics"' in refused
        assert b"# TYPE" not in refused
        assert endpoint.get("/metrics", "Authorization: Bearer s3creT").startswith(b"HTTP/1.1 401")
        assert b"# TYPE" in endpoint.get("/metrics", "Authorization: Bearer s3cret")
        assert endpoint.get("/-/healthy").startswith(b"HTTP/1.1 200")


def _steady(text: bytes) -> list[bytes]:
    """The lines that do not change between two scrapes."""
    changing = (b"exposition_duration", b"test_recorded", b"songs_created_total ", SAMPLE.encode())
    return [line for line in text.splitlines() if not any(word in line for word in changing)]


def _response(answer: bytes) -> http.client.HTTPResponse:
    """Return what a server has sent, which may be in chunks."""
    response = http.client.HTTPResponse(SimpleNamespace(makefile=lambda _: io.BytesIO(answer)))
    response.begin()
    return response


@pytest.mark.parametrize("header", ["Accept: text/plain", OPEN_METRICS])
def test_all_say_the_same(endpoint: Endpoint, header: str) -> None:
    """An endpoint says of a program what any other reader of its segments says."""
    (program,) = _native.programs(str(endpoint.folder))
    open_metrics = header == OPEN_METRICS
    expected = _native.expose(str(endpoint.folder), program, None, open_metrics).text()
    response = _response(endpoint.get("/metrics", header))
    assert _steady(response.read()) == _steady(expected)
    named = "application/openmetrics-text; version=1.0.0" if open_metrics else "version=0.0.4"
    assert named in response.headers["Content-Type"]
