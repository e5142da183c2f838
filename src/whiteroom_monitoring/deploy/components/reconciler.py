"""The reconciler: ends what Alertmanager leaves open, keeps silences, pages if nobody else can."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import Component, Port, ScrapeJob, ours
from whiteroom_monitoring.deploy.components.alertmanager import (
    ALERTMANAGER_ACCOUNT,
    JOURNAL,
    PAGER_KEYS,
    RECONCILER_ACCOUNT,
)

COMPONENTS = (
    Component(
        "reconciler",
        stage=2,
        variants=(
            ours(
                "reconciler",
                *("--port", "{port[reconciler]}"),
                *("--prometheus", "{url[prometheus]}"),
                *("--alertmanager", "{url[alertmanager]}"),
                *("--prometheus-password-file", "{secrets}/prometheus_password"),
                *("--alertmanager-password-file", "{secrets}/alertmanager_password"),
                *("--alertmanager-data", "{data}/alertmanager"),
                *("--alertmanager-config", "{config}/alertmanager/alertmanager.yml"),
                *("--credentials", "{secrets}"),
                *("--data", "{data}/reconciler"),
            ),
        ),
        ports=(Port("reconciler", 8005),),
        user=RECONCILER_ACCOUNT,
        groups=(ALERTMANAGER_ACCOUNT,),
        confined=True,
        umask=0o027,
        secrets=("prometheus_password", "alertmanager_password", *PAGER_KEYS),
        folders=(JOURNAL,),
        scrape=ScrapeJob("whiteroom-reconciler", service="reconciler"),
        required=True,
    ),
)
