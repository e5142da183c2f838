"""The segment exporter: serves the segments of programs that no endpoint of their own serves."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.exposition.request import Exposition, ExpositionRequest
from whiteroom_monitoring.pager_path import SAMPLE


class SegmentExporter:
    """Reads a folder of segments for each scrape; a folder that does not exist yet is empty.

    A program is served while none of its live processes has an endpoint: one that has none, and one
    that is gone. The counters of a killed process are folded into its program's base first.
    """

    def __init__(self, segments: Path) -> None:
        self._segments = str(segments)
        self._reported: set[str] = set()

    def open_exposition(self, request: ExpositionRequest) -> Exposition:
        """Return the metrics of this moment. Raises OSError when the folder can't be read."""
        exposed = _native.expose_unserved(self._segments, request.open_metrics, request.created)
        problems = set(exposed.problems)
        for problem in problems - self._reported:
            print(f"segment left out: {problem}", file=sys.stderr, flush=True)
        self._reported = problems
        blocks = itertools.chain([_time()], exposed)
        return Exposition(request.content_type, blocks, exposed.held_bytes)


def _time() -> bytes:
    """Return a sample that no exposition before has had: by it, the watcher follows a scrape."""
    return (
        f"# HELP {SAMPLE} When this exposition was made.\n"
        f"# TYPE {SAMPLE} gauge\n"
        f"{SAMPLE} {time.time():.3f}\n"
    ).encode()
