"""Routes for marked messages: one to each receiver that people hear of, taken by nothing else.

`whiteroom drill --before-show` sends them. They wait for nothing, so that message and end are there
within seconds, whatever the other routes of a receiver wait for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whiteroom_monitoring.pager_path import PAGER_PROBE

RECEIVER_LABEL = "probed_receiver"
_TIMES = {"group_wait": "0s", "group_interval": "1s", "repeat_interval": "24h"}
_TO_PEOPLE = ("pagerduty_configs", "slack_configs", "email_configs")


def add(content: dict[str, Any], watchdog: str, changes: list[str]) -> None:
    """Put a route before the others for each receiver of Alertmanager's configuration.

    Who hears of the ``watchdog`` is a program, and waits for that alone.
    """
    route = content.get("route") or {}
    children = route.get("routes") or []
    of_watchdog = {r.get("receiver") for r in children if _is_about(r, watchdog)}
    used = set(_receivers(route)) - of_watchdog
    names = [
        receiver["name"]
        for receiver in content.get("receivers") or []
        if receiver["name"] in used and any(receiver.get(key) for key in _TO_PEOPLE)
    ]
    if not names:
        return
    content["route"] = {**route, "routes": [*map(_route, names), *children]}
    changes.append(
        f"route: {PAGER_PROBE} reaches each receiver at once, for `whiteroom drill --before-show`"
    )


def _receivers(route: Mapping[str, Any]) -> Iterator[str]:
    """Yield the receivers of a route and of those below it."""
    yield str(route.get("receiver", ""))
    for child in route.get("routes") or []:
        yield from _receivers(child)


def _route(receiver: str) -> dict[str, Any]:
    matchers = [f'alertname="{PAGER_PROBE}"', f'{RECEIVER_LABEL}="{receiver}"']
    return {"receiver": receiver, "matchers": matchers, "group_by": ["probe"], **_TIMES}


def _is_about(route: dict[str, Any], alert: str) -> bool:
    return any(alert in str(matcher) for matcher in route.get("matchers") or [])
