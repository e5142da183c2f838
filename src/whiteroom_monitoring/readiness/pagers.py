"""Whether every channel takes a message and its end, by a marked alert for each receiver."""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.configuration.probe_routes import RECEIVER_LABEL
from whiteroom_monitoring.deploy.running import delivery
from whiteroom_monitoring.diagnostics import CheckFailed, check
from whiteroom_monitoring.pager_path import PAGER_PROBE
from whiteroom_monitoring.probes.stack import failure
from whiteroom_monitoring.readiness.show import Show

WITHIN_S = 25.0
_POLL_S = 0.5
# A channel that leads elsewhere shows within this time that it refuses; it never shows more.
_REFUSED_WITHIN_S = 5.0
_MOST_MESSAGES = "500"
_INTEGRATIONS = ("pagerduty", "slack", "email")


@dataclass(frozen=True)
class Channel:
    """One channel of a receiver. ``is_here`` says whether it leads to this stack's inbox."""

    receiver: str
    integration: str
    is_here: bool

    def __str__(self) -> str:
        return f"{self.receiver} by {self.integration}"


@check("pagers", "pagers", "a marked message and its end, through every channel", programs=True)
def pagers(show: Show) -> str:
    show.stack.require("alertmanager")
    channels = channels_of(show)
    if not channels:
        remedy = "Start the stack again: `whiteroom up`."
        raise CheckFailed("Alertmanager has no routes for marked messages", remedy=remedy)
    begun = time.monotonic()
    probe = _Probe(show, channels)
    missing = probe.run()
    if missing:
        problems = [(str(channel), problem) for channel, problem in missing.items()]
        raise failure("channel", problems, "See `whiteroom logs alertmanager`.")
    elsewhere = [str(channel) for channel in channels if not channel.is_here]
    rest = f", {', '.join(elsewhere)} without refusal" if elsewhere else ""
    return f"{len(channels)} channels in {time.monotonic() - begun:.0f} s{rest}"


def channels_of(show: Show) -> list[Channel]:
    """Return the channels of those receivers that a marked message can reach."""
    paths = show.stack.paths
    text = (paths.config / "alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    content = plain_yaml.load(text)
    routes = content["route"].get("routes") or []
    probed = {r["receiver"] for r in routes if f'alertname="{PAGER_PROBE}"' in r["matchers"]}
    return [
        channel
        for receiver in content["receivers"]
        if receiver["name"] in probed
        for channel in _channels(receiver, content.get("global") or {}, show)
    ]


def _channels(
    receiver: Mapping[str, Any], general: Mapping[str, Any], show: Show
) -> Iterator[Channel]:
    for integration in _INTEGRATIONS:
        for settings in receiver.get(f"{integration}_configs") or []:
            address = _address(integration, {**general, **settings})
            here = (
                show.stack.paths.url("inbox"),
                f"127.0.0.1:{show.stack.paths.port('inbox-smtp')}",
            )
            yield Channel(receiver["name"], integration, address.startswith(here))


def _address(integration: str, settings: Mapping[str, Any]) -> str:
    if integration == "pagerduty":
        return str(settings.get("url") or settings.get("pagerduty_url", ""))
    if integration == "email":
        return str(settings.get("smarthost") or settings.get("smtp_smarthost", ""))
    url = settings.get("api_url") or settings.get("slack_api_url")
    file = settings.get("api_url_file") or settings.get("slack_api_url_file")
    return str(url) if url or not file else _secret(Path(str(file)))


def _state(message: Mapping[str, Any]) -> str:
    """Return whether a message is the first or the end; a mail's subject alone tells that."""
    is_over = str(message["title"]).lower().startswith("resolved")
    return str(message["state"]) or ("resolved" if is_over else "firing")


def _secret(path: Path) -> str:
    """Return what a file of credentials holds; nothing of one that is not ours to read."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


class _Probe:
    """A marked alert for each receiver of ``channels``, and what has arrived of it."""

    def __init__(self, show: Show, channels: Sequence[Channel]) -> None:
        self._paths = show.stack.paths
        self._channels = channels
        self._alertmanager = access.alertmanager(self._paths)
        self._inbox = HttpClient("The inbox", self._paths.url("inbox"))
        self._mark = f"test-{secrets.token_hex(4)}"
        receivers = dict.fromkeys(channel.receiver for channel in channels)
        self._marks = {name: f"{self._mark}-{n}" for n, name in enumerate(receivers)}
        self._refused_before = self._refusals()

    def run(self) -> dict[Channel, str]:
        """Return the channels that did not take message or end, and why."""
        missing: dict[Channel, str] = {}
        try:
            self._send(over=False)
            missing = self._wait("firing")
        finally:
            self._send(over=True)
        return {**self._wait("resolved"), **missing}

    def _send(self, *, over: bool) -> None:
        now = datetime.datetime.now(datetime.UTC)
        ends = now if over else now + datetime.timedelta(minutes=5)
        self._alertmanager.post_alerts(
            [
                {
                    "labels": {
                        "alertname": PAGER_PROBE,
                        RECEIVER_LABEL: receiver,
                        "probe": mark,
                    },
                    "annotations": {
                        "summary": f"Test of the pager before a show: nothing to do ({mark})",
                        "description": "`whiteroom drill --before-show` sends it, and ends it.",
                    },
                    "startsAt": (now - datetime.timedelta(seconds=60)).isoformat(),
                    "endsAt": ends.isoformat(),
                }
                for receiver, mark in self._marks.items()
            ]
        )

    def _wait(self, state: str) -> dict[Channel, str]:
        begun = time.monotonic()
        while True:
            missing = self._missing(state)
            waited = time.monotonic() - begun
            all_here = all(channel.is_here for channel in self._channels)
            is_over = not missing and (all_here or waited > _REFUSED_WITHIN_S)
            if is_over or waited > WITHIN_S:
                return missing
            time.sleep(_POLL_S)

    def _missing(self, state: str) -> dict[Channel, str]:
        arrived = self._arrived(state)
        refused = self._refusals()
        missing: dict[Channel, str] = {}
        for channel in self._channels:
            key = (channel.receiver, channel.integration)
            count, reason = refused.get(key, (0, ""))
            if count > self._refused_before.get(key, (0, ""))[0]:
                missing[channel] = f"was refused: {reason}"
            elif channel.is_here and key not in arrived:
                missing[channel] = f"brought no {state} message within {WITHIN_S:.0f} s"
        return missing

    def _arrived(self, state: str) -> set[tuple[str, str]]:
        query = (("search", self._mark), ("limit", _MOST_MESSAGES))
        read: Callable[[Any], list[Any]] = lambda answer: answer["messages"]  # noqa: E731
        messages = self._inbox.get_json("/api/messages", query, read)
        return {
            (receiver, message["channel"])
            for message in messages
            for receiver, mark in self._marks.items()
            if _state(message) == state and f"({mark})" in message["title"]
        }

    def _refusals(self) -> dict[tuple[str, str], tuple[int, str]]:
        now = datetime.datetime.now(datetime.UTC)
        failures = delivery.recent_failures(self._paths.log / "alertmanager.log", now)
        return {(f.receiver, f.integration): (f.attempts, f.reason) for f in failures}
