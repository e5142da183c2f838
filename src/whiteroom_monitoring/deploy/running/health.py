"""Whether components are well, asked all at once."""

from __future__ import annotations

import http
import subprocess
import urllib.parse
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from whiteroom_monitoring.datasources.errors import SourceTimeoutError, UnreachableError
from whiteroom_monitoring.datasources.http import HttpClient, basic_authorization
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.deploy.running.state import ResolvedProbe

TIMEOUT_S = 2.0
WELL = "ok"


def of(probes: Mapping[str, ResolvedProbe]) -> dict[str, str]:
    """Return ``ok`` or the reason why not, for each component by name."""
    with ThreadPoolExecutor(max_workers=max(1, len(probes))) as pool:
        return dict(zip(probes, pool.map(_result, probes.values()), strict=True))


def _result(probe: ResolvedProbe) -> str:
    if probe.command:
        return _command_result(probe.command)
    if probe.file:
        path = Path(probe.file)
        is_there = any(path.parent.glob(path.name))
        return WELL if is_there else f"{probe.file} is not there"
    return _http_result(probe.url, probe.password_file) if probe.url else WELL


def _http_result(url: str, password_file: str) -> str:
    address = urllib.parse.urlsplit(url)
    allowed = basic_authorization(Path(password_file)) if password_file else ""
    limits = Limits(timeout_s=TIMEOUT_S)
    client = HttpClient(url, f"http://{address.netloc}", limits, authorization=allowed)
    try:
        status = client.get_status(address.path)
    except SourceTimeoutError:
        return f"no answer within {TIMEOUT_S:g} s"
    except UnreachableError as error:
        return f"no answer: {error.reason}"
    return WELL if status == http.HTTPStatus.OK else f"status {status}"


def _command_result(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT_S:g} s"
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    if done.returncode == 0:
        return WELL
    printed = (done.stderr + done.stdout).decode(errors="replace").strip()
    return f"no answer: {printed or 'it does not accept connections'}"
