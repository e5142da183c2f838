"""A small client of the HTTP APIs that `verify` asks: Prometheus', Alertmanager's, the inbox's.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from whiteroom_monitoring.errors import MonitoringError

TIMEOUT_SECONDS = 10.0


class UnreachableError(MonitoringError):
    """A component did not answer, or not with JSON."""


def get_json(url: str, **parameters: str) -> Any:
    """Return what ``url`` answers. Raises UnreachableError."""
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    try:
        with urllib.request.urlopen(url + query, timeout=TIMEOUT_SECONDS) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise UnreachableError(f"{url}: status {error.code}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise UnreachableError(f"{url}: {reason}") from error


class Prometheus:
    """Prometheus' HTTP API below ``url``, such as http://127.0.0.1:9090."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str, **parameters: str) -> Any:
        """Return the ``data`` of an API answer. Raises UnreachableError."""
        return get_json(f"{self._url}/api/v1/{path}", **parameters)["data"]

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return labels and value of each sample of an instant query. Raises UnreachableError."""
        result = self.get("query", query=expression)["result"]
        return [(sample["metric"], float(sample["value"][1])) for sample in result]

    def value(self, expression: str) -> float | None:
        """Return the value of a query with one sample at most, or None without a sample."""
        samples = self.query(expression)
        return samples[0][1] if samples else None
