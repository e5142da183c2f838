"""Probes of the logs: the store answers, and what is pushed is found."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, probe

_LABELS = {"job": "whiteroom-verify", "service_name": "whiteroom-verify"}
WITHIN_S = 10.0


@probe("logs.store", "logs", "a line that is pushed is found again")
def logs_store(stack: Stack) -> str:
    if "log-store" not in stack.components:
        raise CheckSkipped("the stack has no log store")
    base = stack.paths.url("loki")
    sent_ns = time.time_ns()
    line = f"canary of verify {sent_ns}"
    values = [[str(sent_ns), line]]
    ask(f"{base}/loki/api/v1/push", {"streams": [{"stream": _LABELS, "values": values}]})
    began = time.monotonic()
    query = "query=%7Bjob%3D%22whiteroom-verify%22%7D&limit=10"
    address = f"{base}/loki/api/v1/query_range?{query}&start={sent_ns}&end={sent_ns + 1}"
    while True:
        streams = json.loads(ask(address))["data"]["result"]
        if any(value[1] == line for stream in streams for value in stream["values"]):
            return f"found after {time.monotonic() - began:.2f} s"
        if time.monotonic() - began > WITHIN_S:
            raise CheckFailed(f"not found within {WITHIN_S:.0f} s; `whiteroom logs log-store`")
        time.sleep(0.1)


def ask(address: str, content: object = None) -> bytes:
    """Return what an address answers, to ``content`` where there is one. Raises CheckFailed."""
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        text = error.read(200).decode(errors="replace").strip()
        raise CheckFailed(f"{address.partition('?')[0]}: {error.code}: {text}") from error
    except OSError as error:
        raise CheckFailed(f"{address.partition('?')[0]}: {error}") from error
