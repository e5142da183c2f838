"""How long Alertmanager itself may take to say that a group is over, by its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.promql.durations import DurationError, seconds
from whiteroom_monitoring.reconciler.pagerduty import ServiceError

# Source: https://prometheus.io/docs/alerting/latest/configuration/#route, its default as well.
_DEFAULT = "5m"
_UNUSABLE = (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, DurationError)


def group_intervals_s(alertmanager_yml: Path) -> dict[str, float]:
    """Return the longest ``group_interval`` of the routes that lead to each receiver, in seconds.

    Raises ServiceError when the file can't be read.
    """
    try:
        root = plain_yaml.load(alertmanager_yml.read_text(encoding="utf-8"))["route"]
        longest: dict[str, float] = {}
        for receiver, interval_s in _routes(root, {"group_interval": _DEFAULT}):
            longest[receiver] = max(interval_s, longest.get(receiver, 0.0))
    except _UNUSABLE as error:
        raise ServiceError(f"{alertmanager_yml}: can't be used: {error}") from error
    return longest


def _routes(route: Mapping[str, Any], inherited: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    own = {**inherited, **{k: route[k] for k in ("receiver", "group_interval") if k in route}}
    yield own["receiver"], seconds(own["group_interval"])
    for child in route.get("routes") or ():
        yield from _routes(child, own)
