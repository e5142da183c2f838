"""Which hop is to blame for what waits, and why, by what the servers themselves say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.watcher.servers import HELD_S, Counts, Servers

if TYPE_CHECKING:
    from whiteroom_monitoring.watcher.path import PagerPath

_T = TypeVar("_T")
# A busy machine leaves a question unanswered now and then.
_TRIES = 3

REJECTED = (
    "Prometheus has rejected its rules or its configuration at the last reload: what was changed "
    "is not in force"
)


def of_hop(path: PagerPath, name: str) -> tuple[str, str]:
    """Return which hop is broken where ``name`` waits, and why."""
    blame = {"scrape": _of_scrape, "rules": _of_rules, "alertmanager": _of_alertmanager}
    if name == "logs":
        return _of_logs(path)
    if name in blame:
        return blame[name](path)
    return name, path.problems.get(name) or "it does not say the time of this moment"


def _of_scrape(path: PagerPath) -> tuple[str, str]:
    if path.hops["scrape"].is_silent():
        return "prometheus", _silence(path, "scrape", "Prometheus")
    try:
        is_scraped, problem = _asked_again(path.servers.target)
    except SourceError as error:
        return "prometheus", str(error)
    if is_scraped:
        return "storage", "Prometheus scrapes and keeps no samples: is its disk full?"
    return "scrape", problem or "Prometheus does not scrape"


def _of_rules(path: PagerPath) -> tuple[str, str]:
    if path.hops["rules"].is_silent():
        return "prometheus", _silence(path, "rules", "Prometheus")
    try:
        return "rules", _asked_again(path.servers.rule)
    except SourceError as error:
        return "prometheus", str(error)


def _of_alertmanager(path: PagerPath) -> tuple[str, str]:
    if path.hops["alertmanager"].is_silent():
        return "alertmanager", _silence(path, "alertmanager", "Alertmanager")
    return "alertmanager", "Alertmanager answers, and Prometheus' alerts do not arrive there"


def of_channels(
    path: PagerPath, names: list[str], all_wait: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield each channel that waits, the hop that is broken, and why."""
    if path.hops[names[0]].is_silent():
        problem = _silence(path, names[0], "the inbox")
        yield from ((name, "inbox", problem) for name in names)
        return
    before, now = path.evidence.counts, counts(path.servers, _TRIES)
    outcomes = {name: _outcome(before, now, name) for name in names}
    if all_wait and (_is_suppressed(path.servers) or "unsent" in outcomes.values()):
        problem = "Alertmanager has the alerts, and sends none of them"
        if _is_suppressed(path.servers):
            problem = "a silence at Alertmanager holds every alert"
        yield from ((name, "alertmanager", problem) for name in names)
        return
    problems = {
        "refused": "it refuses what Alertmanager sends",
        "dropped": "it takes what Alertmanager sends, and nothing arrives",
        "unsent": "Alertmanager sends nothing by it",
    }
    yield from ((name, name, problems[outcomes[name]]) for name in names)


def _outcome(before: Counts | None, now: Counts | None, channel: str) -> str:
    if before is None or now is None:
        return "dropped"
    sent, refused = now.grew(before, channel)
    if refused:
        return "refused"
    return "dropped" if sent else "unsent"


def counts(servers: Servers, tries: int = 1) -> Counts | None:
    """Return Alertmanager's counts; None where it does not answer."""
    try:
        return _asked_again(servers.counts, tries)
    except SourceError:
        return None


def _is_suppressed(servers: Servers) -> bool:
    try:
        return _asked_again(servers.suppressed)
    except SourceError:
        return False


def _of_logs(path: PagerPath) -> tuple[str, str]:
    hop, evidence = path.hops["logs"], path.evidence
    if evidence.shipper_is_silent() and not hop.is_silent():
        return "shipper", evidence.shipper_problem
    if hop.is_silent():
        return "log_store", _silence(path, "logs", "the log store")
    if evidence.held_s >= HELD_S:
        return "log_store", f"it has taken no line of the shipper for {evidence.held_s:.0f} s"
    return "shipper", "it brings no lines to the log store"


def _asked_again(question: Callable[[], _T], tries: int = _TRIES) -> _T:
    """Return the answer to a question whose first answer may not come: one is no silence."""
    for _ in range(tries - 1):
        with contextlib.suppress(SourceError):
            return question()
    return question()


def _silence(path: PagerPath, hop: str, server: str) -> str:
    return path.problems.get(hop) or f"{server} did not answer"
