"""Records the vocabulary of a program that runs: what it exposes, without the values.

To record one anew, start the program and run::

    python -m whiteroom_monitoring.datasources.vocabulary http://127.0.0.1:9090/metrics \\
        > catalogue/vocabulary/prometheus.txt
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.promql.vocabulary import Family, families, families_of

# What has been scraped of late: Prometheus' own look-back.
_LOOKBACK_S = 300


def record(url: str) -> Iterator[str]:
    """Yield the lines of the vocabulary of the program that serves ``url``.

    Raises SourceError when nothing is served there.
    """
    address = urlsplit(url)
    client = HttpClient(url, f"{address.scheme}://{address.netloc}")
    exposition = client.get_text(address._replace(scheme="", netloc="").geturl())
    yield f"# Recorded by `python -m {__spec__.name}`: name, type, labels."
    yield from map(str, families(exposition))


def running(prometheus: PrometheusClient) -> list[Family]:
    """Return the families that the targets of a running Prometheus expose. Raises SourceError."""
    metadata = prometheus.get("metadata")
    types = {name: entries[0]["type"] for name, entries in metadata.items() if entries}
    start = f"{time.time() - _LOOKBACK_S:.0f}"
    series = prometheus.get("series", start=start, **{"match[]": '{__name__=~".+"}'})
    return families_of(types, series)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m {__spec__.name} URL")
    try:
        print("\n".join(record(sys.argv[1])))
    except MonitoringError as error:
        sys.exit(str(error))
