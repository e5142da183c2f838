"""Durations as Prometheus and Alertmanager write them, in both directions."""

from __future__ import annotations

import re

from whiteroom_monitoring.errors import MonitoringError

# Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/, <duration>;
# a part may have decimals here.
_PART = r"(\d+(?:\.\d+)?)(ms|[smhdwy])"
_WHOLE = re.compile(rf"(?:{_PART})+")
_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_UNITS_MS = (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


class DurationError(MonitoringError):
    """A text is no duration."""


def seconds(text: str) -> float:
    """Return a duration in seconds. Raises DurationError for what is none.

    >>> seconds("1h30m"), seconds("500ms"), seconds("0")
    (5400.0, 0.5, 0.0)
    """
    if text == "0":
        return 0.0
    if not _WHOLE.fullmatch(text):
        raise DurationError(f"{text!r}: expected a duration, such as 30s or 1h30m")
    return float(sum(float(n) * _UNITS_S[unit] for n, unit in re.findall(_PART, text)))


def duration(seconds: float) -> str:
    """Return a duration of Prometheus, to the millisecond.

    >>> duration(5400), duration(0.5), duration(-2), duration(0)
    ('1h30m', '500ms', '-2s', '0s')
    """
    left = round(abs(seconds) * 1000)
    if not left:
        return "0s"
    words = ["-"] if seconds < 0 else []
    for unit, size in _UNITS_MS:
        number, left = divmod(left, size)
        words += [f"{number}{unit}"] if number else []
    return "".join(words)
