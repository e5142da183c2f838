"""What the segment exporter adds to the metrics of others."""

from __future__ import annotations

import re
import time
from pathlib import Path

from whiteroom_monitoring.client.exposition.request import ExpositionRequest
from whiteroom_monitoring.exporters.segments import SegmentExporter
from whiteroom_monitoring.pager_path import SAMPLE


def test_every_exposition_has_the_time_at_which_it_was_made(tmp_path: Path) -> None:
    """No two expositions are equal, in either format: a scrape that stands still is seen."""
    exporter = SegmentExporter(tmp_path)
    for open_metrics in (False, True):
        before = time.time()
        exposition = exporter.open_exposition(ExpositionRequest(open_metrics))
        text = b"".join(exposition.blocks).decode()
        match = re.search(rf"^{SAMPLE} (\d+\.\d{{3}})$", text, re.MULTILINE)
        assert match
        # Of milliseconds, rounded.
        assert before - 0.001 <= float(match[1]) <= time.time() + 0.001
        assert text.endswith("# EOF\n") == open_metrics
