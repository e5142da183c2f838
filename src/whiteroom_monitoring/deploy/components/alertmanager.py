"""Alertmanager: groups, silences and routes alerts."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    Folder,
    HttpProbe,
    Package,
    Port,
    ScrapeJob,
    Variant,
    debian,
)
from whiteroom_monitoring.deploy.components.prometheus import SMALL

ALERTMANAGER_ACCOUNT = "whiteroom-alertmanager"
PAGER_KEYS = ("pagerduty_service_key_critical", "pagerduty_service_key_high")
PROGRAM = debian("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")

RECONCILER_ACCOUNT = "whiteroom-reconciler"
# The reconciler's, of which Alertmanager reads what it has told.
JOURNAL = Folder("{data}/reconciler", RECONCILER_ACCOUNT, ALERTMANAGER_ACCOUNT, 0o750)
# Gives it back what a kill made it forget of what it has told.
BEFORE = (
    *("{python}", "-m", "whiteroom_monitoring", "restore-notifications"),
    *("--alertmanager-data", "{data}/alertmanager"),
    *("--alertmanager-config", "{config}/alertmanager/alertmanager.yml"),
    *("--data", "{data}/reconciler", "--"),
)

COMPONENTS = (
    Component(
        "alertmanager",
        stage=1,
        variants=(
            Variant(
                PROGRAM,
                (
                    "--config.file={config}/alertmanager/alertmanager.yml",
                    "--storage.path={data}/alertmanager",
                    "--web.config.file={secrets}/alertmanager_web.yml",
                    "--web.listen-address={listen}:{port[alertmanager]}",
                    # The links of messages lead to the console's page of this name.
                    "--web.external-url={url[console]}/alerts",
                    "--web.route-prefix=/",
                    # How much of silences and of what was sent a killed one forgets: 15 min by
                    # default. The reconciler keeps a journal of both.
                    "--data.maintenance-interval=1s",
                    # Without it, Alertmanager listens on all interfaces for members of a cluster.
                    "--cluster.listen-address=",
                ),
                HttpProbe("/-/ready", "{secrets}/alertmanager_password"),
                SMALL,
                image="prom/alertmanager",
                before=BEFORE,
            ),
        ),
        ports=(Port("alertmanager", 9093),),
        user=ALERTMANAGER_ACCOUNT,
        confined=True,
        # The reconciler, a member of its group, reads what it has told whom.
        umask=0o027,
        secrets=(
            *("alertmanager_web.yml", "alertmanager_password"),
            *(*PAGER_KEYS, "slack_webhook_url", "smtp_password"),
        ),
        folders=(Folder("{data}/alertmanager", ALERTMANAGER_ACCOUNT, mode=0o750), JOURNAL),
        scrape=ScrapeJob("alertmanager", service="alertmanager"),
        packages=(Package("prometheus-alertmanager", "the stack can't start"),),
        required=True,
    ),
)
