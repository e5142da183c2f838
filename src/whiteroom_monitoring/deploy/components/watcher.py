"""The watcher: follows a sample to the pagers and says, past all of them, which hop is broken."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import Component, Folder, Port, ScrapeJob, ours
from whiteroom_monitoring.deploy.components.alertmanager import PAGER_KEYS

_ACCOUNT = "whiteroom-watcher"
# The shipper reads its lines, and the console its state: nothing in it is a secret.
WATCHER_FOLDER = Folder("{data}/watcher", _ACCOUNT, mode=0o755)

COMPONENTS = (
    Component(
        "watcher",
        # Last, after Prometheus: before, there is no path.
        stage=5,
        variants=(
            ours(
                "watcher",
                *("--port", "{port[watcher]}"),
                *("--exporter", "{url[segment-exporter]}"),
                *("--prometheus", "{url[prometheus]}"),
                *("--alertmanager", "{url[alertmanager]}"),
                *("--inbox", "{url[inbox]}"),
                *("--loki", "{url[loki]}"),
                *("--shipper", "{url[shipper]}"),
                *("--prometheus-password-file", "{secrets}/prometheus_password"),
                *("--alertmanager-password-file", "{secrets}/alertmanager_password"),
                *("--alertmanager-config", "{config}/alertmanager/alertmanager.yml"),
                *("--followed", "{config}/watcher/followed.json"),
                *("--credentials", "{secrets}"),
                *("--data", "{data}/watcher"),
                *("--segments", "{segments}"),
            ),
        ),
        ports=(Port("watcher", 8006),),
        user=_ACCOUNT,
        confined=True,
        umask=0o022,
        secrets=(
            *("prometheus_password", "alertmanager_password", *PAGER_KEYS),
            *("slack_webhook_url", "smtp_password", "heartbeat_url"),
        ),
        folders=(WATCHER_FOLDER, Folder("{segments}", _ACCOUNT)),
        scrape=ScrapeJob("whiteroom-watcher", service="watcher", interval_s=5),
        memory_mib=64,
    ),
)
