"""The machine's metrics."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    Container,
    HttpProbe,
    Package,
    Port,
    ScrapeJob,
    Variant,
    debian,
)
from whiteroom_monitoring.deploy.components.prometheus import SMALL

# The account of Debian's packages of exporters. It has no rights of its own.
EXPORTER_ACCOUNT = "prometheus"

COMPONENTS = (
    Component(
        "node-exporter",
        stage=1,
        variants=(
            Variant(
                debian("prometheus-node-exporter", "node_exporter", "prometheus-node-exporter"),
                ("--web.listen-address", "{listen}:{port[node-exporter]}"),
                HttpProbe("/"),
                SMALL,
                image="prom/node-exporter",
                container=Container(
                    (
                        "--path.procfs=/host/proc",
                        "--path.sysfs=/host/sys",
                        "--path.rootfs=/host/root",
                    ),
                    mounts=("/proc:/host/proc:ro", "/sys:/host/sys:ro", "/:/host/root:ro,rslave"),
                    host_processes=True,
                ),
            ),
        ),
        ports=(Port("node-exporter", 9100),),
        scrape=ScrapeJob("node-exporter", service="machine"),
        packages=(Package("prometheus-node-exporter", "the machine's metrics are left out"),),
        user=EXPORTER_ACCOUNT,
    ),
)
