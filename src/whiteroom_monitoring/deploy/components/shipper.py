"""The shipper: reads the logs of the machine and of the stack, and pushes them to the log store."""

from __future__ import annotations

from dataclasses import replace

from whiteroom_monitoring.deploy.component import (
    Component,
    Container,
    Folder,
    Port,
    ScrapeJob,
    ours,
)
from whiteroom_monitoring.deploy.components.watcher import WATCHER_FOLDER

ACCOUNT = "whiteroom-shipper"

_SHIPPER = replace(
    ours(
        "shipper",
        *("--port", "{port[shipper]}"),
        *("--config", "{config}/promtail/promtail-config.yml"),
        *("--canaries", "{config}/promtail/canaries.yml"),
        *("--positions", "{data}/shipper/positions.json"),
        *("--segments", "{segments}"),
    ),
    # The configuration names them.
    environment={"WHITEROOM_LOG": "{log}", "WHITEROOM_DATA": "{data}", "WHITEROOM_RUN": "{run}"},
    # A container has no right beyond its account's, which is why the group has to be the logs'.
    container=Container(
        environment={
            "WHITEROOM_LOG": "/var/log/whiteroom",
            "WHITEROOM_DATA": "{data}",
            "WHITEROOM_RUN": "{run}",
        },
        mounts=("/var/log:/var/log:ro",),
        groups=("adm",),
    ),
)

COMPONENTS = (
    Component(
        "shipper",
        stage=2,
        variants=(_SHIPPER,),
        # The second one receives syslog, where the configuration says so.
        ports=(Port("shipper", 9080), Port("syslog", 1514)),
        needs=("log-store",),
        user=ACCOUNT,
        # Logs are their writers' alone; it may read what it may not write.
        confined=True,
        capabilities=("dac_read_search",),
        folders=(
            *(Folder("{data}/shipper", ACCOUNT), Folder("{segments}", ACCOUNT)),
            WATCHER_FOLDER,
        ),
        scrape=ScrapeJob("whiteroom-shipper", service="logs"),
    ),
)
