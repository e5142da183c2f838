"""Samples and their text: Prometheus' exposition format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whiteroom_monitoring.exporters.containers.metrics import METRICS

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True)
class Sample:
    """One value of the metric ``name``."""

    name: str
    value: float
    labels: Mapping[str, str]

    def __str__(self) -> str:
        pairs = ",".join(
            f'{label}="{text.translate(_ESCAPES)}"' for label, text in sorted(self.labels.items())
        )
        return f"{self.name}{{{pairs}}} {self.value}" if pairs else f"{self.name} {self.value}"


def render(samples: Iterable[Sample]) -> bytes:
    """Return the exposition; a metric without samples is left out.

    >>> print(render([Sample("container_threads", 3, {"name": 'a"b'})]).decode(), end="")
    # HELP container_threads Threads in the container.
    # TYPE container_threads gauge
    container_threads{name="a\\"b"} 3
    """
    lines: dict[str, list[str]] = {metric.name: [] for metric in METRICS}
    for sample in samples:
        lines[sample.name].append(str(sample))
    text = "".join(
        "\n".join(
            [
                f"# HELP {metric.name} {metric.help}",
                f"# TYPE {metric.name} {metric.type}",
                *lines[metric.name],
                "",
            ]
        )
        for metric in METRICS
        if lines[metric.name]
    )
    # A name from JSON may hold half of a surrogate pair, which UTF-8 can't carry.
    return text.encode(errors="replace")
