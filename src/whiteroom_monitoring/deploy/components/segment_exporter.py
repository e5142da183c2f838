"""The segment exporter: serves the metrics of programs without an endpoint, and of killed ones."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    APP_ACCOUNT,
    Component,
    Folder,
    Port,
    ScrapeJob,
    ours,
)

COMPONENTS = (
    Component(
        "segment-exporter",
        stage=1,
        variants=(
            ours(
                "segment-exporter",
                *("--port", "{port[segment-exporter]}"),
                *("--segments", "{segments}"),
            ),
        ),
        ports=(Port("segment-exporter", 8003),),
        user=APP_ACCOUNT,
        folders=(Folder("{segments}", APP_ACCOUNT),),
        # Job and service keep their first names: dashboards, alerts and history know them.
        scrape=ScrapeJob("whiteroom-agent", service="agent"),
        required=True,
        former_names=("agent",),
    ),
)
