"""Who exports what containers use: cAdvisor where it is installed, else an exporter of our own."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    HttpProbe,
    Port,
    Program,
    ScrapeJob,
    Variant,
    ours,
)

COMPONENTS = (
    Component(
        "cadvisor",
        stage=1,
        variants=(
            Variant(
                Program(("cadvisor",), ""),
                ("--listen_ip", "{listen}", "--port", "{port[cadvisor]}"),
                HttpProbe("/healthz"),
                image="gcr.io/cadvisor/cadvisor",
            ),
            ours("containers", "--port", "{port[cadvisor]}"),
        ),
        ports=(Port("cadvisor", 8080),),
        scrape=ScrapeJob("cadvisor", service="containers"),
    ),
)
