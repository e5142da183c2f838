"""Who keeps the logs: the real Loki where it is installed, else our own store."""

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

_ACCOUNT = "whiteroom-logs"
_LOKI = Variant(
    Program(("loki",), ""),
    (
        "-config.file={config}/loki/loki-config.yml",
        "-server.http-listen-address={listen}",
        "-server.http-listen-port={port[loki]}",
        # One that the system chooses: nobody else asks for it.
        "-server.grpc-listen-port=0",
        "-common.path-prefix={data}/loki",
        "-common.storage.filesystem.chunk-directory={data}/loki/chunks",
        "-common.storage.filesystem.rules-directory={data}/loki/rules",
    ),
    HttpProbe("/ready"),
    folders=(Folder("{data}/loki", _ACCOUNT),),
    image="grafana/loki",
    container=Container(profile="logs"),
)
_LOG_STORE = ours(
    "log-store",
    *("--port", "{port[loki]}"),
    *("--data", "{data}/logs"),
    *("--segments", "{segments}"),
)

COMPONENTS = (
    Component(
        "log-store",
        stage=1,
        variants=(_LOKI, _LOG_STORE),
        ports=(Port("loki", 3100),),
        user=_ACCOUNT,
        confined=True,
        folders=(Folder("{data}/logs", _ACCOUNT), Folder("{segments}", _ACCOUNT)),
        memory_mib=1024,
        scrape=ScrapeJob("whiteroom-logs", service="logs"),
    ),
)
