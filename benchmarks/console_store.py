"""A Prometheus for `benchmarks.console`: a day of samples of what our dashboards show."""

from __future__ import annotations

import contextlib
import itertools
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.console_parts import free_port
from whiteroom_monitoring.catalogue.loader import load
from whiteroom_monitoring.catalogue.model import Label, Metric
from whiteroom_monitoring.locations import share
from whiteroom_monitoring.stack.components import PROMETHEUS

DAY_S = 86_400
BLOCK_S = 7_200
JOBS = {"juce-backend": "juce-backend", "business-metrics": "business-metrics"}
# What does not grow while all is well.
STANDS_STILL = re.compile("errors|failures|dropout|rejected|lost|xruns")
# What the small dashboard of twelve panels shows.
PANELS, LINES = 12, 5


def series(count: int) -> list[str]:
    """Return ``count`` series, of as many engines and backends as that needs."""
    drawn = [
        f'drawn{{panel="{panel}",line="{line}"}}'
        for panel in range(PANELS)
        for line in range(LINES)
    ]
    metrics = [metric for metric in load(share("catalogue")) if metric.program in JOBS]
    of_instances = (
        f'{name}{{job="{metric.program}",instance="machine-{number}:8000"{labels}}}'
        for number in itertools.count()
        for metric in metrics
        for name, labels in _of_metric(metric)
    )
    return drawn + list(itertools.islice(of_instances, max(0, count - len(drawn))))


def _of_metric(metric: Metric) -> Iterator[tuple[str, str]]:
    values = [_values(label) for label in metric.labels]
    for chosen in itertools.product(*values):
        pairs = zip(metric.labels, chosen, strict=True)
        labels = "".join(f',{label.name}="{value}"' for label, value in pairs)
        if metric.type != "histogram":
            yield metric.name, labels
            continue
        for bound in (*(f"{bucket:g}" for bucket in metric.buckets), "+Inf"):
            yield f"{metric.name}_bucket", f'{labels},le="{bound}"'
        yield f"{metric.name}_sum", labels
        yield f"{metric.name}_count", labels


def _values(label: Label) -> tuple[str, ...]:
    return label.values or tuple(f"{label.name}-{number}" for number in range(4))


def write(folder: Path, names: list[str], end: int, step_s: int) -> None:
    """Write a day of samples that end at ``end`` into blocks of Prometheus, by promtool."""
    for start in range(end - DAY_S, end, BLOCK_S):
        text = folder / "samples"
        with text.open("w") as file:
            times = range(start, start + BLOCK_S, step_s)
            for rank, name in enumerate(names):
                slope = 0 if STANDS_STILL.search(name) else 1 + rank % 7
                first = start - end + DAY_S
                file.writelines(f"{name} {(first + at - start) * slope} {at}\n" for at in times)
            file.write("# EOF\n")
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
        subprocess.run(command, check=True, capture_output=True)
        text.unlink()


@contextlib.contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Serve the blocks in ``folder`` for as long as the context lasts; yield the address."""
    (folder / "prometheus.yml").write_text("global: {}\n")
    port = free_port()
    command = [
        str(PROMETHEUS.find()),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/-/ready")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")
