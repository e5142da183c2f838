"""The PromQL by which an alert is silent while another one explains it.

Alertmanager's inhibition does the same, and forgets to say that what it mutes is over
(https://github.com/prometheus/alertmanager/issues/2754): the incident stays open, and the next one
joins it, so that nobody wakes. What a rule covers ends as an alert, and is resolved like any other.

A killed Prometheus marks nothing as ended: what fired then, and is over when it is back, is seen as
firing for five minutes, in which it must not cover what goes on. So ALERTS must be fresh to cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whiteroom_monitoring.covering.model import Covering, Entry

# Between what is written by hand and what is generated.
# An outage of 60 s, a start, and the three evaluations until Prometheus knows again that it fires.
_FRESH = "150s"
MARK = "# Covered, as covering.yml says (`whiteroom generate` writes the rest):"


def clauses(name: str, labels: Mapping[str, str], covering: Covering) -> list[str]:
    """Return ``on (…) ALERTS{…}`` for each way in which the rule ``name`` is covered.

    ``labels`` are the rule's own: a service among them is not in its expression.
    """
    grouped: dict[tuple[str, str], list[str]] = {}
    for entry in covering.of(name, labels):
        on, selector = _matching(entry, labels)
        grouped.setdefault((on, selector), []).extend(entry.by)
    return [
        f"on ({on}) {selector.replace('NAMES', _alertnames(names))}"
        for (on, selector), names in grouped.items()
    ]


def _matching(entry: Entry, labels: Mapping[str, str]) -> tuple[str, str]:
    """Return the labels that both sides share, and the covering side."""
    matchers = ['alertstate="firing"', *_equal(entry.by_labels)]
    on = []
    if entry.same_service:
        if "service" in labels:
            matchers.append(f'service="{labels["service"]}"')
        else:
            on.append("service")
    alerts = f"ALERTS{{NAMES, {', '.join(matchers)}}}"
    selector = f"({alerts} and present_over_time({alerts}[{_FRESH}]))"
    for label, value in entry.covers_labels.items():
        if label not in labels:
            on.append(label)
            selector = f'label_replace({selector}, "{label}", "{value}", "", "")'
    return ", ".join(on), selector


def _equal(labels: Mapping[str, str]) -> list[str]:
    return [f'{name}="{value}"' for name, value in labels.items()]


def _alertnames(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) == 1:
        return f'alertname="{unique[0]}"'
    return f'alertname=~"{"|".join(unique)}"'
