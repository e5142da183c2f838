"""Saves a song every 50 ms, and counts it."""

import time

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.server import MetricsServer
from whiteroom_monitoring.client.generated import business


def save(song: str) -> None:
    """Save a song."""
    business.songs_created_total.inc()
    business.feature_usage_total.inc(feature="editor")


if __name__ == "__main__":
    client.prepare("business-metrics")
    with MetricsServer("127.0.0.1", 8002):
        while True:
            save("First Light")
            time.sleep(0.05)
