"""The priorities of alerts: how severe each is, and whom it reaches. The one table of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Priority:
    """A priority; ``severity`` is its other label, ``answer`` says how soon and by which way."""

    name: str
    severity: str
    answer: str
    pages: bool = False
    needs_action: bool = True


PRIORITIES = {
    priority.name: priority
    for priority in (
        Priority("P0", "critical", "Answer within 5 minutes. PagerDuty calls at once.", pages=True),
        Priority("P1", "high", "Answer within 30 minutes. PagerDuty calls.", pages=True),
        Priority("P2", "medium", "Answer within 2 hours. Slack #ops."),
        # News, such as sign-ups and deployments: there is nothing to be mended.
        Priority("P3", "low", "Read on the next day. Slack #notifications.", needs_action=False),
    )
}
SEVERITIES = {name: priority.severity for name, priority in PRIORITIES.items()}
PAGING = frozenset(name for name, priority in PRIORITIES.items() if priority.pages)
NEEDING_ACTION = frozenset(n for n, priority in PRIORITIES.items() if priority.needs_action)
NEWS = frozenset(PRIORITIES) - NEEDING_ACTION
