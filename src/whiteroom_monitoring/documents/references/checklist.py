"""The verification checklist: what programs see, from the registered checks, and what people do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from whiteroom_monitoring.diagnostics import Check
from whiteroom_monitoring.documents.references.markdown import page

PATH = "docs/how-to/verification-checklist.md"
# What no program can see.
PEOPLE = (
    "The phone of the person on call rings for a test page of P0, also when it is muted.",
    "The same page is acknowledged on the phone, and the incident is resolved by itself.",
    "A message arrives in each Slack channel that the routes name.",
    "An e-mail reaches the database team and the security team, and no spam filter keeps it.",
    "The links of a notification open the runbook and the dashboard on a phone outside the office.",
    "PagerDuty's escalation policy names a second person, who is reached when the first is silent.",
    "Everybody on call can log in to the machine, to PagerDuty and to Slack, today.",
    "The names in the schedules are people who know that they are on call.",
    "Somebody who was not there has followed one runbook, and no step was missing.",
    "A backup was restored on another machine, and a song was opened from it.",
    "The sound was listened to for ten minutes while `whiteroom verify` ran.",
)


def render(files: Sequence[Check[Any]], stack: Sequence[Check[Any]]) -> str:
    """Return the page; ``files`` are the checks of files, ``stack`` the probes."""
    return page(
        "the registered checks",
        "Verification checklist",
        "Print this page before a stack goes live, and after every change of its machine. The "
        "first two parts are what programs check; a box is ticked when its line says `ok`.",
        "Date: ____________ Machine: ____________ Checked by: ____________",
        "## Files: whiteroom check",
        "```sh\nwhiteroom check\n```",
        *_boxes(files),
        "## Running stack: whiteroom verify",
        "```sh\nwhiteroom verify\n```",
        *_boxes(stack),
        "## What only people can see",
        "\n".join(f"- [ ] {line}" for line in PEOPLE),
    )


def _boxes(checks: Iterable[Check[Any]]) -> Iterator[str]:
    for area, members in groupby(checks, key=lambda check: check.area):
        yield f"### {area[0].upper()}{area[1:]}"
        yield "\n".join(f"- [ ] `{check.id}`: {check.expected}" for check in members)
