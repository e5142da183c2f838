"""The inbox: receives what PagerDuty, Slack and a mail server would have got."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import Component, Folder, Port, ScrapeJob, ours

_ACCOUNT = "whiteroom-inbox"

COMPONENTS = (
    Component(
        "inbox",
        stage=1,
        variants=(
            ours(
                "inbox",
                *("--port", "{port[inbox]}"),
                *("--smtp-port", "{port[inbox-smtp]}"),
                *("--data", "{data}/inbox"),
                *("--segments", "{segments}"),
            ),
        ),
        ports=(Port("inbox", 8004), Port("inbox-smtp", 8025)),
        user=_ACCOUNT,
        confined=True,
        folders=(Folder("{data}/inbox", _ACCOUNT), Folder("{segments}", _ACCOUNT)),
        scrape=ScrapeJob("whiteroom-inbox", service="inbox"),
        required=True,
    ),
)
