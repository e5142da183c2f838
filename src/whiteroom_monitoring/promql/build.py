"""The expressions that return over and over in panels. They are PromQL, and say nothing else."""

from __future__ import annotations


def rate(metric: str, *matchers: str) -> str:
    """Return what ``metric`` grows by in a second.

    >>> rate("calls_total", 'job="a"')
    'rate(calls_total{job="a"}[$__rate_interval])'
    """
    return f"rate({select(metric, *matchers)}[$__rate_interval])"


def increase(metric: str, *matchers: str) -> str:
    """Return what ``metric`` has grown by in the interval between two points.

    >>> increase("calls_total")
    'increase(calls_total[$__rate_interval])'
    """
    return f"increase({select(metric, *matchers)}[$__rate_interval])"


def recorded(series: str, *matchers: str) -> str:
    """Return what a rule has recorded since the point before.

    >>> recorded("job:calls:rate2m", 'job="a"')
    'job:calls:rate2m{job="a"}[$__rate_interval]'
    """
    return f"{select(series, *matchers)}[$__rate_interval]"


def highest(series: str, *matchers: str, by: str = "") -> str:
    """Return the highest that a rule has recorded since the point before, of all series.

    >>> highest("job_room:wait_seconds:p99_rate1m", by="room")
    'max by (room) (max_over_time(job_room:wait_seconds:p99_rate1m[$__rate_interval]))'
    """
    grouped = f"max by ({by}) " if by else "max"
    return f"{grouped}(max_over_time({recorded(series, *matchers)}))"


def mean(series: str, *matchers: str) -> str:
    """Return the mean of what a rule has recorded since the point before, of each series.

    >>> mean("job_room:calls:rate2m")
    'avg_over_time(job_room:calls:rate2m[$__rate_interval])'
    """
    return f"avg_over_time({recorded(series, *matchers)})"


def quantile(share: float, histogram: str, *matchers: str, by: str = "") -> str:
    """Return the quantile ``share`` of a histogram, for each value of the labels ``by``.

    >>> quantile(0.99, "wait_seconds", by="room")
    'histogram_quantile(0.99, sum by (le, room) (rate(wait_seconds_bucket[$__rate_interval])))'
    """
    labels = f"le, {by}" if by else "le"
    buckets = rate(f"{histogram}_bucket", *matchers)
    return f"histogram_quantile({share:g}, sum by ({labels}) ({buckets}))"


def select(metric: str, *matchers: str) -> str:
    """Return the selector of ``metric``.

    >>> select("up", 'job="a"', 'instance="b"')
    'up{job="a", instance="b"}'
    """
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def quoted(text: str) -> str:
    """Return a string literal of PromQL.

    >>> print(quoted('a"b'))
    "a\\"b"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
