"""Who shows the dashboards: the real Grafana where it is installed, else our own console."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    Container,
    Folder,
    HttpProbe,
    Port,
    Program,
    ScrapeJob,
    Variant,
    ours,
)
from whiteroom_monitoring.deploy.components.watcher import WATCHER_FOLDER

_ACCOUNT = "whiteroom-console"
# Grafana's port where our console has its usual one.
_BESIDE = Port("grafana", 3001)
# Whoever reaches loopback may look; only the operator may change.
_SETTINGS = {
    "GF_SERVER_HTTP_ADDR": "{listen}",
    "GF_SERVER_HTTP_PORT": "{port[console]}",
    "GF_PATHS_DATA": "{data}/grafana",
    "GF_PATHS_LOGS": "{data}/grafana/log",
    "GF_PATHS_PROVISIONING": "{config}/grafana/provisioning",
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_SECURITY_ADMIN_PASSWORD__FILE": "{secrets}/grafana_admin_password",
}
_GRAFANA = Variant(
    # Debian's and other packages put what belongs to Grafana into its home.
    Program(("grafana",), "", folders=("/usr/share/grafana/bin",), home="/usr/share/grafana"),
    ("server", "--homepath", "{home}"),
    HttpProbe("/api/health"),
    _SETTINGS,
    folders=(Folder("{data}/grafana", _ACCOUNT),),
    secrets=("grafana_admin_password",),
    image="grafana/grafana",
    container=Container(
        environment={**_SETTINGS, "GF_SERVER_HTTP_PORT": str(_BESIDE.number)},
        profile="grafana",
        beside=_BESIDE,
    ),
)
_CONSOLE = ours(
    "console",
    *("--project", "{project}"),
    *("--port", "{port[console]}"),
    *("--prometheus", "{url[prometheus]}"),
    *("--loki", "{url[loki]}"),
    *("--alertmanager", "{url[alertmanager]}"),
    *("--silences", "{url[reconciler]}"),
    *("--prometheus-password-file", "{secrets}/prometheus_password"),
    *("--alertmanager-password-file", "{secrets}/alertmanager_password"),
    *("--dashboards", "{config}/grafana/dashboards"),
    *("--runbooks", "{config}/runbooks"),
    *("--pager-path", "{data}/watcher/state.json"),
    *("--docs", "{data}/docs"),
    *("--segments", "{segments}"),
)

COMPONENTS = (
    Component(
        "console",
        stage=2,
        variants=(_GRAFANA, _CONSOLE),
        ports=(Port("console", 3000),),
        user=_ACCOUNT,
        confined=True,
        secrets=("prometheus_password", "alertmanager_password"),
        folders=(Folder("{segments}", _ACCOUNT), WATCHER_FOLDER),
        memory_mib=512,
        scrape=ScrapeJob("whiteroom-console", service="console"),
    ),
)
